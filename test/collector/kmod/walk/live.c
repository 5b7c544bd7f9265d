/*
 * The module's walk by unwind tables over this very program: a workload, whose main is called here, is interrupted by a
 * profiling signal again and again, and its stack is walked from the interrupted registers.
 *
 *   live SHARDS SAMPLES COPIES     SHARDS: file of whole shards, in which the process has the id 1 and the image check 0
 *
 * Prints how many walks came to _start, of how many, and their ends. Writes the copies that the module makes of the same stacks to
 * the file COPIES: of each sample u64 words of the copy, frames, end; then the copy, then the frames.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <ucontext.h>
#include <unistd.h>
#include "kernel.h"
#include "copy-stack.h"
#include "shards.h"

#define MAX_DEPTH 1000
#define MAX_COPIED 2065

struct task_struct *current;
extern int workload_main(int argc, char **argv);
extern void _start(void);

static struct sf_shards shards;
static u64 addresses[MAX_DEPTH], copy[MAX_COPIED];
static FILE *copies;
static unsigned long stack_begin;
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
	u64 header[] = {0, depth, end};

	/* Part of the image check, which is 0 for the walk. */
	current->mm->start_stack = stack_begin;
	header[0] = sf_copy_stack(copy, MAX_COPIED, &regs);
	current->mm->start_stack = 0;
	fwrite(header, sizeof(header), 1, copies);
	fwrite(copy, sizeof(u64), header[0], copies);
	fwrite(addresses, sizeof(u64), depth, copies);

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
	fclose(copies);
	_exit(0);
}

int main(int argc, char **argv)
{
	struct mm_struct mm = {0};
	struct task_struct task = {.mm = &mm, .tgid = 1, .alive = true};
	struct sigaction action = {.sa_sigaction = take_sample, .sa_flags = SA_SIGINFO | SA_RESTART};
	/* Odd, so that it does not keep step with what the workloads do. */
	struct itimerval timer = {{0, 1013}, {0, 1013}};

	if (argc != 4 || !read_shards(&shards, argv[1]))
		return 2;
	copies = fopen(argv[3], "wb");
	if (!copies)
		return 2;
	setvbuf(copies, NULL, _IOFBF, 1 << 24); /* nothing is written while the workload may be in the library, too */
	stack_begin = (unsigned long)argv;
	wanted = atol(argv[2]);
	task.real_parent = &task;
	current = &task;
	sigaction(SIGPROF, &action, NULL);
	setitimer(ITIMER_PROF, &timer, NULL);
	return workload_main(1, argv);
}
