import { type CallTree, takeCompared } from "../../profile/call-tree.ts";

/** What is below a row of a tree, that row as its root. */
export function subtree(tree: CallTree, top: number): CallTree {
  if (top === 0) return tree;
  const end = tree.subtreeEnd[top];
  return {
    length: end - top,
    frames: tree.frames,
    frame: tree.frame.subarray(top, end),
    parent: tree.parent.subarray(top, end).map((row) => Math.max(-1, row - top)),
    depth: tree.depth.subarray(top, end).map((depth) => depth - tree.depth[top]),
    self: tree.self.subarray(top, end),
    total: tree.total.subarray(top, end),
    subtreeEnd: tree.subtreeEnd.subarray(top, end).map((row) => row - top),
    inlining: tree.inlining.subarray(top, end),
    ...takeCompared(
      tree,
      Int32Array.from({ length: end - top }, (_, row) => top + row),
    ),
  };
}

/** The tree below the only child of the root, that as its root; undefined when it is not the only one. */
export function withoutRoot(tree: CallTree): CallTree | undefined {
  return tree.length > 1 && tree.subtreeEnd[1] === tree.length ? subtree(tree, 1) : undefined;
}
