import { type CallTree, type SiblingOrder, takeCompared } from "../call-tree.ts";
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
  const self = sumsByPlace(tree.self, merged.image, merged.length);
  const inlining = joinBits(tree.inlining, merged.image, merged.length);
  const laid = layOut(tree.frames, { ...merged, self, inlining }, order);
  const { compared } = tree;
  if (compared === undefined) return laid.tree;
  const nodeOfRow = new Int32Array(merged.length);
  for (let node = 0; node < merged.length; node++) nodeOfRow[laid.rowOfNode[node]] = node;
  const totals = (weight: Float64Array) => {
    const sums = sumsByPlace(weight, merged.image, merged.length);
    for (let place = 1; place < merged.length; place++)
      if (merged.parent[place] === 0) sums[0] += sums[place];
    return sums;
  };
  const [before, after] = [totals(compared.before), totals(compared.after)];
  const origin = onlyOrigins(merged.image, merged.length);
  const node = { ...laid.tree, compared: { before, after, origin: { row: origin, of: "total" as const } } };
  return { ...laid.tree, ...takeCompared(node, nodeOfRow) };
}

/** Weights of rows where they went; the root goes nowhere. */
function sumsByPlace(weight: Float64Array, image: Int32Array, length: number): Float64Array {
  const sums = new Float64Array(length);
  for (let row = 1; row < weight.length; row++) if (image[row] >= 0) sums[image[row]] += weight[row];
  return sums;
}

/** For each place the only row that went there; -1 where there are several. */
function onlyOrigins(image: Int32Array, length: number): Int32Array {
  const origin = new Int32Array(length).fill(-1);
  const count = new Int32Array(length);
  for (let row = 1; row < image.length; row++) {
    if (image[row] < 0) continue;
    origin[image[row]] = ++count[image[row]] === 1 ? row : -1;
  }
  return origin;
}
