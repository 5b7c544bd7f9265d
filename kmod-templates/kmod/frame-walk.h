/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/* The user's stack by frame pointers: all of it where there are no unwind tables, and frames for which there is no rule. */
#ifndef STAPFLAME_FRAME_WALK_H
#define STAPFLAME_FRAME_WALK_H

#include "user-registers.h"

struct sf_frame {
	u64 next;
	u64 return_address;
};

/* A frame as the ABI lays it out: the caller's frame pointer, then the return address. */
static bool sf_read_frame(struct sf_frame *frame, unsigned long at, bool narrow)
{
	u32 words[2];

	if (!narrow)
		return !(at & 7) && !sf_copy_from_user(frame, at, sizeof(*frame));
	if ((at & 3) || sf_copy_from_user(words, at, sizeof(words)))
		return false;
	frame->next = words[0];
	frame->return_address = words[1];
	return true;
}

#ifdef CONFIG_X86_64

/* Whether the bytes before a return address are a call: e8 rel32, or ff /2 in one of its lengths. */
static bool sf_follows_call(u64 address)
{
	u8 code[7];

	if (sf_copy_from_user(code, address - sizeof(code), sizeof(code)))
		return false;
	return code[2] == 0xe8 || (code[5] == 0xff && (code[6] & 0x38) == 0x10) ||
	       (code[4] == 0xff && (code[5] & 0x38) == 0x10) || (code[1] == 0xff && (code[2] & 0x38) == 0x10) ||
	       (code[0] == 0xff && (code[1] & 0x38) == 0x10);
}

/*
 * At a function's first instructions and at its return, the frame pointer is still or again the caller's, and a walk
 * would miss the caller. Gives the return address then, and the stack pointer that the caller will have; 0 elsewhere.
 */
static u64 sf_leaf_return_address(struct pt_regs *regs, u64 *callers_sp)
{
	u8 code[8]; /* the byte before the instruction, and it */
	unsigned long slot = regs->sp;
	u64 address;

	if (sf_copy_from_user(code, regs->ip - 1, sizeof(code)))
		return 0;
	if (code[1] == 0xf3 && code[2] == 0x0f && code[3] == 0x1e && code[4] == 0xfa)
		; /* endbr64: nothing was pushed yet */
	else if (code[1] == 0x55 && code[2] == 0x48 && (code[3] == 0x89 || code[3] == 0x8b))
		; /* push %rbp, before mov %rsp,%rbp */
	else if (code[0] == 0x55 && code[1] == 0x48 &&
		 ((code[2] == 0x89 && code[3] == 0xe5) || (code[2] == 0x8b && code[3] == 0xec)))
		slot += 8; /* mov %rsp,%rbp, after push %rbp */
	else if (code[1] == 0xc3 || (code[1] == 0xf3 && code[2] == 0xc3))
		; /* ret */
	else
		return 0;
	if ((slot & 7) || sf_copy_from_user(&address, slot, sizeof(address)))
		return 0;
	*callers_sp = slot + 8;
	return sf_follows_call(address) ? address : 0;
}

#else

static u64 sf_leaf_return_address(struct pt_regs *regs, u64 *callers_sp)
{
	return 0;
}

#endif

/* Writes up to max_depth addresses, leaf first; all but the leaf are return addresses. */
static u32 sf_walk_frames(u64 *addresses, u32 max_depth, struct pt_regs *regs)
{
	bool narrow = sf_is_narrow(regs);
	unsigned long at = sf_frame_pointer(regs);
	struct sf_frame frame;
	u32 depth = 0;

	addresses[depth++] = instruction_pointer(regs);
	if (!narrow && depth < max_depth) {
		u64 callers_sp, caller = sf_leaf_return_address(regs, &callers_sp);

		if (caller)
			addresses[depth++] = caller;
	}
	while (depth < max_depth && at && sf_read_frame(&frame, at, narrow)) {
		if (!frame.return_address)
			break;
		addresses[depth++] = frame.return_address;
		/* Stacks grow down, so frames go up: this also ends circles. */
		if (frame.next <= at)
			break;
		at = frame.next;
	}
	return depth;
}

#endif
