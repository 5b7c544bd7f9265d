/*
 * A storm of children that each work for 50 ms of CPU time in child_work(), one after another; every second one
 * executes this program again under the name "exec-child" and works for as long in exec_work(). For the seconds given, and so many at least as
 * the second argument says. Prints how many there were.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

volatile uint64_t sink;

static double cpu_seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return now.tv_sec + now.tv_nsec / 1e9;
}

__attribute__((noinline)) void child_work(void) {
  for (int i = 0; i < 100000; i++) sink += i;
}
__attribute__((noinline)) void exec_work(void) {
  for (int i = 0; i < 100000; i++) sink += 2 * i;
}

int main(int argc, char **argv) {
  if (strcmp(argv[0], "exec-child") == 0) {
    // What the exec itself took does not count: in an emulated guest that may be more.
    double begin = cpu_seconds();
    while (cpu_seconds() - begin < 0.05) exec_work();
    return 0;
  }
  time_t end = time(NULL) + atoi(argc > 1 ? argv[1] : "5");
  int children = 0, least = atoi(argc > 2 ? argv[2] : "0");
  while (time(NULL) < end || children < least) {
    pid_t child = fork();
    if (child == 0) {
      if (children % 2 == 1) execl(argv[0], "exec-child", (char *)NULL);
      while (cpu_seconds() < 0.05) child_work();
      _exit(0);
    }
    waitpid(child, NULL, 0);
    children++;
  }
  printf("%d\n", children);
  return 0;
}
