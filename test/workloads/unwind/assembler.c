/*
 * Assembler without call frame information, as in libraries of video, of numbers and of cryptography. Each function spins by itself and,
 * where it can, through a call back into C. Runs for ever.
 */
#include <stdint.h>

volatile uint64_t sink;

__attribute__((noinline)) void spin(void) {
  for (int i = 0; i < 2000; i++) sink = sink * 6364136223846793005u + i;
}

#define FUNCTION(name) ".p2align 4\n.globl " name "\n.type " name ", @function\n" name ":\n"
#define END(name) ".size " name ", . - " name "\n"
#define LOOP "mov $3000, %ecx\n1: dec %ecx\njnz 1b\n"

__asm__(".text\n"
  /* Pushes, and a frame pointer that holds any number. */
  FUNCTION("asm_pushes")
  "push %rbx\n push %rbp\n push %r12\n sub $32, %rsp\n"
  "mov $7, %ebp\n xor %ebx, %ebx\n" LOOP
  "call spin\n"
  "test %ebx, %ebx\n jnz 2f\n"
  "add $32, %rsp\n pop %r12\n pop %rbp\n pop %rbx\n ret\n"
  "2: add $32, %rsp\n pop %r12\n pop %rbp\n pop %rbx\n jmp spin\n"
  END("asm_pushes")
  /* Registers saved by moves, the way of x86inc.asm on other systems and of OpenBLAS. */
  FUNCTION("asm_moves")
  "sub $56, %rsp\n mov %rbx, (%rsp)\n mov %rbp, 8(%rsp)\n mov %r12, 16(%rsp)\n"
  "mov $9, %ebp\n mov %rbp, %rbx\n" LOOP
  "call spin\n"
  "mov (%rsp), %rbx\n mov 8(%rsp), %rbp\n mov 16(%rsp), %r12\n add $56, %rsp\n ret\n"
  END("asm_moves")
  /* An aligned stack that holds the old one's place. */
  FUNCTION("asm_aligned")
  "push %rbp\n mov %rsp, %rax\n sub $192, %rsp\n and $-64, %rsp\n mov %rax, 160(%rsp)\n"
  "mov $5, %ebp\n" LOOP
  "sub $16, %rsp\n call spin\n add $16, %rsp\n"
  "mov 160(%rsp), %rsp\n pop %rbp\n ret\n"
  END("asm_aligned")
  /* One that a register holds, in a function that calls nothing. */
  FUNCTION("asm_kept")
  "push %rbx\n mov %rsp, %rbx\n sub $256, %rsp\n and $-256, %rsp\n" LOOP
  "mov %rbx, %rsp\n pop %rbx\n ret\n"
  END("asm_kept")
  /* A frame pointer, with a stack of variable size. */
  FUNCTION("asm_framed")
  "push %rbp\n mov %rsp, %rbp\n push %rbx\n push %r12\n sub %rdi, %rsp\n and $-16, %rsp\n" LOOP
  "call spin\n"
  "lea -16(%rbp), %rsp\n pop %r12\n pop %rbx\n pop %rbp\n ret\n"
  END("asm_framed")
  /* Parts that a table leads to. */
  FUNCTION("asm_table")
  "push %rbp\n push %r13\n sub $8, %rsp\n and $3, %edi\n cmp $1, %edi\n ja 8f\n"
  "lea 3f(%rip), %rax\n movslq (%rax,%rdi,4), %rdx\n add %rdx, %rax\n jmp *%rax\n"
  ".section .rodata\n 3: .long 4f-3b, 5f-3b\n .text\n"
  "4: mov $1, %ebp\n mov $2000, %ecx\n 6: dec %ecx\n jnz 6b\n call spin\n add $8, %rsp\n pop %r13\n pop %rbp\n ret\n"
  "5: mov $2, %ebp\n mov $2000, %ecx\n 7: dec %ecx\n jnz 7b\n call spin\n add $8, %rsp\n pop %r13\n pop %rbp\n ret\n"
  "8: add $8, %rsp\n pop %r13\n pop %rbp\n ret\n"
  END("asm_table"));

void asm_pushes(void), asm_moves(void), asm_aligned(void), asm_kept(void);
void asm_framed(uint64_t bytes), asm_table(uint64_t which);

/* Needs its own frame pointer to be told who has called it, which the functions above change. */
__attribute__((noinline, optimize("no-omit-frame-pointer"))) void framed(int turn) {
  volatile char room[32 + turn % 3 * 16];
  room[0] = 1;
  asm_pushes();
  asm_moves();
  asm_aligned();
  asm_kept();
  asm_framed(64 + 16 * (turn % 3));
  asm_table(turn);
  sink += room[0];
}

int main(void) {
  for (int turn = 0;; turn++) framed(turn);
}
