import type { CallTree } from "../../../profile/call-tree.ts";
import { kindCode } from "../../../profile/frames.ts";

/**
 * The row of `to` with the same functions above it as `row` of `from`, in whatever process or thread comes first; else
 * that of the nearest caller; 0 where there is none. Both trees are of one profile, so functions have the same rows of
 * the frame tables.
 */
export function sameRow(from: CallTree, row: number, to: CallTree): number {
  const path: number[] = [];
  for (let at = row; at >= 0 && isFunction(from, at); at = from.parent[at]) path.push(from.frame[at]);
  path.reverse();
  let best = 0;
  let bestLength = 0;
  for (const group of groupsOf(to)) {
    let at = group;
    let length = 0;
    while (length < path.length) {
      const child = childOf(to, at, path[length]);
      if (child < 0) break;
      at = child;
      length++;
    }
    if (length > bestLength) [best, bestLength] = [at, length];
    if (bestLength === path.length) break;
  }
  return best;
}

function isFunction(tree: CallTree, row: number): boolean {
  return tree.frames.kind[tree.frame[row]] >= kindCode("kernel");
}

/** The root and the groups, in the order of the tree. */
function* groupsOf(tree: CallTree): Generator<number> {
  for (let row = 0; row < tree.length; ) {
    if (isFunction(tree, row)) row = tree.subtreeEnd[row];
    else yield row++;
  }
}

function childOf(tree: CallTree, row: number, frame: number): number {
  for (let child = row + 1; child < tree.subtreeEnd[row]; child = tree.subtreeEnd[child]) {
    if (tree.frame[child] === frame) return child;
  }
  return -1;
}
