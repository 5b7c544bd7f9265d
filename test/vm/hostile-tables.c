/*
 * Samples with the kmod module while the memory that it walks by holds what must not be there: process blocks and pieces of
 * tables that are right in part, words of any value, all written while timer interrupts read them. The programs that are
 * sampled change their mappings, lose the stacks that they are on, fork, execute and end. Reads the records and tells how
 * many samples ended why; a record that is not well-formed is an error. Usage: hostile-tables DEVICE SEED SECONDS.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "kmod-templates/kmod/abi.h"
#include "kmod-templates/kmod/unwind-memory.h"

#define SHARDS 4
#define MAX_DEPTH 127
#define MAX_COPIED 2065
#define DATA_BYTES (1u << 19)
#define PERIOD_NS 2000000
#define PIECES 256
#define PIECE_BYTES 4096u
#define ENDS 16
#define PROCESSES 64

static uint64_t state;
static uint8_t *shards[SHARDS];
static const char *self;
static struct sf_plan plan;
static uint8_t *memory;
static long samples, frames, ends[ENDS];

static uint64_t next(void) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return state;
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec / 1e9;
}

static void fail(const char *what) {
  perror(what);
  exit(1);
}

/* --- Those that are sampled. --- */

static char *volatile region;
#define REGION_BYTES (16 * 4096)

