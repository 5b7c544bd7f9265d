/*
 * A fixed amount of work with many different stacks, for measuring what a profiler costs: two threads that wander
 * through a call tree some thirty frames deep, compute at its leaves and now and then read from the kernel. Prints the
 * wall seconds it took. Argument: rounds (100,000 are about a second).
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static int rounds, zero;
static volatile uint64_t sink;

struct walk {
  uint64_t random;
  char buffer[4096];
};

static void step(struct walk *walk, int depth);

__attribute__((noinline)) static void leaf(struct walk *walk) {
  uint64_t sum = 0;
  for (int i = 0; i < 20000; i++) sum += i * walk->random;
  sink += sum;
  if (walk->random % 8 == 0 && read(zero, walk->buffer, sizeof walk->buffer) < 0) _exit(1);
}

#define NODE(name)                                                        \
  __attribute__((noinline)) static void name(struct walk *walk, int depth) { \
    step(walk, depth);                                                    \
    sink++;                                                               \
  }
NODE(parse)
NODE(plan)
NODE(fetch)
NODE(decode)
NODE(filter)
NODE(merge)
NODE(encode)
NODE(flush)

static void (*const nodes[])(struct walk *, int) = {parse, plan, fetch, decode, filter, merge, encode, flush};

static void step(struct walk *walk, int depth) {
  walk->random = walk->random * 6364136223846793005u + 1442695040888963407u;
  if (depth == 0) {
    leaf(walk);
  } else {
    /* Mostly the same way, sometimes another: hot stacks and rare ones. */
    unsigned turn = walk->random >> 40;
    nodes[turn % 16 < 14 ? depth % 8 : turn % 8](walk, depth - 1);
  }
}

static void *run(void *seed) {
  struct walk walk = {.random = (uint64_t)(uintptr_t)seed};
  for (int i = 0; i < rounds; i++) step(&walk, 15);
  return NULL;
}

int main(int argc, char **argv) {
  rounds = atoi(argc > 1 ? argv[1] : "10000");
  zero = open("/dev/zero", O_RDONLY);
  struct timespec from, to;
  clock_gettime(CLOCK_MONOTONIC, &from);
  pthread_t other;
  pthread_create(&other, NULL, run, (void *)1);
  run((void *)2);
  pthread_join(other, NULL);
  clock_gettime(CLOCK_MONOTONIC, &to);
  printf("%.6f\n", (to.tv_sec - from.tv_sec) + (to.tv_nsec - from.tv_nsec) / 1e9);
  return 0;
}
