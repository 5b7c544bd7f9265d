/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * What the module and the CLI agree on: the ioctls and the memory that is mapped. Its other half is
 * collector/kmod/abi.ts; a unit test compares the two.
 */
#ifndef STAPFLAME_ABI_H
#define STAPFLAME_ABI_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define SF_ABI_VERSION 4

/* sf_plan.flags */
#define SF_FILTER_TASKS (1u << 0)
#define SF_FILTER_CGROUP (1u << 1)
#define SF_IDLE (1u << 2)
#define SF_PER_THREAD (1u << 3)
#define SF_KERNEL_ONLY (1u << 4)
#define SF_USER_ONLY (1u << 5)
#define SF_ALL_FLAGS ((1u << 6) - 1)

/* Given with SF_IOC_PREPARE; what is marked "out" is filled in by the module. */
struct sf_plan {
	__u32 version;
	__u32 flags;
	__u32 kernel_depth; /* frames of a kernel stack that are kept */
	__u32 user_depth; /* and of a user stack */
	__u32 data_bytes; /* of one arena's records: a power of two */
	__s32 cgroup_fd; /* a directory of cgroup v2, with SF_FILTER_CGROUP */
	__u64 period_ns;
	__u64 slice_ns;
	__u64 hash_multiplier; /* odd; 0 makes all stacks collide, for tests */
	__u64 ids; /* user address of __s32[pids + tids], as the caller's PID namespace numbers them */
	__u32 pids;
	__u32 tids;
	__u32 cpus; /* out: CPUs that have arenas */
	__u32 copied_words; /* of a user stack that cannot be walked yet, with registers; 0: none is copied */
	__u64 arenas_offset; /* out: where the arenas begin in the mapped memory */
	__u64 arena_bytes; /* out: distance from one arena to the next */
	__u64 map_bytes; /* out: length to map */
};

/* Takes the plan: makes the memory, and follows forks from now on. Once for each time the device is opened. */
#define SF_IOC_PREPARE _IOWR('s', 0x51, struct sf_plan)
/* Turns all CPUs to the other side's arenas, emptied before, and waits until none writes to the old one. Returns the old side. */
#define SF_IOC_FLIP _IO('s', 0x52)
/* Stops sampling for good; what was counted can still be read. */
#define SF_IOC_STOP _IO('s', 0x53)
/* Begins to sample, and slice 0 with it. Once, after SF_IOC_PREPARE. */
#define SF_IOC_RUN _IO('s', 0x54)
/*
 * Adds a shard of memory for unwind tables and the processes' mappings (unwind-memory.h), all zero, and returns its number:
 * they are counted from 0. At any time after SF_IOC_PREPARE. From the first one on, user stacks are walked by tables.
 */
#define SF_IOC_ADD_SHARD _IO('s', 0x55)

/*
 * Shard n is mapped, shared and to be written, from this offset plus n * SF_SHARD_BYTES of the device on: by itself and
 * whole. The other offsets are those of the memory below.
 */
#define SF_SHARDS_OFFSET (1ull << 40)
#define SF_SHARD_BYTES (1u << 20)
#define SF_MAX_SHARDS 256u

/*
 * The mapped memory, read-only to user space: a row of counters for each CPU and one more, then the arenas:
 * that of CPU c and side s is number c * 2 + s. Layout of an arena: collector/arena/layout.ts.
 */
#define SF_COUNTERS_PER_ROW 8
enum sf_counter {
	SF_BUSY_TICKS,
	SF_SAMPLES,
	SF_ARENA_FULL,
	SF_NO_ARENA,
	SF_TARGETS_FULL,
	SF_SAMPLE_NANOS,
	SF_NO_WALK, /* of the bpf collector only */
};

/* An arena: this header, the index of u64 slots, the records, and room for one record more. */
struct sf_arena {
	__u64 head; /* bytes of records */
	__u64 unused[7];
	__u64 index[];
};

/* A record, in words of 8 bytes; its key is word 3 and on. */
enum sf_word {
	SF_WORD_COUNT,
	SF_WORD_FIRST,
	SF_WORD_LAST,
	SF_WORD_IDS, /* tgid:32, tid:32 */
	SF_WORD_COMM, /* two words */
	SF_WORD_DEPTHS = 6, /* slice:32, kernel depth:12, why the user stack ended:4, user depth:16 */
	SF_WORD_ADDRESSES,
	SF_WORD_KEY = SF_WORD_IDS,
};

#define SF_RECORD_BYTES_PER_SLOT 64
#define SF_MAX_PROBES 16

#endif
