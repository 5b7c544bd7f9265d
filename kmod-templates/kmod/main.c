// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * stapflame's sampling module: /dev/stapflame-…, one recording for each time it is opened. Everything that a recording
 * holds goes when the device is closed, which the kernel does for a process that dies in whatever way.
 */
#include <linux/capability.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/nsproxy.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include "clocks.h"
#include "follow.h"
#include "sample.h"
#include "session.h"

static unsigned int memory_limit_mb = 1024;
module_param(memory_limit_mb, uint, 0444);
MODULE_PARM_DESC(memory_limit_mb, "upper bound of the memory of all recordings together, in MiB");

static atomic64_t sf_bytes_held = ATOMIC64_INIT(0);

#define SF_MIN_PERIOD_NS 10000ull /* 100 kHz, the most that perf allows by default */
#define SF_MAX_PERIOD_NS 1000000000000ull
#define SF_MIN_SLICE_NS 1000000ull
/* The fields of a record have room for more. */
#define SF_MAX_KERNEL_DEPTH 1024
#define SF_MAX_USER_DEPTH 8192
#define SF_MAX_COPIED_WORDS 8192
#define SF_MIN_DATA_BYTES 4096u
#define SF_MAX_DATA_BYTES (64u << 20)
#define SF_MAX_IDS 16384u

static bool sf_is_valid(const struct sf_plan *plan)
{
	const u32 filters = SF_FILTER_TASKS | SF_FILTER_CGROUP, modes = SF_KERNEL_ONLY | SF_USER_ONLY;

	return plan->version == SF_ABI_VERSION && plan->copied_words <= SF_MAX_COPIED_WORDS && !(plan->flags & ~SF_ALL_FLAGS) &&
	       (plan->flags & filters) != filters && (plan->flags & modes) != modes && plan->kernel_depth >= 1 &&
	       plan->kernel_depth <= SF_MAX_KERNEL_DEPTH && plan->user_depth >= 1 &&
	       plan->user_depth <= SF_MAX_USER_DEPTH && is_power_of_2(plan->data_bytes) &&
	       plan->data_bytes >= SF_MIN_DATA_BYTES && plan->data_bytes <= SF_MAX_DATA_BYTES &&
	       plan->period_ns >= SF_MIN_PERIOD_NS && plan->period_ns <= SF_MAX_PERIOD_NS &&
	       plan->slice_ns >= SF_MIN_SLICE_NS && plan->pids <= SF_MAX_IDS && plan->tids <= SF_MAX_IDS &&
	       (!(plan->pids + plan->tids) || (plan->flags & SF_FILTER_TASKS));
}

/* All sessions' memory stays below the limit that was set when the module was loaded. */
static int sf_account(struct sf_session *session, u64 bytes)
{
	if (atomic64_add_return(bytes, &sf_bytes_held) > (s64)memory_limit_mb << 20) {
		atomic64_sub(bytes, &sf_bytes_held);
		return -ENOMEM;
	}
	session->bytes_held += bytes;
	return 0;
}

static void sf_give_back(struct sf_session *session, u64 bytes)
{
	session->bytes_held -= bytes;
	atomic64_sub(bytes, &sf_bytes_held);
}

static int sf_make_memory(struct sf_session *session)
{
	u32 user_words = max(session->user_depth, session->copied_words);
	u64 record = ((u64)SF_WORD_ADDRESSES + session->kernel_depth + user_words) * sizeof(u64);
	u64 row = SF_COUNTERS_PER_ROW * sizeof(u64);
	u32 i;
	int error;

	session->cpus = cpumask_last(cpu_present_mask) + 1;
	session->index_slots = session->data_bytes / SF_RECORD_BYTES_PER_SLOT;
	session->arenas_offset = PAGE_ALIGN(row * nr_cpu_ids);
	session->arena_bytes = sizeof(struct sf_arena) + session->index_slots * sizeof(u64) + session->data_bytes + record;
	session->memory_bytes = PAGE_ALIGN(session->arenas_offset + session->arena_bytes * session->cpus * 2);
	error = sf_account(session, session->memory_bytes);
	if (error)
		return error;
	session->memory = vmalloc_user(session->memory_bytes);
	session->per_cpu = kvcalloc(nr_cpu_ids, sizeof(*session->per_cpu), GFP_KERNEL);
	if (!session->memory || !session->per_cpu)
		return -ENOMEM;
	for (i = 0; i < nr_cpu_ids; i++) {
		struct sf_cpu *cpu = &session->per_cpu[i];
		u8 *arenas = (u8 *)session->memory + session->arenas_offset + session->arena_bytes * i * 2;

		cpu->session = session;
		cpu->counters = (u64 *)((u8 *)session->memory + row * i);
		if (i >= session->cpus)
			continue;
		cpu->arenas[0] = (struct sf_arena *)arenas;
		cpu->arenas[1] = (struct sf_arena *)(arenas + session->arena_bytes);
	}
	return 0;
}

