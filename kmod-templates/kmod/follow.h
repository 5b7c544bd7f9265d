/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * Keeps the set of targets true while tasks fork and end. The kernel calls sched_process_fork before the child can run, so
 * no child's first instruction is missed; sched_process_free when it forgets a task, the leader of a thread group last.
 */
#ifndef STAPFLAME_FOLLOW_H
#define STAPFLAME_FOLLOW_H

#include <linux/tracepoint.h>
#include "session.h"

static struct tracepoint *sf_fork_point, *sf_free_point;

/* Kernels do not export these two tracepoints by name. */
static void sf_note_tracepoint(struct tracepoint *point, void *unused)
{
	if (!strcmp(point->name, "sched_process_fork"))
		sf_fork_point = point;
	else if (!strcmp(point->name, "sched_process_free"))
		sf_free_point = point;
}

static int sf_find_tracepoints(void)
{
	for_each_kernel_tracepoint(sf_note_tracepoint, NULL);
	return sf_fork_point && sf_free_point ? 0 : -ENODEV;
}

static void sf_follow(struct sf_session *session, u64 key, const struct task_struct *child)
{
	u64 *row = session->per_cpu[raw_smp_processor_id()].counters;

	if (!sf_add_target(session->targets, key, child->start_time))
		row[SF_TARGETS_FULL]++;
}

static void sf_on_fork(void *data, struct task_struct *parent, struct task_struct *child)
{
	struct sf_session *session = data;

	/* A new thread of a thread group is a target with it. */
	if (child->tgid != parent->tgid && sf_is_target(session->targets, parent->tgid))
		sf_follow(session, child->tgid, child);
	if (sf_is_target(session->targets, SF_TID_KEY | parent->pid))
		sf_follow(session, SF_TID_KEY | child->pid, child);
}

static void sf_on_free(void *data, struct task_struct *task)
{
	struct sf_session *session = data;

	if (task->pid == task->tgid)
		sf_remove_target(session->targets, task->tgid, task->start_time);
	sf_remove_target(session->targets, SF_TID_KEY | task->pid, task->start_time);
}

static int sf_follow_forks(struct sf_session *session)
{
	int error = tracepoint_probe_register(sf_fork_point, sf_on_fork, session);

	if (error)
		return error;
	error = tracepoint_probe_register(sf_free_point, sf_on_free, session);
	if (error) {
		tracepoint_probe_unregister(sf_fork_point, sf_on_fork, session);
		tracepoint_synchronize_unregister();
		return error;
	}
	session->follows_forks = true;
	return 0;
}

static void sf_unfollow_forks(struct sf_session *session)
{
	if (!session->follows_forks)
		return;
	tracepoint_probe_unregister(sf_fork_point, sf_on_fork, session);
	tracepoint_probe_unregister(sf_free_point, sf_on_free, session);
	tracepoint_synchronize_unregister();
	session->follows_forks = false;
}

/* Makes the tasks that the caller names targets: pids, then tids. Those that are gone already are passed over. */
static void sf_seed_targets(struct sf_session *session, const s32 *ids, u32 pids, u32 tids)
{
	u32 i;

	for (i = 0; i < pids + tids; i++) {
		struct task_struct *task;
		struct pid *pid = find_get_pid(ids[i]);

		rcu_read_lock();
		task = pid_task(pid, PIDTYPE_PID);
		if (task && i < pids)
			sf_add_target(session->targets, task->tgid, task->group_leader->start_time);
		else if (task)
			sf_add_target(session->targets, SF_TID_KEY | task->pid, task->start_time);
		rcu_read_unlock();
		put_pid(pid);
	}
}

#endif
