/* Two hundred children, one after another, that each work for 4 ms of CPU time: less than a period at 99 Hz. */
#include <stdint.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

volatile uint64_t sink;

static double cpu_seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return now.tv_sec + now.tv_nsec / 1e9;
}

__attribute__((noinline)) void brief_work(void) {
  for (int i = 0; i < 10000; i++) sink += i;
}

int main(void) {
  for (int children = 0; children < 200; children++) {
    pid_t child = fork();
    if (child == 0) {
      while (cpu_seconds() < 0.004) brief_work();
      _exit(0);
    }
    waitpid(child, NULL, 0);
  }
  return 0;
}
