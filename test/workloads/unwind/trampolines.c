/*
 * Calls its functions as CPython does with -X perf: by copies of a few instructions in anonymous memory (Python/asm_trampoline.S), each of which
 * stands for a function; names them in /tmp/perf-PID.map. Each second it goes on by others, in memory that is mapped then. Runs for ever.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define LEVELS 40
#define COPY_BYTES 16
#define ARENA_BYTES 65536

typedef long eval_t(long level, long a, long b);
typedef long trampoline_t(long level, long a, long b, eval_t *eval);

/* endbr64; sub $8,%rsp; call *%rcx; add $8,%rsp; ret */
static const unsigned char code[COPY_BYTES] = {0xf3, 0x0f, 0x1e, 0xfa, 0x48, 0x83, 0xec, 0x08, 0xff, 0xd1, 0x48, 0x83, 0xc4, 0x08, 0xc3};

static unsigned char *arena;
volatile uint64_t sink;

static unsigned char *make_arena(int number)
{
	unsigned char *memory = mmap(NULL, ARENA_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char path[64];
	FILE *map;

	for (int at = 0; at < ARENA_BYTES; at += COPY_BYTES)
		memcpy(memory + at, code, COPY_BYTES);
	mprotect(memory, ARENA_BYTES, PROT_READ | PROT_EXEC);
	snprintf(path, sizeof path, "/tmp/perf-%d.map", getpid());
	map = fopen(path, "a");
	for (int level = 0; level <= LEVELS; level++)
		fprintf(map, "%lx f py::level_%d:/srv/app/%d.py\n", (long)(memory + level * COPY_BYTES), level, number);
	fclose(map);
	return memory;
}

/* Keeps so much over the call that the frame pointer's register holds a number, as an interpreter's does. */
__attribute__((noinline)) static long eval(long level, long a, long b)
{
	long c = a * 3 + level, d = b * 5 - level, e = c ^ d, f = c + d, g = a - b, result;

	if (level == LEVELS) {
		for (int i = 0; i < 200000; i++) sink += i * e;
		return sink;
	}
	result = ((trampoline_t *)(arena + (level + 1) * COPY_BYTES))(level + 1, e, f, eval);
	return result + a + b * c + d * e + f * g + level;
}

int main(void)
{
	time_t changed = 0;

	for (int number = 0;; sink += ((trampoline_t *)arena)(0, sink, 1, eval)) {
		if (time(NULL) == changed)
			continue;
		changed = time(NULL);
		arena = make_arena(number++);
	}
}
