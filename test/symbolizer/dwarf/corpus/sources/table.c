#include "table.h"
#include <stdlib.h>

static void helper(uint32_t *list, long low, long high) {
  if (low >= high) return;
  uint32_t pivot = list[(low + high) / 2];
  long i = low, j = high;
  while (i <= j) {
    while (list[i] < pivot) i++;
    while (list[j] > pivot) j--;
    if (i <= j) { SWAP(list[i], list[j]); i++; j--; }
  }
  helper(list, low, j);
  helper(list, i, high);
}

__attribute__((noinline, cold)) static int grow(struct table *t) {
  struct table bigger = {calloc(t->capacity * 2, sizeof *t->slots), t->capacity * 2, 0};
  if (!bigger.slots) return -1;
  for (unsigned i = 0; i < t->capacity; i++)
    if (t->slots[i]) bigger.slots[slot_of(&bigger, t->slots[i])] = t->slots[i], bigger.used++;
  free(t->slots);
  *t = bigger;
  return 0;
}

int table_add(struct table *t, uint32_t key) {
  if (__builtin_expect(t->used * 2 >= t->capacity, 0) && grow(t) < 0) abort();
  unsigned at = slot_of(t, key);
  if (t->slots[at] == key) return 0;
  t->slots[at] = key;
  t->used++;
  return 1;
}

void table_sort(struct table *t) { helper(t->slots, 0, (long)t->capacity - 1); }
int table_unused(struct table *t) { return (int)(t->capacity - t->used) + (int)slot_of(t, 7); }
