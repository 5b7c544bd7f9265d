/*
 * Does to the kmod collector's device what nobody sane would: random and half-right requests, hostile pointers, odd
 * mappings, opening and closing while others use it, from two threads at once. The same seed gives each thread the same
 * calls. Usage: fuzz-ioctl DEVICE SEED CALLS. Prints how many calls of each kind were made, and how many of them the
 * kernel took.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include "kmod-templates/kmod/abi.h"

#define THREADS 2
#define SLOTS 8
#define MAX_PAGES 64

enum kind { OPEN, CLOSE, PREPARE, HALF_PREPARE, RUN, FLIP, STOP, ADD_SHARD, SHARD, REQUEST, MAP, OTHER, KINDS };
static const char *const names[KINDS] = {"open", "close", "prepare", "half-right prepare", "run",     "flip",
                                         "stop", "add shard", "shard", "request",            "map", "other"};
/* In thousandths. What makes the kernel wait for all CPUs is rare, or a run would take minutes. */
static const unsigned weights[KINDS] = {60, 30, 20, 200, 5, 5, 15, 25, 60, 360, 120, 100};

static const char *device;
static long calls;
static long page;
static atomic_int slots[SLOTS];
/* How much the recording in a slot gives to map; of one that was closed meanwhile it is just another odd length. */
static atomic_ulong slot_bytes[SLOTS];
static atomic_long made[KINDS], taken[KINDS];
static int sink[2];

struct thread {
  uint64_t random;
  char *readonly, *end_of_page;
};

static uint64_t next(struct thread *thread) {
  thread->random ^= thread->random << 13;
  thread->random ^= thread->random >> 7;
  thread->random ^= thread->random << 17;
  return thread->random;
}

static uint64_t below(struct thread *thread, uint64_t limit) { return next(thread) % limit; }

/* 0, all ones, a bit, small, a few of those that limits are checked against, or anything. */
static uint64_t odd_number(struct thread *thread) {
  switch (below(thread, 6)) {
    case 0: return 0;
    case 1: return ~0ull;
    case 2: return 1ull << below(thread, 64);
    case 3: return below(thread, 64);
    case 4: return (1ull << below(thread, 64)) - 1 + below(thread, 3);
    default: return next(thread);
  }
}

static void *hostile_pointer(struct thread *thread, void *good) {
  switch (below(thread, 8)) {
    case 0: return NULL;
    case 1: return (void *)0xffffffff81000000; /* kernel text */
    case 2: return (void *)0xffff888000000000; /* kernel memory */
    case 3: return (void *)0x800000000000; /* not canonical */
    case 4: return thread->end_of_page; /* begins in a page, ends in none */
    case 5: return thread->readonly;
    case 6: return (char *)good + 1 + below(thread, 7);
    default: return (void *)next(thread);
  }
}

/* A plan that the module takes. Not faster than a kilohertz: an emulated CPU does nothing else then. */
static struct sf_plan good_plan(struct thread *thread, int32_t *ids) {
  struct sf_plan plan = {
    .version = SF_ABI_VERSION,
    .flags = below(thread, 2) ? SF_FILTER_TASKS : SF_PER_THREAD,
    .kernel_depth = 1 + below(thread, 127),
    .user_depth = 1 + below(thread, 8192),
    .data_bytes = 4096u << below(thread, 6),
    .period_ns = 1000000 + below(thread, 1000000000),
    .slice_ns = 1000000 + below(thread, 1000000000),
    .hash_multiplier = next(thread) | 1,
    .ids = (uintptr_t)ids,
    .cgroup_fd = -1,
  };
  if (plan.flags & SF_FILTER_TASKS) {
    plan.pids = 1;
    ids[0] = getpid();
  }
  return plan;
}

static void spoil(struct thread *thread, struct sf_plan *plan, int32_t *ids) {
  uint32_t *words = (uint32_t *)plan;
  for (uint64_t n = 1 + below(thread, 3); n > 0; n--) words[below(thread, sizeof *plan / 4)] = odd_number(thread);
  if (below(thread, 4) == 0) plan->ids = (uintptr_t)hostile_pointer(thread, ids);
  if (plan->period_ns < 1000000) plan->period_ns += 1000000;
}

static long map(struct thread *thread, int fd, size_t whole) {
  size_t length = whole;
  if (below(thread, 2)) length = below(thread, 3) ? (1 + below(thread, MAX_PAGES)) * page : odd_number(thread);
  off_t offset = below(thread, 3) ? 0 : (off_t)(odd_number(thread) & (below(thread, 2) ? -page : -1));
  int protection = below(thread, 2) ? PROT_READ : below(thread, 8);
  char *memory = mmap(NULL, length, protection, below(thread, 2) ? MAP_SHARED : MAP_PRIVATE, fd, offset);
  if (memory == MAP_FAILED) return -1;
  /* A pipe reads for us: where nothing lies it gives EFAULT and no signal. */
  char bytes[16];
  for (int i = 0; i < 4; i++) {
    ssize_t n = write(sink[1], memory + below(thread, length), sizeof bytes);
    if (n > 0 && read(sink[0], bytes, n) < 0) abort();
  }
  if (below(thread, 4) == 0) mprotect(memory, length, PROT_READ | PROT_WRITE);
  if (below(thread, 4) == 0) madvise(memory, length, MADV_DONTNEED);
  if (below(thread, 4) == 0) {
    char *moved = mremap(memory, length, length + page, MREMAP_MAYMOVE);
    if (moved != MAP_FAILED) {
      memory = moved;
      length += page;
    }
  }
  return munmap(memory, length);
}

