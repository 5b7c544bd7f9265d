/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/* The kernel's stack from the registers that the timer interrupted. */
#ifndef STAPFLAME_KERNEL_STACK_H
#define STAPFLAME_KERNEL_STACK_H

#include <linux/ptrace.h>
#include <linux/sched.h>
#include <linux/stacktrace.h>

#ifdef SF_HAS_UNWIND_START
#include <asm/unwind.h>

/* By the kernel's own unwinder, ORC or frame pointers: writes up to max_depth addresses, leaf first. */
static u32 sf_kernel_stack(u64 *addresses, u32 max_depth, struct pt_regs *regs)
{
	struct unwind_state state;
	u32 depth = 0;

	addresses[depth++] = instruction_pointer(regs);
	for (unwind_start(&state, current, regs, NULL); depth < max_depth && !unwind_done(&state);
	     unwind_next_frame(&state)) {
		unsigned long address = unwind_get_return_address(&state);

		if (!address)
			break;
		addresses[depth++] = address;
	}
	return depth;
}

#elif defined(SF_HAS_STACK_TRACE_SAVE)

/* Frames of the interrupt itself lie above what was interrupted: so many at most. */
#define SF_INTERRUPT_FRAMES 48

/*
 * Where modules may not start an unwinder at given registers (arm64): the stack from here, without what lies above
 * the interrupted instruction. The room for it is the caller's: records end with room for one more.
 */
static u32 sf_kernel_stack(u64 *addresses, u32 max_depth, struct pt_regs *regs)
{
	unsigned long *trace = (unsigned long *)addresses;
	unsigned int entries = stack_trace_save(trace, max_depth, 0);
	unsigned int first;

	for (first = 0; first < entries && first < SF_INTERRUPT_FRAMES; first++)
		if (trace[first] == instruction_pointer(regs))
			break;
	if (first >= entries || trace[first] != instruction_pointer(regs)) {
		trace[0] = instruction_pointer(regs);
		return 1;
	}
	memmove(trace, trace + first, (entries - first) * sizeof(*trace));
	return entries - first;
}

#else

static u32 sf_kernel_stack(u64 *addresses, u32 max_depth, struct pt_regs *regs)
{
	addresses[0] = instruction_pointer(regs);
	return 1;
}

#endif
#endif
