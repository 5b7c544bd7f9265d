/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/* A recording: what one opened device holds, from SF_IOC_PREPARE until it is closed. */
#ifndef STAPFLAME_SESSION_H
#define STAPFLAME_SESSION_H

#include <linux/cgroup.h>
#include <linux/mutex.h>
#include <linux/perf_event.h>
#include <linux/pid_namespace.h>
#include "abi.h"
#include "shards.h"
#include "targets.h"

struct sf_session;

/* What a CPU's timer works with; written by that CPU only. */
struct sf_cpu {
	struct sf_session *session;
	struct perf_event *clock;
	u64 *counters;
	struct sf_arena *arenas[2]; /* NULL for a CPU that came when the arenas were made already */
};

struct sf_session {
	struct mutex lock; /* the requests and mmap of one device, one at a time, but for flips */
	struct mutex flip_lock; /* flips: they wait for all CPUs, and mappings need not wait for them */
	struct hlist_node hotplug;
	bool prepared; /* what flips need is there, and stays */
	bool ran; /* or was stopped before: it never runs again */
	u64 bytes_held; /* counted among those that all sessions hold */
	bool follows_hotplug;
	bool follows_forks;
	bool running; /* read by the timers */
	u32 side; /* of the arenas that are written */

	u32 flags;
	u32 kernel_depth;
	u32 user_depth;
	u32 copied_words;
	u32 data_bytes;
	u32 index_slots;
	u32 cpus;
	u64 period_ns;
	u64 slice_ns;
	u64 start_ns;
	u64 hash_multiplier;

	void *memory; /* what is mapped: counters, then arenas */
	u64 memory_bytes;
	u64 arenas_offset;
	u64 arena_bytes;
	struct sf_cpu *per_cpu; /* nr_cpu_ids of them */
	struct sf_targets *targets;
	struct sf_shards shards;
	struct cgroup *cgroup;
	struct pid_namespace *pids; /* in whose ids samples are told; NULL: the machine's own */
};

#endif