/* Takes the memory away in which another thread's frames lie, gives it back, and fills it with what may be frames. */
static void *take_away(void *unused) {
  for (;;) {
    uint64_t *words = (uint64_t *)region;
    for (int i = 0; i < REGION_BYTES / 8; i++)
      words[i] = i % 3 ? (uint64_t)take_away + i % 64 : (uint64_t)region + (i * 40) % REGION_BYTES / 8 * 8;
    usleep(500);
    munmap(region, REGION_BYTES);
    usleep(200);
    mmap(region, REGION_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  }
  return unused;
}

/* Works with its frame pointer, and other registers, in that memory. */
static void work_in_region(void) {
  for (uint64_t i = 0;; i++) {
    uint64_t at = (uint64_t)region + i * 24 % REGION_BYTES / 8 * 8, count = 20000;
    /* Below what the function itself may keep there. */
    __asm__ volatile("lea -128(%%rsp), %%rsp\n push %%rbp\n mov %1, %%rbp\n mov %1, %%r10\n mov %1, %%r12\n"
                     "1: dec %0\n jnz 1b\n pop %%rbp\n lea 128(%%rsp), %%rsp"
                     : "+r"(count)
                     : "r"(at)
                     : "r10", "r12", "cc", "memory");
  }
}

__attribute__((noinline)) static void recurse(int depth) {
  volatile char frame[64];
  frame[depth % 64] = depth;
  if (depth > 0) recurse(depth - 1);
  else
    for (volatile int i = 0; i < 2000; i++) {}
  frame[0]++;
}

static void loses_stacks(void) {
  pthread_t thread;
  region = mmap(NULL, REGION_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  pthread_create(&thread, NULL, take_away, NULL);
  work_in_region();
}

static void changes_mappings(void) {
  for (;;) {
    char *some = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    for (int i = 0; i < 1 << 20; i += 4096) some[i] = 1;
    recurse(40);
    mprotect(some, 1 << 19, PROT_NONE);
    munmap(some, 1 << 20);
  }
}

static void forks_and_executes(void) {
  for (int i = 0;; i++) {
    pid_t child = i % 3 ? fork() : vfork();
    if (child == 0) {
      if (i % 3 == 1) {
        for (int n = 0; n < 50; n++) recurse(n);
        _exit(0);
      }
      execl(self, self, "child", (char *)NULL);
      _exit(1);
    }
    waitpid(child, NULL, 0);
  }
}

/* --- What is written for them. --- */

/* As collector/unwind/image-check.ts. */
static int image_check(pid_t pid, uint32_t *check) {
  char path[64], text[1024];
  snprintf(path, sizeof path, "/proc/%d/stat", pid);
  FILE *file = fopen(path, "r");
  if (!file) return 0;
  size_t length = fread(text, 1, sizeof text - 1, file);
  fclose(file);
  text[length] = 0;
  char *at = strrchr(text, ')');
  unsigned long long end_code = 0, start_stack = 0;
  if (!at) return 0;
  at += 2;
  for (int field = 3; field <= 28 && at; field++) {
    if (field == 27) end_code = strtoull(at, NULL, 10);
    if (field == 28) start_stack = strtoull(at, NULL, 10);
    at = strchr(at, ' ');
    if (at) at++;
  }
  *check = start_stack >> SF_START_STACK_SHIFT ^ end_code >> SF_END_CODE_SHIFT;
  return start_stack != 0;
}

static uint32_t place_of(uint32_t shard, uint32_t offset) {
  return shard << SF_PLACE_SHARD_SHIFT | offset / SF_PLACE_UNIT_BYTES;
}

static uint32_t some_piece(void) {
  if (next() % 16 == 0) return next() % 8 ? next() % 2 : next();
  return place_of(2 + next() % 2, next() % PIECES * PIECE_BYTES);
}

/* A process whose mappings are all addresses, in a few entries, each with some piece for its table. */
static void put_process(pid_t pid, uint32_t number) {
  uint32_t offset = number * 1024, hash = ((uint32_t)pid * SF_INDEX_HASH_MULTIPLIER) >> SF_INDEX_HASH_SHIFT;
  struct sf_block block = {.count = next() % 32 ? 16 : next()};
  if (!image_check(pid, &block.image_check)) return;
  memcpy(shards[1] + offset, &block, sizeof block);
  for (int i = 0; i < 16; i++) {
    uint64_t start = (uint64_t)i << 43;
    /* Rows tell 32 bits of address: these are where programs and libraries lie without randomization. */
    uint64_t origin = i == 10 ? 0x555555000000 : i == 15 ? 0x7ffff7000000 : start;
    struct sf_entry entry = {start, start + (1ull << 43), origin, some_piece(), 0};
    if (next() % 4 == 0) entry.origin = next();
    memcpy(shards[1] + offset + sizeof block + i * sizeof entry, &entry, sizeof entry);
  }
  uint64_t slot = (uint64_t)place_of(1, offset) << 32 | (uint32_t)pid;
  for (uint32_t probe = 0; probe < SF_INDEX_MAX_PROBES; probe++) {
    uint64_t *at = (uint64_t *)shards[0] + (hash + probe) % SF_INDEX_SLOTS;
    if (*at && (uint32_t)*at != (uint32_t)pid && probe + 1 < SF_INDEX_MAX_PROBES) continue;
    __atomic_store_n(at, slot, __ATOMIC_RELEASE);
    return;
  }
}

/* A piece that tells of all its 32 bits of addresses by one page's rows, mostly. */
static void put_piece(uint8_t *piece) {
  struct sf_piece header = {64, 1u << 16, 8, 1, 1024, 64, 256, 512};
  for (int i = 0; i < 64; i++) {
    ((uint16_t *)(piece + header.starts))[i] = i * 1024;
    piece[header.rule_indexes + i] = next() % 9;
  }
  for (int i = 0; i < 8; i++) {
    struct sf_rule rule = {
        .cfa = next() % 4 ? SF_CFA_STACK_POINTER : next() % 14, .ra = next() % 16 ? 0 : next() % 4, .fp = next() % 6, .reg = next() % 32,
        .cfa_offset = next() % 16 ? 8 * (1 + next() % 6) : next(), .cfa_add = next() % 4 ? 8 : next(),
        .ra_offset = next() % 16 ? -8 : (int16_t)next(), .fp_offset = next() % 4 ? -16 : (int16_t)next()};
    memcpy(piece + header.rules + i * 16, &rule, sizeof rule);
  }
  /* All pages have the same rows, as far as this piece reaches; behind lie the next one's words. */
  for (uint32_t i = 0; i < (PIECE_BYTES - header.pages) / 4; i++) ((uint32_t *)(piece + header.pages))[i] = i % 2 ? 64 : 0;
  if (next() % 8 == 0) ((uint32_t *)&header)[next() % 8] = next() % 2 ? next() : 1u << next() % 32;
  memcpy(piece, &header, sizeof header);
}

/* --- What comes of it. --- */

static void read_side(long side) {
  uint32_t slots = DATA_BYTES / SF_RECORD_BYTES_PER_SLOT;
  for (uint32_t cpu = 0; cpu < plan.cpus; cpu++) {
    struct sf_arena *arena = (struct sf_arena *)(memory + plan.arenas_offset + (cpu * 2 + side) * plan.arena_bytes);
    uint64_t *at = (uint64_t *)&arena->index[slots], *end = at + arena->head / 8;
    while (at < end) {
      uint64_t depths = at[SF_WORD_DEPTHS], count = at[SF_WORD_COUNT];
      uint32_t kernel = depths >> 32 & 0xfff, why = depths >> 44 & 0xf, user = depths >> 48;
      uint32_t most = why == SF_STACK_COPIED ? MAX_COPIED : MAX_DEPTH;
      if (kernel > MAX_DEPTH || user > most || (why > SF_STACK_NO_PROGRESS && why != SF_STACK_COPIED) || (!user && why) || !count) {
        printf("a record is not well-formed: count %lu, depths %lx\n", (unsigned long)count, (unsigned long)depths);
        exit(1);
      }
      if (user) {
        samples += count;
        if (why != SF_STACK_COPIED) frames += count * user;
        ends[why] += count;
      }
      at += SF_WORD_ADDRESSES + kernel + user;
    }
    if (at != end) {
      printf("the records of CPU %u do not end where they should\n", cpu);
      exit(1);
    }
  }
}

static pid_t begin(void (*run)(void)) {
  pid_t pid = fork();
  if (pid == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    run();
    _exit(0);
  }
  return pid;
}

int main(int argc, char **argv) {
  if (argc == 2 && !strcmp(argv[1], "child")) {
    for (int n = 0; n < 50; n++) recurse(n);
    return 0;
  }
  if (argc != 4) return 2;
  int kind = personality(0xffffffff);
  if (!(kind & ADDR_NO_RANDOMIZE)) {
    personality(kind | ADDR_NO_RANDOMIZE);
    execv("/proc/self/exe", argv);
    fail("execv");
  }
  self = "/proc/self/exe";
  state = (strtoull(argv[2], NULL, 10) + 1) * 0x9e3779b97f4a7c15;
  pid_t victims[] = {begin(loses_stacks), begin(changes_mappings), begin(forks_and_executes), begin(forks_and_executes)};
  int fd = open(argv[1], O_RDWR | O_CLOEXEC);
  if (fd < 0) fail("open");
  plan = (struct sf_plan){.version = SF_ABI_VERSION, .kernel_depth = MAX_DEPTH, .user_depth = MAX_DEPTH, .copied_words = MAX_COPIED, .data_bytes = DATA_BYTES, .period_ns = PERIOD_NS,
                          .slice_ns = 1000000000, .hash_multiplier = 0xff51afd7ed558ccd, .cgroup_fd = -1};
  if (ioctl(fd, SF_IOC_PREPARE, &plan) < 0) fail("prepare");
  memory = mmap(NULL, plan.map_bytes, PROT_READ, MAP_SHARED, fd, 0);
  if (memory == MAP_FAILED) fail("map");
  for (int i = 0; i < SHARDS; i++) {
    if (ioctl(fd, SF_IOC_ADD_SHARD, 0) != i) fail("add shard");
    shards[i] = mmap(NULL, SF_SHARD_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, SF_SHARDS_OFFSET + (off_t)i * SF_SHARD_BYTES);
    if (shards[i] == MAP_FAILED) fail("map shard");
  }
  if (ioctl(fd, SF_IOC_RUN, 0) < 0) fail("run");
  double end = now() + atof(argv[3]), flip_at = 0;
  for (uint32_t round = 0; now() < end; round++) {
    for (int i = 0; i < 4; i++) {
      put_process(victims[i], (round + i) % 256);
      /* Children, whose ids follow; most are gone when this is read. */
      if (i >= 2) put_process(victims[3] + 1 + next() % PROCESSES, 256 + (round + i) % 256);
    }
    for (int i = 0; i < 32; i++) put_piece(shards[2 + next() % 2] + next() % PIECES * PIECE_BYTES);
    /* Words of any value anywhere, now and then a whole storm of them. */
    for (uint64_t n = round % 16 ? 64 : 20000; n; n--) {
      uint64_t word = next() % 4 ? next() : next() % 4096;
      *(volatile uint64_t *)(shards[next() % SHARDS] + next() % SF_SHARD_BYTES / 8 * 8) = word;
    }
    if (round % 256 == 255) memset(shards[0], 0, SF_SHARD_BYTES);
    if (now() < flip_at) continue;
    flip_at = now() + 0.2;
    long side = ioctl(fd, SF_IOC_FLIP, 0);
    if (side < 0) fail("flip");
    read_side(side);
  }
  /* A shard that is not mapped any more is read on. */
  for (int i = 0; i < SHARDS; i++) munmap(shards[i], SF_SHARD_BYTES);
  usleep(100000);
  if (ioctl(fd, SF_IOC_STOP, 0) < 0) fail("stop");
  for (int i = 0; i < 2; i++) read_side(ioctl(fd, SF_IOC_FLIP, 0));
  for (int i = 0; i < 4; i++) kill(victims[i], SIGKILL);
  printf("{\"samples\": %ld, \"frames\": %ld, \"ends\": [", samples, frames);
  for (int i = 0; i <= SF_STACK_COPIED; i++) printf("%s%ld", i ? ", " : "", ends[i]);
  printf("]}\n");
  return 0;
}
