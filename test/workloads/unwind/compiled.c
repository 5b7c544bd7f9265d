/*
 * Runs code as LLVM makes it at run time (PostgreSQL's expressions): mapped, written, and then only readable and executable; without frame
 * pointers, the register for them holding numbers. Twice a second another takes its place at the same address, whose frames are
 * larger. Names its functions in /tmp/perf-PID.map. Runs for ever.
 */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define INNER_OFFSET 512
#define CODE_BYTES 1024

typedef void query_t(void (*callback)(void), void *memory);

/* Each calls the function behind it, and that the callback. */
#define QUERY(name, more, held)                                                                                      \
	".p2align 9\n" name ":\n"                                                                                    \
	"push %rbp\n push %r15\n push %r14\n push %rbx\n"                                                            \
	"sub $40+" more ", %rsp\n"                                                                                   \
	"mov %rdi, %rbx\n mov $50, %r14d\n" held "\n"                                                                \
	"1: mov %rbx, %rdi\n call 3f\n dec %r14d\n jnz 1b\n"                                                         \
	"cmp $0, %r14d\n jne 2f\n"                                                                                   \
	"add $40+" more ", %rsp\n"                                                                                   \
	"pop %rbx\n pop %r14\n pop %r15\n pop %rbp\n ret\n"                                                          \
	"2: ud2\n"                                                                                                   \
	".p2align 9\n"                                                                                               \
	"3: push %rbx\n sub $112+" more ", %rsp\n call *%rdi\n add $112+" more ", %rsp\n pop %rbx\n ret\n"           \
	".p2align 9\n"

__asm__(".section .rodata\n" QUERY("small_query", "0", "mov $1000, %ebp") QUERY("large_query", "256", "lea 64(%rsi), %rbp") ".text\n");
extern const unsigned char small_query[], large_query[];

volatile uint64_t sink;

__attribute__((noinline)) static void spin(void)
{
	for (int i = 0; i < 20000; i++) sink += i;
}

__attribute__((noinline)) static void run_query(query_t *query, void *memory)
{
	query(spin, memory);
	sink++;
}

static void *compile(const unsigned char *code, void *place)
{
	int fixed = place ? MAP_FIXED : 0;

	if (place)
		munmap(place, CODE_BYTES);
	place = mmap(place, CODE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | fixed, -1, 0);
	memcpy(place, code, CODE_BYTES);
	mprotect(place, CODE_BYTES, PROT_READ | PROT_EXEC);
	return place;
}

static void name_functions(void *place)
{
	char path[64];
	FILE *map;

	snprintf(path, sizeof path, "/tmp/perf-%d.map", getpid());
	map = fopen(path, "w");
	fprintf(map, "%lx %x outer_of_query\n", (long)place, INNER_OFFSET);
	fprintf(map, "%lx %x inner_of_query\n", (long)place + INNER_OFFSET, INNER_OFFSET);
	fclose(map);
}

static long half_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 2 + now.tv_nsec / 500000000;
}

int main(void)
{
	void *memory = calloc(1, 4096), *place = NULL;
	long changed = 0;

	for (int number = 0;; run_query((query_t *)place, memory)) {
		if (half_seconds() == changed)
			continue;
		changed = half_seconds();
		place = compile(number++ % 2 ? large_query : small_query, place);
		if (number == 1)
			name_functions(place);
	}
}
