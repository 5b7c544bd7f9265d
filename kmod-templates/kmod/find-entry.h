/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/* From a process to its mappings, and from an address to the mapping that holds it. */
#ifndef STAPFLAME_FIND_ENTRY_H
#define STAPFLAME_FIND_ENTRY_H

#include "shards.h"

/* Where a process's entries lie; none: its mappings are not known. */
struct sf_mappings {
	const u8 *shard;
	u32 entries; /* byte offset of the first */
	u32 count;
};

/* The place of a process's block; 0: it is not known. */
static u32 sf_find_block(const struct sf_shards *shards, u32 tgid)
{
	const u8 *index = sf_shard(shards, 0);
	u32 hash = (tgid * SF_INDEX_HASH_MULTIPLIER) >> SF_INDEX_HASH_SHIFT, probe;

	if (!index || !tgid)
		return 0;
	for (probe = 0; probe < SF_INDEX_MAX_PROBES; probe++) {
		u64 slot = sf_read_u64(index, ((hash + probe) & (SF_INDEX_SLOTS - 1)) * sizeof(u64));

		if (!slot)
			break;
		if ((u32)slot == tgid)
			return slot >> 32;
	}
	return 0;
}

/* Whether the mappings of process `tgid` are known, and are those of the image that `image_check` tells. */
static bool sf_find_mappings(struct sf_mappings *mappings, const struct sf_shards *shards, u32 tgid, u32 image_check)
{
	u32 place = sf_find_block(shards, tgid), block = sf_offset(place);
	const u8 *shard = place ? sf_shard(shards, place) : NULL;

	if (!shard || sf_read_u32(shard, block + offsetof(struct sf_block, image_check)) != image_check)
		return false;
	mappings->shard = shard;
	mappings->entries = block + sizeof(struct sf_block);
	mappings->count = min(sf_read_u32(shard, block + offsetof(struct sf_block, count)), SF_MAX_ENTRIES);
	return true;
}

/*
 * The entry that holds an address. The last one that begins at or below it is looked for in twelve steps: entries are
 * sorted, and if they are not some other is found.
 */
static bool sf_find_entry(struct sf_entry *entry, const struct sf_mappings *mappings, u64 address)
{
	const u8 *shard = mappings->shard;
	u32 at = 0, half, found;

	if (!mappings->count)
		return false;
	for (half = SF_MAX_ENTRIES / 2; half; half /= 2)
		if (at + half < mappings->count &&
		    sf_read_u64(shard, mappings->entries + (at + half) * sizeof(*entry)) <= address)
			at += half;
	found = mappings->entries + at * sizeof(*entry);
	entry->start = sf_read_u64(shard, found + offsetof(struct sf_entry, start));
	entry->end = sf_read_u64(shard, found + offsetof(struct sf_entry, end));
	entry->origin = sf_read_u64(shard, found + offsetof(struct sf_entry, origin));
	entry->table = sf_read_u32(shard, found + offsetof(struct sf_entry, table));
	return entry->start <= address && address < entry->end;
}

#endif
