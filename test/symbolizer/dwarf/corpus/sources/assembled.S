/* Lines only: assemblers write no functions (binutils 2.35 and later write labels of type function). */
	.text
	.globl assembled
	.type assembled, @function
assembled:
	movl	%edi, %eax
	imull	$3, %eax, %eax
	cmpl	$100, %eax
	jg	.Llarge
	addl	$7, %eax
	call	assembled_local
	ret
.Llarge:
	subl	$9, %eax
	ret
	.size assembled, . - assembled

	.type assembled_local, @function
assembled_local:
	.rept 4
	roll	$3, %eax
	xorl	$0x55, %eax
	.endr
	ret
	.size assembled_local, . - assembled_local

	.section .text.other, "ax", @progbits
	.globl assembled_elsewhere
	.type assembled_elsewhere, @function
assembled_elsewhere:
	nop
	nop
	jmp	assembled
	.size assembled_elsewhere, . - assembled_elsewhere
	.section .note.GNU-stack, "", @progbits