static int sf_make_filter(struct sf_session *session, const struct sf_plan *plan, const s32 *ids)
{
	struct pid_namespace *own = task_active_pid_ns(current);

	if (own != &init_pid_ns)
		session->pids = get_pid_ns(own);
	if (plan->flags & SF_FILTER_CGROUP) {
#ifdef CONFIG_CGROUPS
		struct cgroup *cgroup = cgroup_get_from_fd(plan->cgroup_fd);

		if (IS_ERR(cgroup))
			return PTR_ERR(cgroup);
		session->cgroup = cgroup;
#else
		return -EOPNOTSUPP;
#endif
	}
	if (plan->flags & SF_FILTER_TASKS) {
		int error;

		session->targets = sf_make_targets();
		if (!session->targets)
			return -ENOMEM;
		/* Followed first, seeded then: no fork falls between. */
		error = sf_follow_forks(session);
		if (error)
			return error;
		sf_seed_targets(session, ids, plan->pids, plan->tids);
	}
	return 0;
}

/* Undoes all that preparing and running do, wherever they got to. */
static void sf_tear_down(struct sf_session *session)
{
	WRITE_ONCE(session->running, false);
	sf_remove_clocks(session);
	sf_unfollow_forks(session);
#ifdef CONFIG_CGROUPS
	if (session->cgroup)
		cgroup_put(session->cgroup);
#endif
	session->cgroup = NULL;
	if (session->pids)
		put_pid_ns(session->pids);
	session->pids = NULL;
	vfree(session->targets);
	session->targets = NULL;
	kvfree(session->per_cpu);
	session->per_cpu = NULL;
	vfree(session->memory);
	session->memory = NULL;
	while (session->shards.count)
		vfree(session->shards.memory[--session->shards.count]);
	sf_give_back(session, session->bytes_held);
}

static int sf_prepare_locked(struct sf_session *session, struct sf_plan *plan, const s32 *ids)
{
	int error;

	if (session->prepared)
		return -EBUSY;
	session->flags = plan->flags;
	session->kernel_depth = plan->kernel_depth;
	session->user_depth = plan->user_depth;
	session->copied_words = plan->copied_words;
	session->data_bytes = plan->data_bytes;
	session->period_ns = plan->period_ns;
	session->slice_ns = plan->slice_ns;
	session->hash_multiplier = plan->hash_multiplier;
	session->side = 0;
	error = sf_make_memory(session);
	if (!error)
		error = sf_make_filter(session, plan, ids);
	plan->cpus = session->cpus;
	plan->arenas_offset = session->arenas_offset;
	plan->arena_bytes = session->arena_bytes;
	plan->map_bytes = session->memory_bytes;
	if (error) {
		sf_tear_down(session);
		return error;
	}
	smp_store_release(&session->prepared, true);
	return 0;
}

/*
 * User memory is read before the lock is taken and written after: touching it may fault, and mmap takes the lock while it
 * holds that which a fault needs.
 */
static long sf_prepare(struct sf_session *session, struct sf_plan __user *user_plan)
{
	struct sf_plan plan;
	s32 *ids = NULL;
	int error;

	if (copy_from_user(&plan, user_plan, sizeof(plan)))
		return -EFAULT;
	if (!sf_is_valid(&plan))
		return -EINVAL;
	if (plan.pids + plan.tids) {
		size_t bytes = sizeof(*ids) * (plan.pids + plan.tids);

		ids = kvmalloc(bytes, GFP_KERNEL);
		if (!ids)
			return -ENOMEM;
		if (copy_from_user(ids, (const void __user *)(unsigned long)plan.ids, bytes)) {
			kvfree(ids);
			return -EFAULT;
		}
	}
	error = mutex_lock_interruptible(&session->lock) ? -EINTR : 0;
	if (!error) {
		error = sf_prepare_locked(session, &plan, ids);
		mutex_unlock(&session->lock);
	}
	kvfree(ids);
	/* A caller that cannot be told has it all the same, until it closes the device. */
	if (!error && copy_to_user(user_plan, &plan, sizeof(plan)))
		error = -EFAULT;
	return error;
}

static long sf_run(struct sf_session *session)
{
	int error;

	if (!session->prepared)
		return -EINVAL;
	if (session->ran)
		return -EBUSY;
	session->ran = true;
	session->start_ns = ktime_get_mono_fast_ns();
	error = sf_start_clocks(session);
	if (error)
		return error;
	WRITE_ONCE(session->running, true);
	return 0;
}

static long sf_flip(struct sf_session *session)
{
	u32 old, cpu;

	if (!smp_load_acquire(&session->prepared))
		return -EINVAL;
	if (mutex_lock_interruptible(&session->flip_lock))
		return -EINTR;
	old = session->side;
	for (cpu = 0; cpu < session->cpus; cpu++) {
		struct sf_arena *arena = session->per_cpu[cpu].arenas[1 - old];

		memset(arena, 0, sizeof(*arena) + session->index_slots * sizeof(u64));
	}
	/* A handler that sees the new side sees it emptied. */
	smp_store_release(&session->side, 1 - old);
	/* Handlers run with interrupts disabled, for which this waits too: none writes to the old side any more. */
	synchronize_rcu();
	mutex_unlock(&session->flip_lock);
	return old;
}

