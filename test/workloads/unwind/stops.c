/*
 * Goes to some depth through functions of different shapes, and waits there, busily, for SIGUSR1; then to another place.
 * Its stack is the same all the while, so that it can be sampled and looked at by a debugger. Runs for ever.
 */
#include <alloca.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

volatile sig_atomic_t go;
volatile uint64_t sink;

static void on_go(int signal) { go = signal; }

__attribute__((noinline)) void wait_here(void) {
  go = 0;
  while (!go) sink++;
}

__attribute__((noinline)) void descend(int depth);

static int compare(const void *a, const void *b) {
  descend(*(const int *)a % 4);
  return *(const int *)a - *(const int *)b;
}

__attribute__((noinline)) void through_sort(int depth) {
  int numbers[2] = {depth, depth - 1};
  qsort(numbers, 2, sizeof(int), compare);
  sink += numbers[0];
}

__attribute__((noinline)) void with_array(int depth) {
  char *array = alloca(16 + depth % 7 * 40);
  memset(array, depth, 16);
  descend(depth - 1);
  sink += array[3];
}

static void on_alarm(int signal) {
  descend(signal % 5);
  sink++;
}

__attribute__((noinline)) void through_signal(void) {
  raise(SIGALRM);
  sink++;
}

__attribute__((noinline)) void many_arguments(int a, int b, int c, int d, int e, int f, int g, int h, int depth) {
  descend(depth - 1);
  sink += a + b + c + d + e + f + g + h;
}

__attribute__((noinline)) void descend(int depth) {
  if (depth <= 0) {
    wait_here();
  } else {
    switch (rand() % 6) {
      case 0: with_array(depth); break;
      case 1: through_sort(depth); break;
      case 2: many_arguments(1, 2, 3, 4, 5, 6, 7, 8, depth); break;
      case 3: through_signal(); break;
      default: descend(depth - 1);
    }
  }
  sink++;
}

int main(int argc, char **argv) {
  struct sigaction action = {.sa_handler = on_alarm, .sa_flags = SA_NODEFER};

  srand(argc > 1 ? atoi(argv[1]) : 1);
  signal(SIGUSR1, on_go);
  sigaction(SIGALRM, &action, 0);
  for (;;) descend(rand() % 30);
}
