import type { CallTree } from "../../profile/call-tree.ts";

/**
 * Finds siblings that are heavy enough to draw among very many that are not, without looking at each: a function called
 * from 10⁶ places, or 10⁶ frames in order of their names.
 *
 * Put the samples one beside another, in the order of the tree: row i takes the stretch from the self weights before it
 * to those before its `subtreeEnd`. A stretch at least `weight` long holds a multiple of `weight`, so it is enough to
 * ask, at each such multiple, which sibling lies there.
 */

const sums = new WeakMap<CallTree, Float64Array>();

/** `selfBefore[i]`: self weights of rows before i; `length + 1` entries. 8 bytes a row, made when first asked for. */
export function selfBefore(tree: CallTree): Float64Array {
  let before = sums.get(tree);
  if (before === undefined) {
    before = new Float64Array(tree.length + 1);
    for (let row = 0; row < tree.length; row++) before[row + 1] = before[row] + tree.self[row];
    sums.set(tree, before);
  }
  return before;
}

/** The first of the siblings `from … end - 1` (rows of one depth and what is below them) of at least `weight`; else `end`. */
export function nextWideSibling(tree: CallTree, from: number, end: number, weight: number): number {
  const { depth, subtreeEnd, total } = tree;
  const before = selfBefore(tree);
  let sibling = from;
  while (sibling < end) {
    if (total[sibling] >= weight) return sibling;
    const next = Math.ceil(before[sibling] / weight) * weight;
    if (next >= before[end]) return end;
    const row = siblingOf(tree, rowAt(before, next, sibling, end), depth[from]);
    if (total[row] >= weight) return row;
    // Where two multiples lie in one sibling it is heavy enough, so each step passes at least one of them.
    sibling = Math.max(subtreeEnd[sibling], subtreeEnd[row]);
  }
  return end;
}

/** The one of the siblings `from … end - 1` in which the samples at `weight` after the first one's begin are; else `end`. */
export function siblingAt(tree: CallTree, from: number, end: number, weight: number): number {
  const before = selfBefore(tree);
  const position = before[from] + weight;
  if (position >= before[end]) return end;
  return siblingOf(tree, rowAt(before, position, from, end), tree.depth[from]);
}

function siblingOf({ depth, parent }: CallTree, row: number, level: number): number {
  let at = row;
  while (depth[at] > level) at = parent[at];
  return at;
}

/** The row of `low … high - 1` whose own samples are at `position`. */
function rowAt(before: Float64Array, position: number, low: number, high: number): number {
  let from = low;
  let to = high;
  // The last row that begins at or before the position: rows without own samples begin where the next one does.
  while (from + 1 < to) {
    const middle = (from + to) >>> 1;
    if (before[middle] <= position) from = middle;
    else to = middle;
  }
  return from;
}
