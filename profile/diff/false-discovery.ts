/** What Benjamini and Hochberg's procedure says of a family of tests. */
export interface Discoveries {
  /** Adjusted p-value of each test, in the order given: it is significant where this is at most the rate. */
  adjusted: Float64Array;
  /** How many are significant. */
  count: number;
  /** The p-value below which a test of this family is significant: at least that of a family with one discovery. */
  threshold: number;
}

/**
 * Controls the expected share of false ones among what is called significant to `rate` (Benjamini and Hochberg 1995;
 * it holds under the positive dependence that shares of a whole and nested frames have between callers and callees).
 * `times`: how many tests each p-value is of; without it one.
 */
export function benjaminiHochberg(pValues: Float64Array, rate: number, times?: Int32Array): Discoveries {
  const size = times === undefined ? pValues.length : times.reduce((sum, each) => sum + each, 0);
  const order = new Uint32Array(pValues.length);
  for (let row = 0; row < order.length; row++) order[row] = row;
  order.sort((a, b) => pValues[a] - pValues[b]);
  const adjusted = new Float64Array(order.length);
  let least = 1;
  let count = 0;
  let rank = size;
  for (let at = order.length - 1; at >= 0; at--) {
    const row = order[at];
    least = Math.min(least, (pValues[row] * size) / rank);
    adjusted[row] = least;
    if (least <= rate && count === 0) count = rank;
    rank -= times?.[row] ?? 1;
  }
  return { adjusted, count, threshold: size === 0 ? rate : (Math.max(1, count) * rate) / size };
}
