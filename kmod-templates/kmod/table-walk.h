/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * The user's stack by unwind tables. A frame: the entry of the process's mappings that holds pc (find-entry.h), the rule of its
 * table for pc (find-rule.h), the caller's registers by that rule (apply-rule.h), or by the frame pointer where there is no
 * rule. The bpf collector's programs walk in the same way, collector/bpf/programs/walk.ts.
 *
 * Whatever the tables and the stack hold, each step has a bound, there are as many frames as the recording's depth at most, and
 * nothing outside of shards and user memory is read by what they say.
 */
#ifndef STAPFLAME_TABLE_WALK_H
#define STAPFLAME_TABLE_WALK_H

#include <linux/pid.h>
#include <linux/rcupdate.h>
#include "apply-rule.h"
#include "find-entry.h"
#include "find-rule.h"

/* The current task, its parent, and the parent's parent: a child that was just forked has its forebear's mappings. */
#define SF_GENERATIONS 3

/* A word that tells one program image from another, collector/unwind/image-check.ts. */
static u32 sf_image_check(const struct mm_struct *mm)
{
	return mm->start_stack >> SF_START_STACK_SHIFT ^ mm->end_code >> SF_END_CODE_SHIFT;
}

/* The mappings of the current task's program, if they are known; ids are those of the namespace, or NULL for the machine's. */
static bool sf_mappings_of_current(struct sf_mappings *mappings, const struct sf_shards *shards,
				   struct pid_namespace *pids)
{
	const struct mm_struct *mm = READ_ONCE(current->mm);
	struct task_struct *task = current;
	bool found = false;
	u32 image_check, generation;

	if (!mm)
		return false;
	image_check = sf_image_check(mm);
	rcu_read_lock();
	for (generation = 0; generation < SF_GENERATIONS && !found; generation++) {
		if (generation) {
			/* The parent of a task that is gone may be gone too. */
			if (!pid_alive(task))
				break;
			task = rcu_dereference(task->real_parent);
			if (!task)
				break;
		}
		found = sf_find_mappings(mappings, shards, pids ? task_tgid_nr_ns(task, pids) : task->tgid, image_check);
	}
	rcu_read_unlock();
	return found;
}

/* Goes to the caller's frame by the frame pointer, and remembers why: should the walk fail then, that is the cause. */
static u8 sf_step_without_rule(struct sf_walk *walk, u8 cause, bool zero_ends)
{
	if (!walk->cause)
		walk->cause = cause;
	return sf_step_by_frame_pointer(walk, zero_ends);
}

/* Goes from the frame at `address`, which `entry` holds, to the caller's. Returns 0, or why the walk ends. */
static u8 sf_step(struct sf_walk *walk, const struct sf_shards *shards, const struct sf_entry *entry, u64 address)
{
	struct sf_rule rule;
	u8 end = SF_STACK_NO_TABLE;

	/* Code made at run time: a chain of frame pointers ends with 0, but one that has not begun may find anything in the register. */
	if (entry->table == SF_TABLE_BY_NATURE_NONE)
		return sf_step_without_rule(walk, 0, walk->by_frame_pointer);
	if (entry->table == SF_TABLE_MISSING)
		return sf_step_without_rule(walk, SF_STACK_NO_TABLE, false);
	if (entry->table == SF_TABLE_COMING)
		return sf_step_without_rule(walk, SF_STACK_NOT_KNOWN_YET, false);
	if (sf_find_rule(&rule, shards, entry->table, address - entry->origin))
		end = sf_apply_rule(walk, &rule);
	if (end != SF_STACK_NO_TABLE && end != SF_STACK_INEXPRESSIBLE) {
		walk->by_frame_pointer = false;
		return end;
	}
	/*
	 * Code in a file that no rule covers is hand-written assembler, or what a run-time brings with it. It may be a stack's
	 * beginning, but the leaf may use the frame pointer for something else.
	 */
	return sf_step_without_rule(walk, end, end == SF_STACK_NO_TABLE && !walk->exact);
}

/* Writes up to max_depth addresses, leaf first; all but the leaf, and what a signal interrupted, are return addresses. */
static u32 sf_walk_tables(u64 *addresses, u32 max_depth, struct pt_regs *regs, const struct sf_shards *shards,
			  struct pid_namespace *pids, u8 *end)
{
	struct sf_walk walk = {
		.pc = instruction_pointer(regs),
		.sp = user_stack_pointer(regs),
		.fp = sf_frame_pointer(regs),
		.leaf = regs,
		.exact = true,
	};
	struct sf_mappings mappings = {};
	struct sf_entry entry = {};
	bool known = sf_mappings_of_current(&mappings, shards, pids);
	u32 depth = 0;
	u8 why = 0;

	while (!why) {
		u64 address = walk.exact ? walk.pc : walk.pc - 1;
		/* Frames of the same file follow each other. */
		bool inside = (entry.start <= address && address < entry.end) ||
			      sf_find_entry(&entry, &mappings, address);

		/*
		 * In no mapping that is known. The leaf and what a rule gave are believed, for a mapping may be newer than what is
		 * known; but what a frame pointer gave is taken for code only if it is known to be.
		 */
		if (!inside && known && walk.by_frame_pointer) {
			why = SF_STACK_OUTSIDE_MAPPINGS;
			break;
		}
		if (depth == max_depth) {
			*end = SF_STACK_TOO_DEEP;
			return depth;
		}
		addresses[depth++] = walk.pc;
		if (inside)
			why = sf_step(&walk, shards, &entry, address);
		else
			why = sf_step_without_rule(&walk, SF_STACK_NOT_KNOWN_YET, false);
		walk.leaf = NULL;
	}
	/* Had frame pointers to be used on the way, that is what the walk failed of. */
	*end = why != SF_STACK_COMPLETE && walk.cause ? walk.cause : why;
	return depth;
}

#endif
