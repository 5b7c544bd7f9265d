#include "table.h"
#include <stdio.h>
#include <stdlib.h>

int assembled(int x);
static int recursive(int n) { return n < 2 ? n : recursive(n - 1) + recursive(n - 2); }
static unsigned helper(unsigned x) { unsigned steps = 0; while (x > 1) { x = x & 1 ? 3 * x + 1 : x / 2; steps++; } return steps; }
int never_used(int x) { return recursive(x) * (int)helper((unsigned)x); }

int main(int argc, char **argv) {
  struct table t = {calloc(8, 4), 8, 0};
  for (int i = 1; i < argc; i++) interpret(argv[i], &t);
  for (unsigned i = 0; i < 1000; i++) {
    uint32_t key = mix(i) % 777 + helper(i);
    if (key) table_add(&t, key);
  }
  table_sort(&t);
  interpret("12 3 4+*5-. r 1 2^.", &t);
  printf("%u %d %d\n", t.slots[t.capacity - 1], recursive(argc % 20), assembled(argc));
  free(t.slots);
  return 0;
}
