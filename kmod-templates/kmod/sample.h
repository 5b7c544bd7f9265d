/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * One sample: run by each CPU's clock in its timer interrupt. Filters the current task before any stack is walked,
 * writes the stack to the end of this CPU's arena, and either counts it as one already there or keeps it. Takes no lock and
 * touches nothing that another CPU writes. Bounded by the depth.
 */
#ifndef STAPFLAME_SAMPLE_H
#define STAPFLAME_SAMPLE_H

#include <linux/math64.h>
#include <linux/timekeeping.h>
#include "copy-stack.h"
#include "kernel-stack.h"
#include "session.h"
#include "user-stack.h"

/* Whether a recording wants the current task. */
static bool sf_wants_current(const struct sf_session *session)
{
	if (session->flags & SF_FILTER_TASKS)
		return sf_is_target(session->targets, current->tgid) ||
		       sf_is_target(session->targets, SF_TID_KEY | current->pid);
#ifdef CONFIG_CGROUPS
	if (session->flags & SF_FILTER_CGROUP)
		return cgroup_is_descendant(task_dfl_cgroup(current), session->cgroup);
#endif
	return true;
}

/*
 * The ids that the user knows the current task by: 0 when the user's PID namespace does not show it, be it one of
 * another container or one that is ending and has given its ids up already.
 */
static u64 sf_ids_of_current(const struct sf_session *session)
{
	u32 tgid = current->tgid, tid = current->pid;

	if (session->pids && tid) {
		tgid = task_tgid_nr_ns(current, session->pids);
		tid = task_pid_nr_ns(current, session->pids);
	}
	if (!(session->flags & SF_PER_THREAD))
		tid = 0;
	return (u64)tid << 32 | tgid;
}

static void sf_name_of_current(u64 *words)
{
	char *name = (char *)words;
	int i, length = min_t(int, TASK_COMM_LEN, 16);

	words[0] = 0;
	words[1] = 0;
	for (i = 0; i < length && current->comm[i]; i++)
		name[i] = current->comm[i];
}

static u32 sf_hash(const u64 *words, u32 count, u64 multiplier)
{
	u64 hash = 0;
	u32 i;

	for (i = 0; i < count; i++) {
		hash = (hash ^ words[i]) * multiplier;
		hash ^= hash >> 32;
	}
	return hash;
}

/*
 * Counts the record behind the arena's last one: adds it to an equal one, or keeps it. A slot of the index is
 * tag:32, (offset / 8 + 1):32. Two stacks are equal only when each word is. When the index is crowded the record is kept
 * without a slot, and the reader adds it up.
 */
static void sf_count(const struct sf_session *session, struct sf_arena *arena, u64 *record, u32 words)
{
	u8 *records = (u8 *)&arena->index[session->index_slots];
	u32 key_words = words - SF_WORD_KEY, probe;
	u32 hash = sf_hash(record + SF_WORD_KEY, key_words, session->hash_multiplier);
	u64 tag = (u64)hash << 32;

	for (probe = 0; probe < SF_MAX_PROBES; probe++) {
		u64 *slot = &arena->index[(hash + probe) & (session->index_slots - 1)];
		u64 *known;

		if (!*slot) {
			*slot = tag | (arena->head / 8 + 1);
			break;
		}
		if ((*slot ^ tag) >> 32)
			continue;
		known = (u64 *)(records + ((u32)*slot - 1) * 8ul);
		/* The depths are part of the key: equal up to there means equally long. */
		if (memcmp(known + SF_WORD_KEY, record + SF_WORD_KEY, 4 * sizeof(u64)) ||
		    memcmp(known + SF_WORD_ADDRESSES, record + SF_WORD_ADDRESSES,
			   (words - SF_WORD_ADDRESSES) * sizeof(u64)))
			continue;
		known[SF_WORD_COUNT]++;
		known[SF_WORD_LAST] = record[SF_WORD_LAST];
		return;
	}
	arena->head += words * sizeof(u64);
}

static void sf_take_sample(const struct sf_session *session, struct sf_cpu *cpu, struct pt_regs *regs)
{
	struct pt_regs *user_regs;
	struct sf_arena *arena;
	u32 kernel = 0, user = 0;
	u8 end = SF_STACK_UNKNOWN;
	u64 *record, now;

	if (!sf_wants_current(session))
		return;
	if ((session->flags & SF_KERNEL_ONLY) && user_mode(regs))
		return;
	if ((session->flags & SF_USER_ONLY) && !user_mode(regs))
		return;
	cpu->counters[SF_SAMPLES]++;
	arena = cpu->arenas[READ_ONCE(session->side) & 1];
	if (!arena) {
		cpu->counters[SF_NO_ARENA]++;
		return;
	}
	if (arena->head >= session->data_bytes) {
		cpu->counters[SF_ARENA_FULL]++;
		return;
	}
	record = (u64 *)((u8 *)&arena->index[session->index_slots] + arena->head);
	now = ktime_get_mono_fast_ns();
	record[SF_WORD_COUNT] = 1;
	record[SF_WORD_FIRST] = now;
	record[SF_WORD_LAST] = now;
	record[SF_WORD_IDS] = sf_ids_of_current(session);
	sf_name_of_current(record + SF_WORD_COMM);
	if (!user_mode(regs))
		kernel = sf_kernel_stack(record + SF_WORD_ADDRESSES, session->kernel_depth, regs);
	user_regs = session->flags & SF_KERNEL_ONLY ? NULL : sf_user_registers(regs);
	if (user_regs)
		user = sf_user_stack(session, record + SF_WORD_ADDRESSES + kernel, user_regs, &end);
	/* Of an arena, copies have half, so that they take no room from stacks that are counted. */
	if (end == SF_STACK_NOT_KNOWN_YET && session->copied_words && arena->head < session->data_bytes / 2) {
		user = sf_copy_stack(record + SF_WORD_ADDRESSES + kernel, session->copied_words, user_regs);
		end = SF_STACK_COPIED;
	}
	record[SF_WORD_DEPTHS] = (u32)div64_u64(now > session->start_ns ? now - session->start_ns : 0, session->slice_ns) |
				 (u64)kernel << 32 | (u64)end << 44 | (u64)user << 48;
	if (end == SF_STACK_COPIED)
		arena->head += (SF_WORD_ADDRESSES + kernel + user) * sizeof(u64);
	else
		sf_count(session, arena, record, SF_WORD_ADDRESSES + kernel + user);
	cpu->counters[SF_SAMPLE_NANOS] += ktime_get_mono_fast_ns() - now;
}

/* The clock's overflow handler. */
static void sf_on_clock(struct perf_event *event, struct perf_sample_data *data, struct pt_regs *regs)
{
	struct sf_cpu *cpu = event->overflow_handler_context;
	const struct sf_session *session = cpu->session;

	if (!READ_ONCE(session->running) || !regs)
		return;
	if (current->pid)
		cpu->counters[SF_BUSY_TICKS]++;
	else if (!(session->flags & SF_IDLE))
		return;
	sf_take_sample(session, cpu, regs);
}

#endif
