/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * The tasks that a recording wants: thread groups and single threads by their ids in the machine's own PID namespace.
 * Read without a lock by timer interrupts, which may interrupt the very writer; written under a lock when tasks fork
 * and end.
 *
 * Chains of entries from a fixed pool. An entry that was freed may be used again in another chain while a reader stands
 * on it; a chain ends with the number of its bucket, so that a reader sees that it strayed and begins anew.
 */
#ifndef STAPFLAME_TARGETS_H
#define STAPFLAME_TARGETS_H

#include <linux/hash.h>
#include <linux/spinlock.h>
#include <linux/vmalloc.h>

#define SF_TARGET_BITS 15
#define SF_MAX_TARGETS (1u << SF_TARGET_BITS)
#define SF_END 0x80000000u
/* Readers give up after so many steps: chains are a few entries long. */
#define SF_MAX_STEPS 256

/* Key of a single thread; that of a thread group is its plain id. */
#define SF_TID_KEY (1ull << 32)

struct sf_target {
	u64 key;
	u64 start_time; /* of the task: tells it from a later one of the same id */
	u32 next; /* number of an entry, or SF_END | bucket */
	u32 next_free;
};

struct sf_targets {
	raw_spinlock_t lock;
	u32 free; /* first of the free entries, or SF_END */
	u32 buckets[SF_MAX_TARGETS];
	struct sf_target entries[SF_MAX_TARGETS];
};

static u32 sf_bucket(u64 key)
{
	return hash_64(key, SF_TARGET_BITS);
}

static struct sf_targets *sf_make_targets(void)
{
	struct sf_targets *targets = vzalloc(sizeof(*targets));
	u32 i;

	if (!targets)
		return NULL;
	raw_spin_lock_init(&targets->lock);
	for (i = 0; i < SF_MAX_TARGETS; i++) {
		targets->buckets[i] = SF_END | i;
		targets->entries[i].next = SF_END | i;
		targets->entries[i].next_free = i + 1 < SF_MAX_TARGETS ? i + 1 : SF_END;
	}
	return targets;
}

static bool sf_is_target(const struct sf_targets *targets, u64 key)
{
	u32 bucket = sf_bucket(key), steps = 0, at;

again:
	for (at = smp_load_acquire(&targets->buckets[bucket]); !(at & SF_END);
	     at = smp_load_acquire(&targets->entries[at].next)) {
		if (READ_ONCE(targets->entries[at].key) == key)
			return true;
		if (++steps > SF_MAX_STEPS)
			return false;
	}
	if (at != (SF_END | bucket))
		goto again;
	return false;
}

/* False when all entries are taken. */
static bool sf_add_target(struct sf_targets *targets, u64 key, u64 start_time)
{
	u32 bucket = sf_bucket(key), at;
	struct sf_target *entry;
	unsigned long flags;

	raw_spin_lock_irqsave(&targets->lock, flags);
	for (at = targets->buckets[bucket]; !(at & SF_END); at = targets->entries[at].next)
		if (targets->entries[at].key == key)
			break;
	if (at & SF_END) {
		at = targets->free;
		if (at & SF_END) {
			raw_spin_unlock_irqrestore(&targets->lock, flags);
			return false;
		}
		entry = &targets->entries[at];
		targets->free = entry->next_free;
		WRITE_ONCE(entry->key, key);
		entry->start_time = start_time;
		smp_store_release(&entry->next, targets->buckets[bucket]);
		smp_store_release(&targets->buckets[bucket], at);
	} else {
		/* The id of a task that is gone, given to a new one. */
		targets->entries[at].start_time = start_time;
	}
	raw_spin_unlock_irqrestore(&targets->lock, flags);
	return true;
}

/* Forgets a target, unless its id is by now that of a task that started later. */
static void sf_remove_target(struct sf_targets *targets, u64 key, u64 start_time)
{
	u32 bucket = sf_bucket(key), at;
	u32 *link = &targets->buckets[bucket];
	unsigned long flags;

	raw_spin_lock_irqsave(&targets->lock, flags);
	for (at = *link; !(at & SF_END); link = &targets->entries[at].next, at = *link) {
		struct sf_target *entry = &targets->entries[at];

		if (entry->key != key)
			continue;
		if (entry->start_time == start_time) {
			smp_store_release(link, entry->next);
			entry->next_free = targets->free;
			targets->free = at;
		}
		break;
	}
	raw_spin_unlock_irqrestore(&targets->lock, flags);
}

#endif
