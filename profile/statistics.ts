import type { CallTree } from "./call-tree.ts";
import { kindCode } from "./frames.ts";
import { compareFrames } from "./tree-order.ts";

/** Weights of each row of `tree.frames`, in the unit of the tree. */
export interface FunctionTotals {
  /** Weight of the samples whose leaf is this frame. */
  self: Float64Array;
  /** Weight of the samples with this frame anywhere in the stack, once each however often it recurs. */
  total: Float64Array;
}

/** Sums a call tree by frame in one pass. */
export function functionTotals(tree: CallTree): FunctionTotals {
  const self = new Float64Array(tree.frames.length);
  const total = new Float64Array(tree.frames.length);
  // Rows before coveredUntil[frame] lie below a row of the same frame that has been counted already.
  const coveredUntil = new Int32Array(tree.frames.length);
  for (let row = 0; row < tree.length; row++) {
    const frame = tree.frame[row];
    self[frame] += tree.self[row];
    if (row < coveredUntil[frame]) continue;
    total[frame] += tree.total[row];
    coveredUntil[frame] = tree.subtreeEnd[row];
  }
  return { self, total };
}

/**
 * The `count` heaviest functions as rows of `tree.frames`, heaviest first, equals by name. Without the root, groups
 * and functions of no weight.
 */
export function topFunctions(
  tree: CallTree,
  totals: FunctionTotals,
  count: number,
  by: "self" | "total" = "self",
): Int32Array {
  const weights = totals[by];
  const firstFunctionKind = kindCode("kernel");
  const rows: number[] = [];
  for (let frame = 0; frame < tree.frames.length; frame++) {
    if (tree.frames.kind[frame] >= firstFunctionKind && weights[frame] !== 0) rows.push(frame);
  }
  rows.sort((a, b) => weights[b] - weights[a] || compareFrames(tree.frames, a, b));
  return Int32Array.from(rows.slice(0, count));
}
