/*
 * Puts the middle of its own code into memory without a file, at the same addresses, as Node.js does with --use-largepages, and works
 * there for ever. With an argument it waits before it does so.
 */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE 4096

volatile uint64_t sink;

/* In this order: what is moved begins with a page of its own, and so does what follows. */
__attribute__((noinline, aligned(PAGE))) void burn(void) {
  for (int i = 0; i < 100000; i++) sink += i;
}

__attribute__((noinline)) void moved(int depth) {
  if (depth > 0) moved(depth - 1);
  else burn();
  sink++;
}

__attribute__((noinline, aligned(PAGE))) void move(void) {
  char *begin = (char *)burn;
  size_t bytes = (char *)move - begin;
  char *copy = malloc(bytes);
  memcpy(copy, begin, bytes);
  if (mmap(begin, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != begin) abort();
  memcpy(begin, copy, bytes);
  if (mprotect(begin, bytes, PROT_READ | PROT_EXEC)) abort();
  free(copy);
}

int main(int argc, char **argv) {
  (void)argv;
  if (argc > 1) sleep(1);
  move();
  for (;;) moved(20);
}
