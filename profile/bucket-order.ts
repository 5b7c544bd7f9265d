/**
 * The numbers from 0 to `bucket.length - 1` sorted by their bucket (0 to `buckets - 1`), equals as they were: those of
 * bucket b are `order[start[b] … start[b + 1] - 1]`. Two passes, without comparing.
 */
export function bucketOrder(bucket: Int32Array, buckets: number): { order: Int32Array; start: Int32Array } {
  const start = new Int32Array(buckets + 1);
  for (let at = 0; at < bucket.length; at++) start[bucket[at] + 1]++;
  for (let at = 0; at < buckets; at++) start[at + 1] += start[at];
  const order = new Int32Array(bucket.length);
  const next = start.slice();
  for (let at = 0; at < bucket.length; at++) order[next[bucket[at]]++] = at;
  return { order, start };
}
