/* Works in first() until SIGUSR1, then executes itself and works in second(), and in a forked child in third(). For ever. */
#include <signal.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <unistd.h>

volatile sig_atomic_t go;
volatile uint64_t sink;

static void on_go(int signal) { go = signal; }

__attribute__((noinline)) void burn(void) {
  for (int i = 0; i < 10000; i++) sink += i;
}

__attribute__((noinline)) void first(int depth) {
  if (depth > 0) first(depth - 1);
  else burn();
  sink++;
}

__attribute__((noinline)) void second(int depth) {
  char array[40 + depth % 3 * 16];
  array[depth % 40] = depth;
  if (depth > 0) second(depth - 1);
  else burn();
  sink += array[depth % 40];
}

__attribute__((noinline)) void third(int depth) {
  if (depth > 0) third(depth - 1);
  else burn();
  sink++;
}

int main(int argc, char **argv) {
  if (argc > 1) {
    pid_t parent = getpid();
    if (fork() == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      while (getppid() == parent) third(5);
      return 0;
    }
    for (;;) second(7);
  }
  signal(SIGUSR1, on_go);
  while (!go) first(3);
  execl("/proc/self/exe", argv[0], "again", (char *)0);
  return 1;
}
