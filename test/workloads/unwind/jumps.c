/* Leaves deep calls by longjmp, out of its own frames and out of libc's qsort, again and again. Runs for ever. */
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>

volatile uint64_t sink;
static jmp_buf outermost;

__attribute__((noinline)) void work(int rounds) {
  for (int i = 0; i < rounds; i++) sink += i * sink;
}

__attribute__((noinline)) void descend(int depth) {
  jmp_buf own;

  work(50);
  if (depth == 0) longjmp(outermost, 1);
  if (depth % 3 == 0 && setjmp(own) == 0) {
    work(20);
    longjmp(own, 1); /* back into this very frame */
  }
  descend(depth - 1);
  sink++;
}

static int compare(const void *a, const void *b) {
  work(30);
  if (rand() % 50 == 0) longjmp(outermost, 2);
  return *(const int *)a - *(const int *)b;
}

__attribute__((noinline)) void out_of_qsort(void) {
  int numbers[64];
  for (int i = 0; i < 64; i++) numbers[i] = rand();
  qsort(numbers, 64, sizeof(int), compare);
  sink += numbers[0];
}

int main(void) {
  for (;;) {
    if (setjmp(outermost) == 0) descend(30);
    if (setjmp(outermost) == 0) out_of_qsort();
  }
}
