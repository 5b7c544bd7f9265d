import type { ColumnReader } from "./column-reader.ts";
import type { ColumnWriter } from "./column-writer.ts";

/**
 * The parents of a prefix tree. In depth-first order a row's parent is the row before it or an ancestor of that, so
 * "how many levels up from the row before" tells it, mostly 0 or 1. Trees in another order store distances instead.
 *
 *     row:     main  work  sort  idle        1: work is below main, sort below work,
 *     parent:   -1     0     1     0         idle two levels above sort's children
 *     levels:    0     0     0     2
 */
const TreeForm = { levels: 0, distances: 1 } as const;

export function writeParents(out: ColumnWriter, parent: Int32Array): void {
  const levels = levelsUp(parent);
  out.count(levels ? TreeForm.levels : TreeForm.distances);
  out.column(levels ?? parent.map((above, row) => row - above));
}

export function readParents(input: ColumnReader): Int32Array {
  const form = input.count();
  const column = input.int32s();
  if (form === TreeForm.distances) return column.map((distance, row) => row - distance);
  if (form !== TreeForm.levels) input.fail(`there is an unknown form of tree, ${form}`);
  const parent = new Int32Array(column.length);
  for (let row = 0; row < parent.length; row++) {
    let above = row - 1;
    for (let level = column[row]; level > 0; level--) {
      // Each level is climbed once for each time it was gone down, so this takes linear time in all.
      if (above < 0) input.fail("a stack leaves its tree");
      above = parent[above];
    }
    parent[row] = above;
  }
  return parent;
}

/** How many levels up from the row before each parent is; undefined when the order is not depth-first. */
function levelsUp(parent: Int32Array): Int32Array | undefined {
  const levels = new Int32Array(parent.length);
  for (let row = 0; row < parent.length; row++) {
    let above = row - 1;
    while (above > parent[row]) {
      above = parent[above];
      levels[row]++;
    }
    if (above !== parent[row]) return undefined;
  }
  return levels;
}
