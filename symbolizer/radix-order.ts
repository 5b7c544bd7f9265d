/**
 * The order that sorts 64-bit addresses, given as halves, ascending by sign-extended value; equal ones stay in their
 * order. The first `sortedPrefix` are known to ascend already: only what follows them is sorted, and merged in.
 */
export function orderOfAddresses(
  high: Int32Array,
  low: Uint32Array,
  count: number,
  sortedPrefix = 0,
): Uint32Array {
  const rest = radixOrder(high, low, sortedPrefix, count);
  if (sortedPrefix === 0) return rest;
  const order = new Uint32Array(count);
  let head = 0;
  let tail = 0;
  for (let i = 0; i < count; i++) {
    const row = rest[tail];
    const headFirst =
      tail === rest.length ||
      (head < sortedPrefix &&
        (high[head] < high[row] || (high[head] === high[row] && low[head] <= low[row])));
    order[i] = headFirst ? head++ : rest[tail++];
  }
  return order;
}

/**
 * The order of rows `from … to - 1`. Radix sort by 16-bit digits that skips digits in which all rows agree: kernel addresses differ in two of four,
 * which makes 300,000 rows a matter of milliseconds where a comparator takes a hundred.
 */
function radixOrder(high: Int32Array, low: Uint32Array, from: number, to: number): Uint32Array {
  const count = to - from;
  let order = new Uint32Array(count);
  for (let i = 0; i < count; i++) order[i] = from + i;
  let next = new Uint32Array(count);
  const digits = [
    (row: number) => low[row] & 0xffff,
    (row: number) => low[row] >>> 16,
    (row: number) => high[row] & 0xffff,
    // Flipping the sign bit sorts negative (kernel) addresses before positive ones.
    (row: number) => (high[row] >>> 16) ^ 0x8000,
  ];
  for (const digit of digits) {
    const starts = new Uint32Array(0x10001);
    for (let i = 0; i < count; i++) starts[digit(from + i) + 1]++;
    if (count === 0 || starts[digit(from) + 1] === count) continue;
    for (let d = 0; d < 0x10000; d++) starts[d + 1] += starts[d];
    for (let i = 0; i < count; i++) {
      const row = order[i];
      next[starts[digit(row)]++] = row;
    }
    [order, next] = [next, order];
  }
  return order;
}
