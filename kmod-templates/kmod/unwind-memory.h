/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * How unwind tables and the processes' mappings lie in the shards. Its other half, which also tells of the whole, is
 * collector/unwind/memory-format.ts; a unit test compares the two. Little-endian.
 */
#ifndef STAPFLAME_UNWIND_MEMORY_H
#define STAPFLAME_UNWIND_MEMORY_H

#include <linux/types.h>

/* A place: shard << 17 | byte offset / 8. */
#define SF_PLACE_SHARD_SHIFT 17
#define SF_PLACE_UNIT_BYTES 8u

/* Shard 0 begins with slots: tgid:32 (low), place of the process block:32. */
#define SF_INDEX_SLOTS 8192u
#define SF_INDEX_MAX_PROBES 16u
#define SF_INDEX_HASH_MULTIPLIER 0x9e3779b1u
#define SF_INDEX_HASH_SHIFT 19

/* Begins a process block; its entries follow. */
struct sf_block {
	__u32 count;
	__u32 image_check; /* start_stack >> 4 ^ end_code >> 3 of the image that the mappings are of */
};
#define SF_START_STACK_SHIFT 4
#define SF_END_CODE_SHIFT 3

/* An executable mapping, or the part of one that a piece of a table tells of. */
struct sf_entry {
	__u64 start;
	__u64 end;
	__u64 origin; /* run-time address of the piece's address 0 */
	__u32 table; /* place of a piece, or one of the two below */
	__u32 unused;
};
#define SF_MAX_ENTRIES 4096u
#define SF_TABLE_BY_NATURE_NONE 0u
#define SF_TABLE_MISSING 1u
#define SF_TABLE_COMING 2u /* still being made */

/* Begins a piece of a table. The last four are byte offsets from here. */
struct sf_piece {
	__u32 row_count;
	__u32 page_count;
	__u32 rule_count;
	__u32 rule_bytes; /* of a row's rule index: 1 or 2 */
	__u32 pages; /* u32 each, and one more: the first row of a page */
	__u32 starts; /* u16 each: where in its page a row begins */
	__u32 rule_indexes;
	__u32 rules;
};
#define SF_PAGE_SHIFT 16

struct sf_rule {
	__u8 cfa;
	__u8 ra;
	__u8 fp;
	__u8 reg;
	__s32 cfa_offset;
	__s32 cfa_add;
	__s16 ra_offset;
	__s16 fp_offset;
};

/* sf_rule.cfa: how the caller's stack pointer is found. */
enum sf_cfa {
	SF_CFA_NONE, /* no rule for this code */
	SF_CFA_STACK_POINTER,
	SF_CFA_FRAME_POINTER,
	SF_CFA_PLT,
	SF_CFA_AT_STACK_POINTER,
	SF_CFA_AT_FRAME_POINTER,
	SF_CFA_INEXPRESSIBLE,
	SF_CFA_SIGNAL_FRAME,
	SF_CFA_REGISTER, /* of the leaf */
	/* Of another stack than the frame's own; symbolizer/unwind/rule.ts tells what is where in them. */
	SF_CFA_GOROUTINE,
	SF_CFA_THREAD_NOTE,
	SF_CFA_STACK_DEPTH,
	SF_CFA_GOROUTINE_CALL,
};

/* How near to its frame's pc the code must be that SF_CFA_GOROUTINE_CALL finds called. */
#define SF_NEAR_BYTES 256

/* sf_rule.ra: how the return address is found. */
enum sf_ra {
	SF_RA_AT_CFA,
	SF_RA_OUTERMOST,
	SF_RA_LINK_REGISTER, /* of the leaf */
	SF_RA_REGISTER, /* of the leaf; the CFA is inexpressible but there, where it is of the stack pointer */
};

/* sf_rule.fp: how the caller's frame pointer is found. */
enum sf_fp {
	SF_FP_SAME,
	SF_FP_AT_CFA,
	SF_FP_LOST,
	SF_FP_AT_FRAME_POINTER,
	SF_FP_IS_CFA,
};

/* Why the walk of a user stack ended, 4 bits of a record. Also in collector/unwind/stack-end.ts. */
enum sf_stack_end {
	SF_STACK_UNKNOWN,
	SF_STACK_COMPLETE,
	SF_STACK_NO_TABLE,
	SF_STACK_UNREADABLE,
	SF_STACK_TOO_DEEP,
	SF_STACK_INEXPRESSIBLE,
	SF_STACK_OUTSIDE_MAPPINGS,
	SF_STACK_NOT_KNOWN_YET,
	SF_STACK_NO_PROGRESS,
	SF_STACK_COPIED = 10, /* no end: the record has a copy for frames */
};

#endif