static long other(struct thread *thread, int fd) {
  char buffer[256];
  struct pollfd poll_fd = {.fd = fd, .events = POLLIN | POLLOUT};
  switch (below(thread, 6)) {
    case 0: return read(fd, hostile_pointer(thread, buffer), odd_number(thread));
    case 1: return write(fd, buffer, below(thread, sizeof buffer));
    case 2: return lseek(fd, odd_number(thread), below(thread, 4));
    case 3: return poll(&poll_fd, 1, 0);
    case 4: return fcntl(fd, F_SETFL, O_NONBLOCK);
    default: return ftruncate(fd, odd_number(thread));
  }
}

/* Writes to a shard that may be there, at an offset that may be a shard's; walks read it meanwhile. */
static long shard(struct thread *thread, int fd) {
  size_t length = below(thread, 8) ? SF_SHARD_BYTES : odd_number(thread);
  off_t offset = SF_SHARDS_OFFSET + (below(thread, 4) ? below(thread, 4) : below(thread, 300)) * SF_SHARD_BYTES;
  if (below(thread, 8) == 0) offset += odd_number(thread) & -page;
  int protection = below(thread, 4) ? PROT_READ | PROT_WRITE : below(thread, 8);
  char *memory = mmap(NULL, length, protection, below(thread, 8) ? MAP_SHARED : MAP_PRIVATE, fd, offset);
  if (memory == MAP_FAILED) return -1;
  if (length == SF_SHARD_BYTES && (protection & PROT_WRITE))
    for (int i = 0; i < 64; i++) ((uint64_t *)memory)[below(thread, SF_SHARD_BYTES / 8)] = odd_number(thread);
  if (below(thread, 4) == 0) mprotect(memory, length, PROT_READ | PROT_WRITE | PROT_EXEC);
  if (below(thread, 4) == 0) mremap(memory, length, length + page, MREMAP_MAYMOVE);
  return munmap(memory, length);
}

static uint64_t odd_request(struct thread *thread) {
  static const uint64_t real[] = {SF_IOC_PREPARE, SF_IOC_FLIP, SF_IOC_STOP, SF_IOC_RUN, SF_IOC_ADD_SHARD};
  /* Too often the true ones would stop or flip all; a bit of the size, direction, type or number is wrong. */
  if (below(thread, 4)) return real[below(thread, 5)] ^ (1ull << below(thread, 32));
  return odd_number(thread);
}

static long prepare(struct sf_plan *plan, int slot) {
  long result = ioctl(slots[slot], SF_IOC_PREPARE, plan);
  if (result == 0) slot_bytes[slot] = plan->map_bytes;
  return result;
}

static long call(struct thread *thread, enum kind kind) {
  int number = below(thread, SLOTS);
  atomic_int *slot = &slots[number];
  int32_t ids[4] = {1, -1, 0, 1 << 30};
  struct sf_plan plan = good_plan(thread, ids);
  int fd = atomic_load(slot);
  switch (kind) {
    case OPEN:
      fd = open(device, (below(thread, 2) ? O_RDONLY : O_RDWR) | O_CLOEXEC);
      int before = atomic_exchange(slot, fd);
      if (before >= 0) close(before);
      return fd;
    case CLOSE:
      fd = atomic_exchange(slot, -1);
      return fd >= 0 ? close(fd) : -1;
    case PREPARE: return prepare(&plan, number);
    case HALF_PREPARE:
      spoil(thread, &plan, ids);
      if (below(thread, 2)) return prepare(&plan, number);
      return ioctl(fd, SF_IOC_PREPARE, hostile_pointer(thread, &plan));
    case RUN: return ioctl(fd, SF_IOC_RUN, odd_number(thread));
    case ADD_SHARD: return ioctl(fd, SF_IOC_ADD_SHARD, odd_number(thread));
    case SHARD: return shard(thread, fd);
    case FLIP: return ioctl(fd, SF_IOC_FLIP, odd_number(thread));
    case STOP: return ioctl(fd, SF_IOC_STOP, odd_number(thread));
    case REQUEST: return ioctl(fd, odd_request(thread), below(thread, 2) ? &plan : hostile_pointer(thread, &plan));
    case MAP: return map(thread, fd, slot_bytes[number]);
    default: return other(thread, fd);
  }
}

static void *run(void *argument) {
  struct thread *thread = argument;
  for (long i = 0; i < calls / THREADS; i++) {
    enum kind kind = OPEN;
    for (unsigned at = below(thread, 1000); at >= weights[kind]; kind++) at -= weights[kind];
    made[kind]++;
    if (call(thread, kind) >= 0) taken[kind]++;
  }
  return NULL;
}

int main(int argc, char **argv) {
  if (argc != 4) return 2;
  device = argv[1];
  calls = atol(argv[3]);
  page = sysconf(_SC_PAGESIZE);
  if (pipe(sink) < 0) return 1;
  char *pages = mmap(NULL, 3 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (pages == MAP_FAILED) return 1;
  mprotect(pages, page, PROT_READ);
  munmap(pages + 2 * page, page);
  for (int i = 0; i < SLOTS; i++) slots[i] = -1;
  pthread_t threads[THREADS];
  struct thread states[THREADS];
  for (int i = 0; i < THREADS; i++) {
    uint64_t seed = (strtoull(argv[2], NULL, 10) * THREADS + i + 1) * 0x9e3779b97f4a7c15;
    states[i] = (struct thread){seed, pages, pages + 2 * page - 8};
    if (pthread_create(&threads[i], NULL, run, &states[i])) return 1;
  }
  for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
  for (int i = 0; i < KINDS; i++) printf("%s%s: %ld of %ld", i ? ", " : "", names[i], taken[i], made[i]);
  printf("\n");
  return 0;
}
