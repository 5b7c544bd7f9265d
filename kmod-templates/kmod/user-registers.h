/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/* The registers with which the current task left user code: where a walk of its stack begins. */
#ifndef STAPFLAME_USER_REGISTERS_H
#define STAPFLAME_USER_REGISTERS_H

#include <linux/nospec.h>
#include <linux/ptrace.h>
#include <linux/sched.h>
#include <linux/sched/task_stack.h>
#include "compat.h"

/* NULL for a task that has none. */
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

#ifdef CONFIG_X86_64

/* Whether the program is one of 32-bit code, whose frames are of 32-bit words. */
static inline bool sf_is_narrow(struct pt_regs *regs)
{
#ifdef SF_HAS_TIF_ADDR32
	return test_thread_flag(TIF_ADDR32);
#else
	return false;
#endif
}

/* Whether there are no unwind tables for the interrupted code, since it is of another instruction set. */
static inline bool sf_has_no_tables(struct pt_regs *regs)
{
	return sf_is_narrow(regs) || regs->cs == __USER32_CS;
}

static inline unsigned long sf_frame_pointer(struct pt_regs *regs)
{
	return regs->bp;
}

/* By its DWARF number, psABI figure 3.36; false: there is no such register. */
static bool sf_register(u64 *value, struct pt_regs *regs, u8 number)
{
	const unsigned long *const registers[] = {
		&regs->ax, &regs->dx, &regs->cx, &regs->bx, &regs->si, &regs->di, &regs->bp, &regs->sp,
		&regs->r8, &regs->r9, &regs->r10, &regs->r11, &regs->r12, &regs->r13, &regs->r14, &regs->r15,
	};

	if (number >= ARRAY_SIZE(registers))
		return false;
	*value = *registers[array_index_nospec(number, ARRAY_SIZE(registers))];
	return true;
}

/* Calls push the return address. */
static inline bool sf_has_link_register(void)
{
	return false;
}

static inline u64 sf_link_register(struct pt_regs *regs)
{
	return 0;
}

static inline u64 sf_code_address(u64 address)
{
	return address;
}

/*
 * Where a thread keeps what is its own: the base of fs, which is in the task since it was set by arch_prctl or clone, or since
 * the task ran last. A thread that has set it by an instruction of its own since then, as neither Go nor libc does, is read of
 * in vain.
 */
static inline bool sf_thread_pointer(u64 *pointer)
{
#ifdef SF_HAS_THREAD_FSBASE
	*pointer = current->thread.fsbase;
	return true;
#else
	return false;
#endif
}

#elif defined(CONFIG_ARM64)

static inline bool sf_is_narrow(struct pt_regs *regs)
{
	return false;
}

static inline bool sf_has_no_tables(struct pt_regs *regs)
{
	return compat_user_mode(regs);
}

/* A 32-bit program keeps its frames otherwise: its stack is its leaf. */
static inline unsigned long sf_frame_pointer(struct pt_regs *regs)
{
	return compat_user_mode(regs) ? 0 : regs->regs[29];
}

/* By its DWARF number: x0 to x30, and sp. */
static bool sf_register(u64 *value, struct pt_regs *regs, u8 number)
{
	if (number == 31)
		*value = regs->sp;
	else if (number < ARRAY_SIZE(regs->regs))
		*value = regs->regs[array_index_nospec(number, ARRAY_SIZE(regs->regs))];
	else
		return false;
	return true;
}

static inline bool sf_has_link_register(void)
{
	return true;
}

static inline u64 sf_link_register(struct pt_regs *regs)
{
	return regs->regs[30];
}

/* Without the bits in which pointer authentication signs return addresses: those above 48. */
static inline u64 sf_code_address(u64 address)
{
	return address & ((1ull << 48) - 1);
}

/* No rule asks for it. */
static inline bool sf_thread_pointer(u64 *pointer)
{
	return false;
}

#else
#error "stapflame knows the user stacks of x86-64 and arm64"
#endif

#endif
