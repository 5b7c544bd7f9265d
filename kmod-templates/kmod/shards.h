/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * The shards: memory that user space writes while timer interrupts read it. Nothing of it is trusted. Each value is read once,
 * and each offset is cut to the shard, so that whatever is written there a read stays in it.
 */
#ifndef STAPFLAME_SHARDS_H
#define STAPFLAME_SHARDS_H

#include <linux/compiler.h>
#include <linux/kernel.h>
#include <linux/nospec.h>
#include "abi.h"
#include "unwind-memory.h"

/* Added one by one, gone when the device is closed and nothing reads them. */
struct sf_shards {
	u8 *memory[SF_MAX_SHARDS];
	u32 count;
};

/* The shard of a place, or NULL. */
static inline const u8 *sf_shard(const struct sf_shards *shards, u32 place)
{
	u32 number = place >> SF_PLACE_SHARD_SHIFT;

	if (number >= SF_MAX_SHARDS)
		return NULL;
	return smp_load_acquire(&shards->memory[array_index_nospec(number, SF_MAX_SHARDS)]);
}

static inline u32 sf_offset(u32 place)
{
	return (place & ((1u << SF_PLACE_SHARD_SHIFT) - 1)) * SF_PLACE_UNIT_BYTES;
}

static inline u8 sf_read_u8(const u8 *shard, u32 offset)
{
	return READ_ONCE(shard[offset & (SF_SHARD_BYTES - 1)]);
}

static inline u16 sf_read_u16(const u8 *shard, u32 offset)
{
	return READ_ONCE(*(const u16 *)(shard + (offset & (SF_SHARD_BYTES - 2))));
}

static inline u32 sf_read_u32(const u8 *shard, u32 offset)
{
	return READ_ONCE(*(const u32 *)(shard + (offset & (SF_SHARD_BYTES - 4))));
}

static inline u64 sf_read_u64(const u8 *shard, u32 offset)
{
	return READ_ONCE(*(const u64 *)(shard + (offset & (SF_SHARD_BYTES - 8))));
}

#endif
