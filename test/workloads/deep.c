/* Recurses to the depth given (default 400) and burns at the bottom. Runs for ever. */
#include <stdint.h>
#include <stdlib.h>

volatile uint64_t sink;

__attribute__((noinline)) void bottom(void) {
  for (int i = 0; i < 10000; i++) sink += i;
}

__attribute__((noinline)) void recurse(int depth) {
  if (depth == 0) {
    bottom();
  } else {
    recurse(depth - 1);
  }
  sink++; /* no tail call */
}

int main(int argc, char **argv) {
  for (;;) recurse(atoi(argc > 1 ? argv[1] : "400"));
}
