/* Shards in memory of their own each, so that a sanitizer sees what lies beyond. */
#ifndef TEST_WALK_SHARDS_H
#define TEST_WALK_SHARDS_H

#include <stdio.h>
#include <stdlib.h>
#include "table-walk.h"

static void *shard_memory(void)
{
	void *memory = malloc(SF_SHARD_BYTES);

	if (!memory)
		abort();
	return memory;
}

/* Reads a file of whole shards; false if it can't be opened. */
static bool read_shards(struct sf_shards *shards, const char *path)
{
	FILE *file = fopen(path, "rb");

	if (!file)
		return false;
	while (shards->count < SF_MAX_SHARDS) {
		void *memory = shard_memory();

		if (fread(memory, SF_SHARD_BYTES, 1, file) != 1) {
			free(memory);
			break;
		}
		shards->memory[shards->count++] = memory;
	}
	fclose(file);
	return true;
}

#endif
