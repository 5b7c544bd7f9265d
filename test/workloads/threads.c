/* Two named threads, "alpha" and "beta", each busy in a function of its own. Runs for the seconds given. */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

volatile uint64_t sink_a, sink_b;
static time_t end;

__attribute__((noinline)) void spin_alpha(void) {
  for (int i = 0; i < 100000; i++) sink_a += i;
}
__attribute__((noinline)) void spin_beta(void) {
  for (int i = 0; i < 100000; i++) sink_b += i;
}

static void *alpha(void *unused) {
  pthread_setname_np(pthread_self(), "alpha");
  while (time(NULL) < end) spin_alpha();
  return unused;
}
static void *beta(void *unused) {
  pthread_setname_np(pthread_self(), "beta");
  while (time(NULL) < end) spin_beta();
  return unused;
}

int main(int argc, char **argv) {
  end = time(NULL) + atoi(argc > 1 ? argv[1] : "3600");
  pthread_t a, b;
  pthread_create(&a, NULL, alpha, NULL);
  pthread_create(&b, NULL, beta, NULL);
  pthread_join(a, NULL);
  pthread_join(b, NULL);
  return 0;
}
