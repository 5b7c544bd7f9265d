/*
 * The module's walk by unwind tables, as it is, in a process.
 *
 *   walk rules SHARDS          SHARDS: file of whole shards. Reads lines `PLACE ADDRESS`, writes each one's rule or `none`.
 *   walk hostile SEED WALKS    walks by shards, registers and stacks of which nothing is right but by chance
 */
#include <stdio.h>
#include <stdlib.h>
#include "kernel.h"
#include "copy-stack.h"
#include "shards.h"

static struct sf_shards shards;
struct task_struct *current;

static int rules(const char *path)
{
	unsigned long long place, address;

	if (!read_shards(&shards, path))
		return 2;
	while (scanf("%llu %llu", &place, &address) == 2) {
		struct sf_rule rule;

		if (sf_find_rule(&rule, &shards, place, address))
			printf("%d %d %d %d %d %d %d %d\n", rule.cfa, rule.ra, rule.fp, rule.reg, rule.cfa_offset,
			       rule.cfa_add, rule.ra_offset, rule.fp_offset);
		else
			printf("none\n");
	}
	return 0;
}

static u64 state;

static u64 next(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

#define STACK_BEGIN 0x7ff000000000ull
#define STACK_BYTES (64u << 10)
#define CODE 0x400000ull
#define ENTRY_SPAN (1u << 18)
#define ENTRIES 300u
static u8 stack[STACK_BYTES];

/* Reads what lies in the stack or, as zeroes, in code. */
long copy_from_user_nofault(void *to, const void *from, size_t bytes)
{
	u64 at = (u64)from;

	if (at - STACK_BEGIN <= STACK_BYTES - bytes) {
		memcpy(to, stack + (at - STACK_BEGIN), bytes);
		return 0;
	}
	if (at - CODE > (u64)ENTRIES * ENTRY_SPAN - bytes)
		return -EFAULT;
	memset(to, 0, bytes);
	return 0;
}

static u64 some_code(void) { return CODE + next() % ((u64)ENTRIES * ENTRY_SPAN); }
static u64 some_stack(void) { return STACK_BEGIN + next() % STACK_BYTES / 8 * 8; }

static u64 some_word(void)
{
	switch (next() % 8) {
	case 0: return next();
	case 1: return next() % 64;
	case 2: return ~(next() % 64);
	case 3: case 4: return some_stack();
	default: return some_code();
	}
}

static void put(u8 *shard, u32 offset, const void *bytes, size_t length)
{
	if (offset + length <= SF_SHARD_BYTES)
		memcpy(shard + offset, bytes, length);
}

/* A piece whose pages, rows and rules are mostly where it says. */
static void put_piece(u8 *shard, u32 offset)
{
	u32 rows = 8 + next() % 64, i;
	struct sf_piece piece = {
		.row_count = rows, .page_count = 3 + next() % 6, .rule_count = 8, .rule_bytes = next() % 8 ? 1 : next() % 4,
		.pages = 32, .starts = 128, .rule_indexes = 512, .rules = 1024,
	};

	for (i = 0; i <= piece.page_count; i++) {
		u32 first = next() % 8 ? i * rows / piece.page_count : next();

		put(shard, offset + piece.pages + i * 4, &first, 4);
	}
	for (i = 0; i < rows; i++) {
		u16 start = i % 8 * 8192;
		u8 index = next() % 32 ? next() % 8 : next();

		put(shard, offset + piece.starts + i * 2, &start, 2);
		put(shard, offset + piece.rule_indexes + i, &index, 1);
	}
	for (i = 0; i < piece.rule_count; i++) {
		struct sf_rule rule = {
			.cfa = next() % 8 ? SF_CFA_STACK_POINTER : next() % 14, .ra = next() % 32 ? 0 : next() % 4,
			.fp = next() % 6, .reg = next() % 40, .cfa_offset = 8 * (1 + next() % 8),
			.cfa_add = (s32)(next() % 3) * 8, .ra_offset = -8, .fp_offset = -16,
		};

		put(shard, offset + piece.rules + i * 16, &rule, 16);
	}
	for (i = next() % 4 ? 0 : next() % 4; i; i--)
		((u32 *)&piece)[next() % 8] = next() % 2 ? next() : 1u << next() % 32;
	if (next() % 4)
		piece.rules = 1024;
	put(shard, offset, &piece, sizeof(piece));
}

/* Three shards: the process, and pieces for its entries; then some words that are anything. */
static void make_shards(u32 image_check)
{
	u32 place = (1u << SF_PLACE_SHARD_SHIFT) | 512, i;
	u32 hash = (4711 * SF_INDEX_HASH_MULTIPLIER) >> SF_INDEX_HASH_SHIFT;
	u64 slot = (u64)place << 32 | 4711, other = 4712;
	struct sf_block block = {.count = next() % 16 ? ENTRIES : next(), .image_check = image_check};

	for (shards.count = 0; shards.count < 3; shards.count++) {
		if (!shards.memory[shards.count])
			shards.memory[shards.count] = shard_memory();
		memset(shards.memory[shards.count], 0, SF_SHARD_BYTES);
	}
	for (i = next() % 18; i; i--)
		put(shards.memory[0], hash++ % SF_INDEX_SLOTS * 8, &other, 8);
	put(shards.memory[0], hash % SF_INDEX_SLOTS * 8, &slot, 8);
	put(shards.memory[1], 512 * 8, &block, sizeof(block));
	for (i = 0; i < ENTRIES; i++) {
		u64 start = CODE + (u64)i * ENTRY_SPAN;
		struct sf_entry entry = {start, start + ENTRY_SPAN, start, next() % 8 ? (2u << 17) | (i * 256) : next() % 4, 0};

		if (next() % 32 == 0)
			entry.table = next();
		if (next() % 32 == 0)
			entry.origin = next();
		put(shards.memory[1], 512 * 8 + sizeof(block) + i * sizeof(entry), &entry, sizeof(entry));
		put_piece(shards.memory[2], i * 2048);
	}
	for (i = next() % 64; i; i--) {
		u64 word = some_word();

		put(shards.memory[1 + next() % 2], next() % SF_SHARD_BYTES, &word, 8);
	}
}

#define MAX_DEPTH 200
#define WALKS_OF_SHARDS 64

static int hostile(u64 seed, long walks)
{
	struct mm_struct mm = {.start_stack = STACK_BEGIN + STACK_BYTES - 64, .end_code = CODE + 4096};
	struct task_struct parent = {.mm = &mm, .tgid = 4711, .alive = true};
	struct task_struct task = {.mm = &mm, .real_parent = &parent, .tgid = 4711, .alive = true};
	long ends[16] = {0}, depths = 0, walk;

	parent.real_parent = &parent;
	current = &task;
	state = (seed + 1) * 0x9e3779b97f4a7c15;
	for (walk = 0; walk < walks; walk++) {
		u64 *addresses = malloc(MAX_DEPTH * sizeof(*addresses)); /* to the byte, for the sanitizer */
		u32 max_depth = next() % 8 ? MAX_DEPTH : 1 + next() % MAX_DEPTH, depth, i;
		struct pt_regs regs;
		u8 end = 0;

		if (walk % WALKS_OF_SHARDS == 0)
			make_shards(sf_image_check(&mm));
		for (i = walk % 16 ? STACK_BYTES : 0; i < STACK_BYTES; i += 8) {
			u64 word = next() % 16 ? some_code() : some_word();

			memcpy(stack + i, &word, 8);
		}
		for (i = 0; i < sizeof(regs) / 8; i++)
			((unsigned long *)&regs)[i] = some_word();
		if (next() % 8)
			regs.ip = some_code();
		if (next() % 8)
			regs.sp = some_stack();
		task.tgid = next() % 16 ? 4711 : next();
		task.thread.fsbase = next() % 4 ? some_stack() : some_word();
		parent.tgid = next() % 4 ? 4711 : next();
		if (!addresses)
			abort();
		depth = sf_walk_tables(addresses + (MAX_DEPTH - max_depth), max_depth, &regs, &shards, NULL, &end);
		if (!depth || depth > max_depth || !end || end > SF_STACK_NO_PROGRESS)
			abort();
		ends[end]++;
		depths += depth;
		depth = sf_copy_stack(addresses + (MAX_DEPTH - max_depth), max_depth, &regs);
		if (!depth || depth > max_depth)
			abort();
		free(addresses);
	}
	printf("{\"depths\": %ld, \"ends\": [", depths);
	for (walk = 0; walk <= SF_STACK_NO_PROGRESS; walk++)
		printf("%s%ld", walk ? ", " : "", ends[walk]);
	printf("]}\n");
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "rules"))
		return rules(argv[2]);
	if (argc == 4 && !strcmp(argv[1], "hostile"))
		return hostile(strtoull(argv[2], NULL, 10), atol(argv[3]));
	return 2;
}
