/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/* One frame of a user's stack: the caller's registers, by a rule or by the frame pointer. */
#ifndef STAPFLAME_APPLY_RULE_H
#define STAPFLAME_APPLY_RULE_H

#include "frame-walk.h"
#include "unwind-memory.h"

/* The registers of one frame after the other. */
struct sf_walk {
	u64 pc;
	u64 sp;
	u64 fp;
	struct pt_regs *leaf; /* where it began; NULL when that frame is left */
	bool exact; /* pc is where execution goes on (the leaf, or what a signal interrupted), not a return address */
	bool by_frame_pointer; /* pc was found without a rule */
	u8 cause; /* why frame pointers had to be used, to be told should the walk then fail; 0: it has not been so */
};

/* What a frame pointer that is lost is set to: no frame lies there, so nothing is read by it. */
#define SF_LOST_FRAME_POINTER 1

/* Bytes of a PLT entry. */
#define SF_PLT_ENTRY 16

static bool sf_read_word(u64 *word, u64 at)
{
	return !sf_copy_from_user(word, at, sizeof(*word));
}

/*
 * The kernel put the interrupted registers on the stack of a signal handler, which may be another one than that which was
 * interrupted.
 */
static u8 sf_leave_signal_frame(struct sf_walk *walk, const struct sf_rule *rule)
{
	u64 pc, sp, fp = SF_LOST_FRAME_POINTER;

	if (!sf_read_word(&pc, walk->sp + rule->ra_offset) || !sf_read_word(&sp, walk->sp + rule->cfa_offset))
		return SF_STACK_UNREADABLE;
	if (rule->fp == SF_FP_LOST)
		walk->cause = SF_STACK_INEXPRESSIBLE;
	else if (!sf_read_word(&fp, walk->sp + rule->fp_offset))
		return SF_STACK_UNREADABLE;
	walk->pc = pc;
	walk->sp = sp;
	walk->fp = fp;
	walk->exact = true;
	return 0;
}

/* What a rule leads to from where the thread keeps what is its own. */
static u8 sf_follow_thread(u64 *at, const struct sf_rule *rule)
{
	if (!sf_thread_pointer(at))
		return SF_STACK_INEXPRESSIBLE;
	if (!sf_read_word(at, *at + rule->cfa_offset) || !sf_read_word(at, *at + (u16)rule->cfa_add) ||
	    !sf_read_word(at, *at + ((u32)rule->cfa_add >> 16)))
		return SF_STACK_UNREADABLE;
	return 0;
}

/*
 * The caller's stack pointer by those rules whose caller is on another stack: Go's runtime, which works for goroutines on stacks
 * of its own. What the rule and the process's memory say is only read by; it may fail.
 */
static u8 sf_find_other_stack(u64 *cfa, const struct sf_walk *walk, const struct sf_rule *rule)
{
	u64 at = walk->sp + rule->cfa_offset, depth = 0;
	u8 end;

	if (rule->cfa == SF_CFA_STACK_DEPTH) {
		if (!sf_read_word(&at, at) || !sf_read_word(&at, at + rule->cfa_add) ||
		    !sf_read_word(&depth, walk->sp + rule->ra_offset))
			return SF_STACK_UNREADABLE;
	} else {
		end = sf_follow_thread(&at, rule);
		if (end)
			return end;
		if (rule->cfa == SF_CFA_GOROUTINE && !sf_read_word(&at, at + rule->ra_offset))
			return SF_STACK_UNREADABLE;
	}
	*cfa = at - depth + rule->reg;
	return *cfa & 7 ? SF_STACK_NO_PROGRESS : 0;
}

/*
 * The goroutine that the thread works for, if where it is to go on lies behind a call of this code; else the thread has gone over
 * to another one, and nobody has called this.
 */
static u8 sf_leave_for_goroutine(struct sf_walk *walk, const struct sf_rule *rule)
{
	u64 at, noted[2];
	u8 code[5], end = sf_follow_thread(&at, rule);
	s32 distance;

	if (end)
		return end;
	if (!at)
		return SF_STACK_COMPLETE;
	if (sf_copy_from_user(noted, at + rule->ra_offset, sizeof(noted)))
		return SF_STACK_UNREADABLE;
	if (noted[0] & 7)
		return SF_STACK_NO_PROGRESS;
	if (sf_copy_from_user(code, noted[1] - sizeof(code), sizeof(code)))
		return SF_STACK_UNREADABLE;
	memcpy(&distance, code + 1, sizeof(distance));
	if (code[0] != 0xe8 || noted[1] + distance - walk->pc + SF_NEAR_BYTES > 2 * SF_NEAR_BYTES)
		return SF_STACK_COMPLETE;
	walk->sp = noted[0];
	walk->pc = noted[1];
	walk->exact = false;
	return walk->pc ? 0 : SF_STACK_COMPLETE;
}

