import type { CallTree } from "../call-tree.ts";
import type { AnalysisTree } from "./analysis-tree.ts";
import { pruneTree } from "./prune-tree.ts";

/**
 * Of a tree of the side before: the paths that the side after does not have at all, with their weight before, and the
 * callers that lead there, with no more than the weight of what vanished below them.
 */
export function vanishedTree(tree: AnalysisTree): AnalysisTree {
  const { length, parent, compared } = tree;
  const self = new Float64Array(length);
  const total = new Float64Array(length);
  for (let row = length - 1; row >= 0; row--) {
    if (compared?.after[row] === 0) self[row] = tree.self[row];
    total[row] += self[row];
    if (row > 0) total[parent[row]] += total[row];
  }
  const { tree: pruned, rowOf } = pruneTree({ ...tree, self, total }, Number.MIN_VALUE);
  const place = new Int32Array(length).fill(-1);
  for (let row = 0; row < rowOf.length; row++) place[rowOf[row]] = row;
  const isVanished = (row: number) => row >= 0 && self[row] > 0;
  return {
    ...pruned,
    compared: { before: pruned.total, after: new Float64Array(pruned.length) },
    rowOfSample: tree.rowOfSample.map((row) => (isVanished(row) ? place[row] : -1)),
    viewNode: rowOf.map((row) => tree.viewNode[row]),
    dropped: 0,
    context: Uint8Array.from(rowOf, (row) => (compared?.after[row] === 0 ? 0 : 1)),
  };
}

/** The weight before of all that has none after, of a tree of either side. */
export function vanishedWeight({ length, parent, compared }: CallTree): number {
  if (compared === undefined) return 0;
  const { before, after } = compared;
  let weight = after[0] === 0 ? before[0] : 0;
  for (let row = 1; row < length; row++)
    if (after[row] === 0 && after[parent[row]] !== 0) weight += before[row];
  return weight;
}
