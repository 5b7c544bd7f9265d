/* What the module's walk uses of the kernel, so that it runs in a process, with memory of a process that is made up. */
#ifndef TEST_KERNEL_H
#define TEST_KERNEL_H

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <errno.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
/* As in the kernel, whose unsigned long it is not either. */
typedef unsigned long long u64;
typedef int8_t s8;
typedef int16_t s16;
typedef int32_t s32;
typedef long long s64;

#define CONFIG_X86_64 1
#define SF_HAS_COPY_FROM_USER_NOFAULT 1
#define SF_HAS_THREAD_FSBASE 1
#define __user
#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#define READ_ONCE(value) (*(const volatile __typeof__(value) *)&(value))
#define smp_load_acquire(place) __atomic_load_n(place, __ATOMIC_ACQUIRE)
#define array_index_nospec(index, size) (index)
#define min(a, b) ((a) < (b) ? (a) : (b))

struct pt_regs {
	unsigned long r15, r14, r13, r12, bp, bx, r11, r10, r9, r8, ax, cx, dx, si, di, orig_ax, ip, cs, flags, sp, ss;
};
#define instruction_pointer(regs) ((regs)->ip)
#define user_stack_pointer(regs) ((regs)->sp)
#define user_mode(regs) true
#define __USER32_CS 0x23

struct mm_struct {
	unsigned long start_stack, end_code;
};
struct pid_namespace;
struct task_struct {
	struct mm_struct *mm;
	struct task_struct *real_parent;
	unsigned int flags;
	int tgid;
	bool alive;
	struct {
		unsigned long fsbase;
	} thread;
};
#define PF_KTHREAD 0x00200000
extern struct task_struct *current;
#define pid_alive(task) ((task)->alive)
#define rcu_dereference(pointer) (pointer)
#define rcu_read_lock() ((void)0)
#define rcu_read_unlock() ((void)0)
#define task_pt_regs(task) ((struct pt_regs *)NULL)
#define task_tgid_nr_ns(task, pids) ((task)->tgid)

struct vm_area_struct {
	unsigned long vm_flags;
};
typedef unsigned long vm_flags_t;

long copy_from_user_nofault(void *to, const void *from, size_t bytes);

#endif
