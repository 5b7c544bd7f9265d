/* Without frame pointers: recursion with frames of different sizes, and a call-back through libc's qsort. Runs for ever. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH 40
#define NUMBERS 32

volatile uint64_t sink;

__attribute__((noinline)) uint64_t leaf(uint64_t seed) {
  for (int i = 0; i < 500; i++) seed = seed * 6364136223846793005u + i;
  return seed;
}

__attribute__((noinline)) uint64_t recurse(int depth) {
  char frame[32 + depth % 5 * 24]; /* of a size that is not known: its function keeps a frame pointer all the same */
  memset(frame, depth, sizeof(frame));
  sink += frame[depth % 32];
  uint64_t below = depth == 0 ? leaf(sink) : recurse(depth - 1);
  return below + frame[1];
}

__attribute__((noinline)) uint64_t plain(int depth) {
  uint64_t below = depth == 0 ? leaf(sink) : plain(depth - 1);
  sink += below;
  return below ^ depth;
}

static int compare(const void *a, const void *b) {
  uint64_t x = leaf(*(const int *)a), y = leaf(*(const int *)b);
  return (x > y) - (x < y);
}

__attribute__((noinline)) void sort(void) {
  int numbers[NUMBERS];
  for (int i = 0; i < NUMBERS; i++) numbers[i] = rand();
  qsort(numbers, NUMBERS, sizeof(int), compare);
  sink += numbers[0];
}

int main(void) {
  for (;;) {
    for (int i = 0; i < 50; i++) sink += recurse(DEPTH);
    for (int i = 0; i < 50; i++) sink += plain(DEPTH);
    sort();
  }
}
