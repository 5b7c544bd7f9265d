/*
 * Half of its time in a signal handler, which runs on a stack of its own while main is in a system call, in libc or in
 * its own code; with an argument, on main's stack. Runs for ever.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/time.h>
#include <unistd.h>

volatile uint64_t sink;

__attribute__((noinline)) void in_handler(void) {
  for (int i = 0; i < 300000; i++) sink += i;
}

static void handle(int signal) {
  in_handler();
  sink += signal;
}

__attribute__((noinline)) void in_main(int depth) {
  if (depth > 0) {
    in_main(depth - 1);
  } else {
    for (int i = 0; i < 20000; i++) sink += i;
    for (int i = 0; i < 50; i++) sink += getppid() + rand();
  }
  sink++;
}

int main(int argc, char **argv) {
  stack_t stack = {.ss_sp = malloc(1 << 16), .ss_size = 1 << 16};
  struct sigaction action = {.sa_handler = handle, .sa_flags = (argc > 1 ? 0 : SA_ONSTACK) | SA_RESTART};
  struct itimerval timer = {{0, 2000}, {0, 2000}};

  sigaltstack(&stack, 0);
  sigaction(SIGALRM, &action, 0);
  setitimer(ITIMER_REAL, &timer, 0);
  for (;;) in_main(6);
}
