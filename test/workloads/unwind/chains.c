/*
 * Forks children that fork children; some execute this program anew, by vfork, and each works for a while at a depth of its own.
 * Runs for the seconds given.
 */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

volatile uint64_t sink;

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec / 1e9;
}

__attribute__((noinline)) void burn(int depth, double seconds) {
  if (depth > 0) {
    burn(depth - 1, seconds);
  } else {
    for (double end = now() + seconds; now() < end;)
      for (int i = 0; i < 10000; i++) sink += i;
  }
  sink++;
}

int main(int argc, char **argv) {
  if (argc > 2) { /* an executed child */
    burn(20, atof(argv[2]));
    return 0;
  }
  for (double end = now() + atof(argv[1]); now() < end;) {
    pid_t child = fork();
    if (child == 0) {
      pid_t grandchild = fork();
      burn(grandchild == 0 ? 15 : 10, 0.03);
      if (grandchild) waitpid(grandchild, 0, 0);
      _exit(0);
    }
    waitpid(child, 0, 0);
    child = vfork();
    if (child == 0) {
      execl(argv[0], argv[0], "child", "0.3", (char *)0);
      _exit(1);
    }
    waitpid(child, 0, 0);
  }
  return 0;
}
