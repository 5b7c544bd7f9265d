/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * The user's stack of the current task, by frame pointers. sf_user_stack is the one way in: unwinding by tables will
 * stand here too, and fall back to this.
 */
#ifndef STAPFLAME_USER_STACK_H
#define STAPFLAME_USER_STACK_H

#include <linux/ptrace.h>
#include <linux/sched.h>
#include <linux/sched/task_stack.h>
#include "compat.h"

/* Registers with which the current task left user code, or NULL for a task that has none. */
static struct pt_regs *sf_user_registers(struct pt_regs *interrupted)
{
	struct pt_regs *regs;

	if (user_mode(interrupted))
		return interrupted;
	if (!current->mm || (current->flags & PF_KTHREAD))
		return NULL;
	regs = task_pt_regs(current);
	return regs && user_mode(regs) ? regs : NULL;
}

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

static inline bool sf_is_narrow(struct pt_regs *regs)
{
#ifdef SF_HAS_TIF_ADDR32
	return test_thread_flag(TIF_ADDR32);
#else
	return false;
#endif
}

static inline unsigned long sf_frame_pointer(struct pt_regs *regs)
{
	return regs->bp;
}

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
 * would miss the caller. Tells where the return address lies then; 0 elsewhere.
 */
static u64 sf_leaf_return_address(struct pt_regs *regs)
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
	return sf_follows_call(address) ? address : 0;
}

#elif defined(CONFIG_ARM64)

static inline bool sf_is_narrow(struct pt_regs *regs)
{
	return false;
}

/* A 32-bit program keeps its frames otherwise: its stack is its leaf. */
static inline unsigned long sf_frame_pointer(struct pt_regs *regs)
{
	return compat_user_mode(regs) ? 0 : regs->regs[29];
}

static u64 sf_leaf_return_address(struct pt_regs *regs)
{
	return 0;
}

#else
#error "stapflame knows the user stacks of x86-64 and arm64"
#endif

/* Writes up to max_depth addresses, leaf first; all but the leaf are return addresses. */
static u32 sf_user_stack(u64 *addresses, u32 max_depth, struct pt_regs *regs)
{
	bool narrow = sf_is_narrow(regs);
	unsigned long at = sf_frame_pointer(regs);
	struct sf_frame frame;
	u32 depth = 0;

	addresses[depth++] = instruction_pointer(regs);
	if (!narrow && depth < max_depth) {
		u64 caller = sf_leaf_return_address(regs);

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
