/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/* From an address to the rule that tells its frame's caller, in a piece of an unwind table. */
#ifndef STAPFLAME_FIND_RULE_H
#define STAPFLAME_FIND_RULE_H

#include <linux/string.h>
#include "shards.h"

/*
 * The last row of a page, from `first` on and before `end`, that begins at or below `start`: sixteen steps, for a page has no
 * more rows than addresses. Each page has a row at its first address, so that one always fits.
 */
static u32 sf_find_row(const u8 *shard, u32 starts, u32 first, u32 end, u32 start)
{
	u32 count = end - first, at = 0, half;

	starts += first * sizeof(u16);
	for (half = 1u << (SF_PAGE_SHIFT - 1); half; half /= 2)
		if (at + half < count && sf_read_u16(shard, starts + (at + half) * sizeof(u16)) <= start)
			at += half;
	return first + at;
}

/* False when the piece at `place` tells nothing of the address. */
static bool sf_find_rule(struct sf_rule *rule, const struct sf_shards *shards, u32 place, u64 address)
{
	const u8 *shard = sf_shard(shards, place);
	u32 piece = sf_offset(place), page = (u32)address >> SF_PAGE_SHIFT;
	u32 pages, first, end, row, indexes, index, at, words[sizeof(*rule) / sizeof(u32)];
	unsigned int i;

	/* Rows tell 32 bits of address. */
	if (!shard || address >> 32 || page >= sf_read_u32(shard, piece + offsetof(struct sf_piece, page_count)))
		return false;
	pages = piece + sf_read_u32(shard, piece + offsetof(struct sf_piece, pages));
	first = sf_read_u32(shard, pages + page * sizeof(u32));
	end = sf_read_u32(shard, pages + (page + 1) * sizeof(u32));
	if (first >= end)
		return false;
	row = sf_find_row(shard, piece + sf_read_u32(shard, piece + offsetof(struct sf_piece, starts)), first, end,
			  address & ((1u << SF_PAGE_SHIFT) - 1));

	indexes = piece + sf_read_u32(shard, piece + offsetof(struct sf_piece, rule_indexes));
	if (sf_read_u32(shard, piece + offsetof(struct sf_piece, rule_bytes)) == 1)
		index = sf_read_u8(shard, indexes + row);
	else
		index = sf_read_u16(shard, indexes + row * sizeof(u16));
	if (index >= sf_read_u32(shard, piece + offsetof(struct sf_piece, rule_count)))
		return false;
	at = piece + sf_read_u32(shard, piece + offsetof(struct sf_piece, rules)) + index * sizeof(*rule);
	for (i = 0; i < ARRAY_SIZE(words); i++)
		words[i] = sf_read_u32(shard, at + i * sizeof(u32));
	memcpy(rule, words, sizeof(*rule));
	return true;
}

#endif
