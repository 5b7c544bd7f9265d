/*
 * Goes 5,000 frames deep, through another function at one place of the way, any, and works there for a while; again and again.
 * So its stacks differ by one return address.
 */
#include <stdint.h>
#include <stdlib.h>

#define DEEP 5000

volatile uint64_t sink;
static void descend(int depth, int astray);

__attribute__((noinline)) static void work(void) {
  for (int i = 0; i < 20000000; i++) sink += i;
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
