/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/* The user's stack of the current task: by unwind tables in a recording that has some, else by frame pointers. */
#ifndef STAPFLAME_USER_STACK_H
#define STAPFLAME_USER_STACK_H

#include "session.h"
#include "table-walk.h"

/* Writes up to the recording's depth of addresses, leaf first. `end`: why the walk ended, of enum sf_stack_end. */
static u32 sf_user_stack(const struct sf_session *session, u64 *addresses, struct pt_regs *regs, u8 *end)
{
	*end = SF_STACK_UNKNOWN;
	if (!sf_shard(&session->shards, 0) || sf_has_no_tables(regs))
		return sf_walk_frames(addresses, session->user_depth, regs);
	return sf_walk_tables(addresses, session->user_depth, regs, &session->shards, session->pids, end);
}

#endif
