import type { CallTree } from "../../profile/call-tree.ts";

/** The tree below the only child of the root, that as its root; undefined when the root has none. */
export function withoutRoot(tree: CallTree): CallTree | undefined {
  const length = tree.subtreeEnd[0] - 1;
  if (length < 1 || tree.subtreeEnd[1] !== tree.length) return undefined;
  return {
    length,
    frames: tree.frames,
    frame: tree.frame.subarray(1),
    parent: tree.parent.subarray(1).map((row) => row - 1),
    depth: tree.depth.subarray(1).map((depth) => depth - 1),
    self: tree.self.subarray(1),
    total: tree.total.subarray(1),
    subtreeEnd: tree.subtreeEnd.subarray(1).map((end) => end - 1),
    inlining: tree.inlining.subarray(1),
  };
}
