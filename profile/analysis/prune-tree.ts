import { type CallTree, takeCompared } from "../call-tree.ts";

/** A call tree without its light rows. Totals stay what they were; what is missing below a row is in `hidden`. */
export interface PrunedTree {
  tree: CallTree;
  /** Row of the whole tree that each row shows. */
  rowOf: Int32Array;
  /** By row: weight of the callees that are not there. */
  hidden: Float64Array;
  /** All that is not there. */
  pruned: { rows: number; weight: number };
}

/** Only the rows that have a total of at least `minWeight`, and the root. Linear time. */
export function pruneTree(tree: CallTree, minWeight: number): PrunedTree {
  const keptBelow = new Int32Array(tree.length + 1);
  let length = 0;
  const pruned = { rows: 0, weight: 0 };
  for (let row = 0; row < tree.length; ) {
    keptBelow[row] = length;
    if (row === 0 || tree.total[row] >= minWeight) {
      length++;
      row++;
      continue;
    }
    pruned.weight += tree.total[row];
    pruned.rows += tree.subtreeEnd[row] - row;
    // Ends of subtrees are looked up too, and may lie at any row.
    for (const end = tree.subtreeEnd[row]; row < end; row++) keptBelow[row] = length;
  }
  keptBelow[tree.length] = length;
  const rowOf = new Int32Array(length);
  for (let row = 0; row < tree.length; row++)
    if (keptBelow[row + 1] > keptBelow[row]) rowOf[keptBelow[row]] = row;
  const take = (column: Int32Array) => Int32Array.from(rowOf, (row) => column[row]);
  const self = Float64Array.from(rowOf, (row) => tree.self[row]);
  const total = Float64Array.from(rowOf, (row) => tree.total[row]);
  const parent = Int32Array.from(rowOf, (row) => (row === 0 ? -1 : keptBelow[tree.parent[row]]));
  const hidden = total.map((weight, row) => weight - self[row]);
  for (let row = 1; row < length; row++) hidden[parent[row]] -= total[row];
  return {
    tree: {
      length,
      frames: tree.frames,
      frame: take(tree.frame),
      parent,
      depth: take(tree.depth),
      self,
      total,
      subtreeEnd: Int32Array.from(rowOf, (row) => keptBelow[tree.subtreeEnd[row]]),
      inlining: Uint8Array.from(rowOf, (row) => tree.inlining[row]),
      ...takeCompared(tree, rowOf),
    },
    rowOf,
    hidden,
    pruned,
  };
}
