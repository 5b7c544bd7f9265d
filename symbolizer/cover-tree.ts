/**
 * A segment tree over the leaves 0 … n-1 for "which of millions of ranges wins at each of these few points": a range of
 * leaves is covered by O(log n) nodes, and what covers a leaf lies on its path to the root. The caller keeps what it
 * wants a node to hold in columns of `nodeCount`. So a hostile file whose every range covers every point costs
 * O(log n) a range, and memory goes with the points, not with the ranges.
 *
 *              1
 *          2       3          leaves 0 1 2 3 of n = 4 are nodes 4 5 6 7;
 *        4   5   6   7        the range [1, 4) is covered by nodes 5 and 3
 */
export class CoverTree {
  readonly #leaves: number;
  /** Length of a column over all nodes (node 0 is unused). */
  readonly nodeCount: number;

  constructor(leaves: number) {
    this.#leaves = leaves;
    this.nodeCount = 2 * leaves;
  }

  /** Calls `visit` with the nodes that together cover leaves `low … high - 1`. */
  cover(low: number, high: number, visit: (node: number) => void): void {
    let left = low + this.#leaves;
    let right = high + this.#leaves;
    while (left < right) {
      if (left & 1) visit(left++);
      if (right & 1) visit(--right);
      left >>= 1;
      right >>= 1;
    }
  }

  /** Calls `visit` with every node that covers `leaf`. */
  path(leaf: number, visit: (node: number) => void): void {
    for (let node = leaf + this.#leaves; node >= 1; node >>= 1) visit(node);
  }
}

/** The first index in ascending `sorted` whose value is not below `value`; `sorted.length` where there is none. */
export function lowerBound(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The first index in ascending `sorted` whose value is above `value`. */
export function upperBound(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle] <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}
