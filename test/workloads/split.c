/* Three quarters of the time in heavy(), a quarter in light(). Runs for the seconds given, or for ever. */
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

volatile uint64_t sink;

#define BURN(rounds)                        \
  for (uint64_t i = 0; i < (rounds); i++) { \
    sink += i;                              \
  }

__attribute__((noinline)) void heavy(void) { BURN(30000) }
__attribute__((noinline)) void light(void) { BURN(10000) }
__attribute__((noinline)) void work(void) {
  heavy();
  light();
  sink++;
}

int main(int argc, char **argv) {
  time_t end = argc > 1 ? time(NULL) + atoi(argv[1]) : 0;
  while (end == 0 || time(NULL) < end) {
    for (int i = 0; i < 100; i++) work();
  }
  return 0;
}
