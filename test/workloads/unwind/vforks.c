/* Makes children by vfork, which keeps its return address in a register over its system call. Runs for ever. */
#include <sys/wait.h>
#include <unistd.h>

__attribute__((noinline)) void make_child(int depth) {
  if (depth > 0) {
    make_child(depth - 1);
  } else {
    pid_t child = vfork();
    if (child == 0) _exit(0);
    waitpid(child, 0, 0);
  }
  __asm__ volatile("");
}

int main(void) {
  for (;;) make_child(10);
}
