/* Goes so many frames deep as it is told, works there for a while, comes back and goes anew. Runs for ever. */
#include <stdint.h>
#include <stdlib.h>

volatile uint64_t sink;

__attribute__((noinline)) void work(void) {
  for (int i = 0; i < 2000000; i++) sink += i;
}

__attribute__((noinline)) void descend(int depth) {
  if (depth > 0) descend(depth - 1);
  else work();
  sink++;
}

int main(int argc, char **argv) {
  for (;;) descend(atoi(argv[argc - 1]));
}
