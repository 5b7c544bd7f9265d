/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * A copy of the user's registers and stack, of a process that is not known yet: to be walked in user space when its mappings are
 * (collector/unwind/copied). The layout is that of collector/unwind/copied/copy-layout.ts.
 */
#ifndef STAPFLAME_COPY_STACK_H
#define STAPFLAME_COPY_STACK_H

#include <linux/sched.h>
#include "user-registers.h"

/* What is copied at a time. A piece that reaches into memory that cannot be read is left out, and ends the copy. */
#define SF_COPY_CHUNK 256u

/* Writes where the leaf is, its registers by their DWARF numbers, and the stack: max_words of them at the most. Returns how many. */
static u32 sf_copy_stack(u64 *words, u32 max_words, struct pt_regs *regs)
{
	const struct mm_struct *mm = READ_ONCE(current->mm);
	/* Where a process's first stack begins; behind it there are no frames. */
	unsigned long at = user_stack_pointer(regs), begin = mm ? mm->start_stack : 0;
	u32 count = 0;
	u64 value;

	words[count++] = instruction_pointer(regs);
	while (count < max_words && sf_register(&value, regs, count - 1))
		words[count++] = value;
	while (count + SF_COPY_CHUNK / 8 <= max_words && !sf_copy_from_user(words + count, at, SF_COPY_CHUNK)) {
		count += SF_COPY_CHUNK / 8;
		at += SF_COPY_CHUNK;
		if (at > begin)
			break;
	}
	return count;
}

#endif