/* The canonical frame address, which is the caller's stack pointer. */
static u8 sf_find_cfa(u64 *cfa, const struct sf_walk *walk, const struct sf_rule *rule)
{
	u64 value;

	switch (rule->cfa) {
	case SF_CFA_STACK_POINTER:
		value = walk->sp + rule->cfa_offset;
		break;
	case SF_CFA_FRAME_POINTER:
		value = walk->fp + rule->cfa_offset;
		break;
	case SF_CFA_PLT:
		/* Its entries push a word at an offset into them. */
		value = walk->sp + 8 + ((s32)(walk->pc & (SF_PLT_ENTRY - 1)) >= rule->cfa_offset ? 8 : 0);
		break;
	case SF_CFA_AT_STACK_POINTER:
	case SF_CFA_AT_FRAME_POINTER:
		value = rule->cfa == SF_CFA_AT_STACK_POINTER ? walk->sp : walk->fp;
		if (!sf_read_word(&value, value + rule->cfa_offset))
			return SF_STACK_UNREADABLE;
		value += rule->cfa_add;
		break;
	case SF_CFA_REGISTER:
		if (!walk->leaf || !sf_register(&value, walk->leaf, rule->reg))
			return SF_STACK_INEXPRESSIBLE;
		value += rule->cfa_offset;
		break;
	case SF_CFA_INEXPRESSIBLE:
		if (rule->ra != SF_RA_REGISTER || !walk->leaf)
			return SF_STACK_INEXPRESSIBLE;
		value = walk->sp + rule->cfa_offset;
		break;
	case SF_CFA_GOROUTINE:
	case SF_CFA_THREAD_NOTE:
	case SF_CFA_STACK_DEPTH:
		/* It may lie anywhere. */
		return sf_find_other_stack(cfa, walk, rule);
	default:
		return SF_STACK_NO_TABLE;
	}
	/* Stacks grow down. A leaf may have pushed nothing where calls push nothing, or where it has taken its return address back. */
	if ((value & 7) || value < walk->sp)
		return SF_STACK_NO_PROGRESS;
	if (value == walk->sp && !(walk->leaf && (sf_has_link_register() || rule->ra == SF_RA_REGISTER)))
		return SF_STACK_NO_PROGRESS;
	*cfa = value;
	return 0;
}

static u8 sf_find_return_address(u64 *pc, const struct sf_walk *walk, const struct sf_rule *rule, u64 cfa)
{
	/* Where the caller is on another stack, ra_offset tells something else. */
	s32 offset = rule->cfa >= SF_CFA_GOROUTINE ? -8 : rule->ra_offset;

	switch (rule->ra) {
	case SF_RA_AT_CFA:
		if (!sf_read_word(pc, cfa + offset))
			return SF_STACK_UNREADABLE;
		break;
	case SF_RA_OUTERMOST:
		return SF_STACK_COMPLETE;
	case SF_RA_LINK_REGISTER:
		if (!sf_has_link_register() || !walk->leaf)
			return SF_STACK_INEXPRESSIBLE;
		*pc = sf_link_register(walk->leaf);
		break;
	case SF_RA_REGISTER:
		if (!walk->leaf || !sf_register(pc, walk->leaf, rule->reg))
			return SF_STACK_INEXPRESSIBLE;
		break;
	default:
		return SF_STACK_INEXPRESSIBLE;
	}
	*pc = sf_code_address(*pc);
	return *pc ? 0 : SF_STACK_COMPLETE;
}

/* Goes to the caller's frame. Returns 0, or why it cannot: SF_STACK_NO_TABLE when it is the rule that says nothing. */
static u8 sf_apply_rule(struct sf_walk *walk, const struct sf_rule *rule)
{
	u64 cfa = 0, pc = 0, fp = walk->fp;
	u8 end;

	if (rule->cfa == SF_CFA_SIGNAL_FRAME)
		return sf_leave_signal_frame(walk, rule);
	if (rule->cfa == SF_CFA_GOROUTINE_CALL)
		return sf_leave_for_goroutine(walk, rule);
	end = sf_find_cfa(&cfa, walk, rule);
	if (!end)
		end = sf_find_return_address(&pc, walk, rule, cfa);
	if (end)
		return end;
	switch (rule->fp) {
	case SF_FP_SAME:
		break;
	case SF_FP_AT_CFA:
	case SF_FP_AT_FRAME_POINTER:
		if (!sf_read_word(&fp, (rule->fp == SF_FP_AT_CFA ? cfa : fp) + rule->fp_offset))
			return SF_STACK_UNREADABLE;
		break;
	case SF_FP_IS_CFA:
		fp = cfa + rule->fp_offset;
		break;
	default:
		fp = SF_LOST_FRAME_POINTER;
		walk->cause = SF_STACK_INEXPRESSIBLE;
	}
	walk->pc = pc;
	walk->sp = cfa;
	walk->fp = fp;
	walk->exact = false;
	return 0;
}

/*
 * The same without a rule: the frame pointer leads to the caller's, behind which the return address lies. It must not point
 * below the stack pointer. The leaf's return address may be told by its instruction. `zero_ends`: whether a frame pointer of 0 tells the outermost frame, or nothing.
 */
static u8 sf_step_by_frame_pointer(struct sf_walk *walk, bool zero_ends)
{
	struct sf_frame frame;
	u64 sp = 0, pc = walk->leaf ? sf_leaf_return_address(walk->leaf, &sp) : 0;

	if (pc && sp > walk->sp) {
		walk->sp = sp;
	} else {
		if (!walk->fp)
			return zero_ends ? SF_STACK_COMPLETE : SF_STACK_NO_TABLE;
		if ((walk->fp & 7) || walk->fp < walk->sp)
			return SF_STACK_NO_PROGRESS;
		if (!sf_read_frame(&frame, walk->fp, false))
			return SF_STACK_UNREADABLE;
		pc = sf_code_address(frame.return_address);
		if (!pc)
			return zero_ends ? SF_STACK_COMPLETE : SF_STACK_NO_TABLE;
		walk->sp = walk->fp + sizeof(frame);
		walk->fp = frame.next;
	}
	walk->pc = pc;
	walk->exact = false;
	walk->by_frame_pointer = true;
	return 0;
}

#endif
