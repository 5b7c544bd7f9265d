/* Needs no header and no library, so it compiles for any machine. */
typedef unsigned int u32;
static inline u32 mix(u32 x) { x ^= x >> 16; x *= 0x7feb352dU; x ^= x >> 15; return x; }
static inline __attribute__((always_inline)) u32 twice(u32 x) { return mix(mix(x) + 1); }
static __attribute__((noinline)) u32 helper(u32 a, u32 b) { return b == 0 ? a : helper(b, a % b); }
u32 fold(const u32 *list, u32 count) {
  u32 sum = 0;
  for (u32 i = 0; i < count; i++) {
    if (list[i] & 1) sum += twice(list[i]);
    else sum ^= helper(list[i] | 1, i + 1);
  }
  return sum;
}
void sort(u32 *list, u32 count) {
  for (u32 i = 1; i < count; i++) {
    const u32 value = list[i];
    u32 at = i;
    for (; at > 0 && list[at - 1] > value; at--) list[at] = list[at - 1];
    list[at] = value;
  }
}
u32 entry(u32 seed) {
  u32 list[32];
  for (u32 i = 0; i < 32; i++) list[i] = seed = twice(seed + i);
  sort(list, 32);
  return fold(list, 32);
}
