/*
 * The module's walk by unwind tables over this very program: a workload, whose main is called here, is interrupted by a
 * profiling signal again and again, and its stack is walked from the interrupted registers.
 *
 *   live SHARDS SAMPLES        SHARDS: file of whole shards, in which the process has the id 1 and the image check 0
 *
 * Prints how many walks came to _start, of how many, and their ends.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <ucontext.h>
#include <unistd.h>
#include "kernel.h"
#include "table-walk.h"

#define MAX_DEPTH 1000

struct task_struct *current;
extern int workload_main(int argc, char **argv);
extern void _start(void);

static struct sf_shards shards;
static u64 addresses[MAX_DEPTH];
static long samples, whole, wanted, frames, ends[16];

/* As the kernel reads the memory of a process: what is not there gives an error. */
long copy_from_user_nofault(void *to, const void *from, size_t bytes)
{
	struct iovec local = {to, bytes}, remote = {(void *)from, bytes};

	return process_vm_readv(getpid(), &local, 1, &remote, 1, 0) == (ssize_t)bytes ? 0 : -EFAULT;
}

static void take_sample(int signal, siginfo_t *info, void *context)
{
	const greg_t *from = ((ucontext_t *)context)->uc_mcontext.gregs;
	struct pt_regs regs = {
		.r15 = from[REG_R15], .r14 = from[REG_R14], .r13 = from[REG_R13], .r12 = from[REG_R12], .bp = from[REG_RBP],
		.bx = from[REG_RBX], .r11 = from[REG_R11], .r10 = from[REG_R10], .r9 = from[REG_R9], .r8 = from[REG_R8],
		.ax = from[REG_RAX], .cx = from[REG_RCX], .dx = from[REG_RDX], .si = from[REG_RSI], .di = from[REG_RDI],
		.ip = from[REG_RIP], .sp = from[REG_RSP],
	};
	u8 end;
	u32 depth = sf_walk_tables(addresses, MAX_DEPTH, &regs, &shards, NULL, &end);
	u64 root = addresses[depth - 1] - (u64)_start;

	samples++;
	frames += depth;
	ends[end & 15]++;
	if (root < 64)
		whole++;
	if (samples < wanted)
		return;
	printf("{\"whole\": %ld, \"samples\": %ld, \"frames\": %ld, \"ends\": [", whole, samples, frames);
	for (int i = 0; i <= SF_STACK_NO_PROGRESS; i++)
		printf("%s%ld", i ? ", " : "", ends[i]);
	printf("]}\n");
	fflush(stdout);
	_exit(0);
}

int main(int argc, char **argv)
{
	struct mm_struct mm = {0};
	struct task_struct task = {.mm = &mm, .tgid = 1, .alive = true};
	struct sigaction action = {.sa_sigaction = take_sample, .sa_flags = SA_SIGINFO | SA_RESTART};
	/* Odd, so that it does not keep step with what the workloads do. */
	struct itimerval timer = {{0, 1013}, {0, 1013}};
	FILE *file = argc == 3 ? fopen(argv[1], "rb") : NULL;

	if (!file)
		return 2;
	while (shards.count < SF_MAX_SHARDS) {
		u8 *memory = malloc(SF_SHARD_BYTES);

		if (!memory || fread(memory, SF_SHARD_BYTES, 1, file) != 1)
			break;
		shards.memory[shards.count++] = memory;
	}
	wanted = atol(argv[2]);
	task.real_parent = &task;
	current = &task;
	sigaction(SIGPROF, &action, NULL);
	setitimer(ITIMER_PROF, &timer, NULL);
	return workload_main(1, argv);
}