static long sf_stop(struct sf_session *session)
{
	if (!session->prepared)
		return -EINVAL;
	session->ran = true;
	WRITE_ONCE(session->running, false);
	sf_remove_clocks(session);
	return 0;
}

/* Timer interrupts may walk by it as soon as it is there: it holds zeroes, which tell nothing. */
static long sf_add_shard(struct sf_session *session)
{
	struct sf_shards *shards = &session->shards;
	u8 *memory;
	int error;

	if (!session->prepared)
		return -EINVAL;
	if (shards->count == SF_MAX_SHARDS)
		return -ENOSPC;
	error = sf_account(session, SF_SHARD_BYTES);
	if (error)
		return error;
	memory = vmalloc_user(SF_SHARD_BYTES);
	if (!memory) {
		sf_give_back(session, SF_SHARD_BYTES);
		return -ENOMEM;
	}
	smp_store_release(&shards->memory[shards->count], memory);
	return shards->count++;
}

static int sf_open(struct inode *inode, struct file *file)
{
	struct sf_session *session;

	/* The file's mode says root; a descriptor handed on must not give more than that. */
	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	session = kzalloc(sizeof(*session), GFP_KERNEL);
	if (!session)
		return -ENOMEM;
	mutex_init(&session->lock);
	mutex_init(&session->flip_lock);
	file->private_data = session;
	return 0;
}

static int sf_release(struct inode *inode, struct file *file)
{
	struct sf_session *session = file->private_data;

	sf_tear_down(session);
	mutex_destroy(&session->lock);
	mutex_destroy(&session->flip_lock);
	kfree(session);
	return 0;
}

static long sf_ioctl(struct file *file, unsigned int request, unsigned long argument)
{
	struct sf_session *session = file->private_data;
	long result;

	if (request == SF_IOC_PREPARE)
		return sf_prepare(session, (struct sf_plan __user *)argument);
	if (request == SF_IOC_FLIP)
		return sf_flip(session);
	if (mutex_lock_interruptible(&session->lock))
		return -EINTR;
	switch (request) {
	case SF_IOC_STOP:
		result = sf_stop(session);
		break;
	case SF_IOC_RUN:
		result = sf_run(session);
		break;
	case SF_IOC_ADD_SHARD:
		result = sf_add_shard(session);
		break;
	default:
		result = -ENOTTY;
	}
	mutex_unlock(&session->lock);
	return result;
}

static int sf_map_memory(struct sf_session *session, struct vm_area_struct *vma)
{
	if (vma->vm_flags & (VM_WRITE | VM_EXEC))
		return -EPERM;
	if (!session->prepared || vma->vm_pgoff || vma->vm_end - vma->vm_start != session->memory_bytes)
		return -EINVAL;
	sf_forbid(vma, VM_MAYWRITE | VM_MAYEXEC);
	return remap_vmalloc_range(vma, session->memory, 0);
}

static int sf_map_shard(struct sf_session *session, struct vm_area_struct *vma)
{
	unsigned long offset = (vma->vm_pgoff << PAGE_SHIFT) - SF_SHARDS_OFFSET, number = offset / SF_SHARD_BYTES;

	if (vma->vm_flags & VM_EXEC)
		return -EPERM;
	if (!(vma->vm_flags & VM_SHARED) || offset % SF_SHARD_BYTES || number >= session->shards.count ||
	    vma->vm_end - vma->vm_start != SF_SHARD_BYTES)
		return -EINVAL;
	sf_forbid(vma, VM_MAYEXEC);
	return remap_vmalloc_range(vma, session->shards.memory[array_index_nospec(number, SF_MAX_SHARDS)], 0);
}

/* The memory lives until the device is closed, which a mapping puts off. */
static int sf_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct sf_session *session = file->private_data;
	int error;

	if (mutex_lock_interruptible(&session->lock))
		return -EINTR;
	if (vma->vm_pgoff < SF_SHARDS_OFFSET >> PAGE_SHIFT)
		error = sf_map_memory(session, vma);
	else
		error = sf_map_shard(session, vma);
	mutex_unlock(&session->lock);
	return error;
}

static const struct file_operations sf_operations = {
	.owner = THIS_MODULE,
	.open = sf_open,
	.release = sf_release,
	.unlocked_ioctl = sf_ioctl,
	.compat_ioctl = sf_ioctl,
	.mmap = sf_mmap,
};

static struct miscdevice sf_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = SF_DEVICE,
	.mode = 0600,
	.fops = &sf_operations,
};

static int __init sf_init(void)
{
	int error = sf_find_tracepoints();

	if (error)
		return error;
	error = sf_init_clocks(SF_DEVICE);
	if (error)
		return error;
	error = misc_register(&sf_device);
	if (error)
		sf_exit_clocks();
	return error;
}

static void __exit sf_exit(void)
{
	misc_deregister(&sf_device);
	sf_exit_clocks();
}

module_init(sf_init);
module_exit(sf_exit);
/* The kernel's unwinder and its perf counters are for modules under its own license. */
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("stapflame: counts kernel and user stacks at each CPU's clock");
MODULE_INFO(stapflame_collector, "kmod");
MODULE_INFO(stapflame_device, SF_DEVICE);
