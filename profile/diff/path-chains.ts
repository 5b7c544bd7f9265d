import type { PathTree } from "./path-tree.ts";

/**
 * Call paths that the very same samples go through, as one: a caller that does nothing itself and calls one function
 * only. Whatever is measured of the one holds for the other, so it is measured once. In deep trees most paths are such.
 *
 *     row        total       chain
 *     main         9           0
 *       run        9           0
 *         read     6           1
 *           copy   6           1
 *         draw     3           2
 */
export interface PathChains {
  length: number;
  /** Chain of each row. */
  of: Int32Array;
  /** Chain c is rows `start[c] … start[c + 1] - 1`. */
  start: Int32Array;
  /** Chain of the caller of the first row; -1 for the root's. */
  parent: Int32Array;
}

/** Weights are not negative: a callee with all of its caller's weight on both sides has all of its samples. */
export function chainPaths({ length, parent }: PathTree, totals: readonly Float64Array[]): PathChains {
  const of = new Int32Array(length);
  const start = new Int32Array(length + 1);
  const parentOf = new Int32Array(length);
  let count = 0;
  for (let row = 0; row < length; row++) {
    const above = parent[row];
    // Paths come in depth-first order, the heaviest callee first.
    const isSame = above >= 0 && above === row - 1 && totals.every((total) => total[row] === total[above]);
    if (!isSame) {
      start[count] = row;
      parentOf[count] = above < 0 ? -1 : of[above];
      count++;
    }
    of[row] = count - 1;
  }
  start[count] = length;
  return { length: count, of, start: start.slice(0, count + 1), parent: parentOf.slice(0, count) };
}

/** The chains of some rows (ascending), each once, and for each row the place of its chain among these. */
export function chainsOf(chains: PathChains, rows: Int32Array): { chains: Int32Array; place: Int32Array } {
  const found = new Int32Array(rows.length);
  const place = new Int32Array(rows.length);
  let count = 0;
  for (let at = 0; at < rows.length; at++) {
    const chain = chains.of[rows[at]];
    if (count === 0 || found[count - 1] !== chain) found[count++] = chain;
    place[at] = count - 1;
  }
  return { chains: found.slice(0, count), place };
}
