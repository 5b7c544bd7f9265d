/* Inlined into several files; a macro whose lines are all the caller's. */
#include <stdint.h>
struct table { uint32_t *slots; unsigned capacity, used; };
static inline uint32_t mix(uint32_t x) { x ^= x >> 16; x *= 0x7feb352dU; x ^= x >> 15; return x; }
static inline unsigned slot_of(const struct table *t, uint32_t key) {
  unsigned at = mix(key) & (t->capacity - 1);
  while (t->slots[at] != 0 && t->slots[at] != key) at = (at + 1) & (t->capacity - 1);
  return at;
}
#define SWAP(a, b) do { uint32_t swap_ = (a); (a) = (b); (b) = swap_; } while (0)
int table_add(struct table *t, uint32_t key);
void table_sort(struct table *t);
int interpret(const char *program, struct table *t);
