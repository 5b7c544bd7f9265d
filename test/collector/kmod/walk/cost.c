/*
 * What the module's walks cost: a workload recurses to a depth and is interrupted there; its stack is walked again and again from
 * the interrupted registers. Built with frame pointers, so that both walks have the same frames to go.
 *
 *   cost SHARDS DEPTH      SHARDS: file of whole shards, in which the process has the id 1 and the image check 0
 *
 * Prints for both walks the frames and the nanoseconds of one. Memory is read by a plain copy, where the kernel opens and closes
 * the user's memory for each.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>
#include "kernel.h"
#include "shards.h"

#define MAX_DEPTH 8192
#define WALKS 20000000 /* frames in all, about */

struct task_struct *current;
extern char __executable_start, etext;

static struct sf_shards shards;
static u64 addresses[MAX_DEPTH];
static char *stack_end;

long copy_from_user_nofault(void *to, const void *from, size_t bytes)
{
	const char *at = from;
	bool is_stack = at > (char *)__builtin_frame_address(0) && at + bytes <= stack_end;

	if (!is_stack && (at < &__executable_start || at + bytes > &etext))
		return -EFAULT;
	memcpy(to, from, bytes);
	return 0;
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1e9 + time.tv_nsec;
}

static u32 walk(bool tables, struct pt_regs *regs, u8 *end)
{
	if (tables)
		return sf_walk_tables(addresses, MAX_DEPTH, regs, &shards, NULL, end);
	return sf_walk_frames(addresses, MAX_DEPTH, regs);
}

static void measure(int signal, siginfo_t *info, void *context)
{
	const greg_t *from = ((ucontext_t *)context)->uc_mcontext.gregs;
	struct pt_regs regs = {.bp = from[REG_RBP], .bx = from[REG_RBX], .ip = from[REG_RIP], .sp = from[REG_RSP]};

	for (int tables = 0; tables < 2; tables++) {
		u8 end = 0;
		u32 frames = walk(tables, &regs, &end);
		long walks = WALKS / frames / (tables ? 5 : 1) + 1;
		double began = now();

		for (long i = 0; i < walks; i++)
			walk(tables, &regs, &end);
		printf("%s{\"frames\": %u, \"nanos\": %.1f, \"end\": %d}", tables ? ", " : "[", frames, (now() - began) / walks, end);
	}
	printf("]\n");
	fflush(stdout);
	_exit(0);
}

__attribute__((noinline)) static void recurse(int depth)
{
	if (depth == 0)
		__asm__ volatile("int3");
	else
		recurse(depth - 1);
	__asm__ volatile(""); /* no tail call */
}

int main(int argc, char **argv)
{
	struct mm_struct mm = {0};
	struct task_struct task = {.mm = &mm, .tgid = 1, .alive = true};
	struct sigaction action = {.sa_sigaction = measure, .sa_flags = SA_SIGINFO};

	if (argc != 3 || !read_shards(&shards, argv[1]))
		return 2;
	stack_end = (char *)argv; /* behind it there are no frames */
	task.real_parent = &task;
	current = &task;
	sigaction(SIGTRAP, &action, NULL);
	recurse(atoi(argv[2]));
	return 1;
}
