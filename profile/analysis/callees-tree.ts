import type { CallTree, SiblingOrder } from "../call-tree.ts";
import { joinBits } from "./frame-stacks.ts";
import { layOut } from "./lay-out.ts";
import { LEFT_OUT, mergeSiblings } from "./merge-siblings.ts";

/**
 * The rows of `tree` that are one of `wanted` (a mark a frame) and have none of them above: where a function is first
 * met on the way from the root. Each sample with the function in its stack lies below exactly one of them.
 */
export function outermostRows(tree: CallTree, wanted: Uint8Array): Int32Array {
  const rows: number[] = [];
  let row = 0;
  while (row < tree.length) {
    const found = wanted[tree.frame[row]] === 1;
    if (found) rows.push(row);
    row = found ? tree.subtreeEnd[row] : row + 1;
  }
  return Int32Array.from(rows);
}

/**
 * The lower half of a sandwich: what the functions marked in `wanted` called, wherever they were called from. The root
 * is the tree's, below it the function, whose total counts each sample once, however often it recurs.
 */
export function calleesTree(tree: CallTree, wanted: Uint8Array, order: SiblingOrder): CallTree {
  const { length, subtreeEnd } = tree;
  const parent = new Int32Array(length).fill(LEFT_OUT);
  for (const top of outermostRows(tree, wanted)) {
    parent[top] = 0;
    for (let row = top + 1; row < subtreeEnd[top]; row++) parent[row] = tree.parent[row];
  }
  parent[0] = -1;
  const merged = mergeSiblings(parent, tree.frame, tree.frames.length);
  const self = new Float64Array(merged.length);
  for (let row = 1; row < length; row++) {
    if (merged.image[row] >= 0) self[merged.image[row]] += tree.self[row];
  }
  const inlining = joinBits(tree.inlining, merged.image, merged.length);
  return layOut(tree.frames, { ...merged, self, inlining }, order).tree;
}
