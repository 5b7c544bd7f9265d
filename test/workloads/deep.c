/* Recurses to the depth given (default 400) and burns at the bottom, for the turns given (default 10,000). Runs for ever. */
#include <stdint.h>
#include <stdlib.h>

volatile uint64_t sink;
static int turns = 10000;

__attribute__((noinline)) void bottom(void) {
  for (int i = 0; i < turns; i++) sink += i;
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
  if (argc > 2) turns = atoi(argv[2]);
  for (;;) recurse(atoi(argc > 1 ? argv[1] : "400"));
}
