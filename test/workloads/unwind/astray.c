/*
 * Goes 5,000 frames deep, through another function at one place of the way, any, and works there for a while; again and again.
 * So its stacks differ by one return address.
 */
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#define DEEP 5000
/* Some samples, however fast this machine is. */
#define WORK_NANOS 40000000

volatile uint64_t sink;
static void descend(int depth, int astray);

static int64_t cpu_nanos(void) {
  struct timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return now.tv_sec * 1000000000LL + now.tv_nsec;
}

__attribute__((noinline)) static void work(void) {
  int64_t start = cpu_nanos();
  do
    for (int i = 0; i < 1000000; i++) sink += i;
  while (cpu_nanos() - start < WORK_NANOS);
}

__attribute__((noinline)) static void leave(int depth, int astray) {
  descend(depth, astray);
  sink++;
}

__attribute__((noinline)) static void descend(int depth, int astray) {
  if (depth == 0) work();
  else if (depth == astray) leave(depth - 1, astray);
  else descend(depth - 1, astray);
  sink++;
}

int main(void) {
  srand(1);
  for (;;) descend(DEEP, 1 + rand() % DEEP);
}
