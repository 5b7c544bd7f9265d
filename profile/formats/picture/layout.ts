import type { CallTree } from "../../call-tree.ts";
import { GrowableFloat64, GrowableInt32 } from "../../growable.ts";

/**
 * Where the frames of a whole call tree lie in a still picture. Boxes are columns in depth-first order; a box is a
 * frame, or a run of neighbouring siblings that are each too narrow to draw and stand there as one grey box.
 */
export interface PictureLayout {
  length: number;
  /** Row of the call tree; of a run, its first sibling. */
  row: Int32Array;
  /** One past the last row that a run stands for; 0 for frames. */
  runEnd: Int32Array;
  depth: Int32Array;
  left: Float64Array;
  width: Float64Array;
  /** Depth of the deepest box + 1. */
  rows: number;
  /** Rows of the tree that are no box of their own. */
  hiddenFrames: number;
  /** Weight of the samples that go through those, each once. */
  hiddenWeight: number;
}

/** Lays a tree over `width` pixels; frames below `minWidth` pixels and deeper than `maxRows` rows are joined to runs. */
export function layoutPicture(
  tree: CallTree,
  width: number,
  minWidth: number,
  maxRows = Number.POSITIVE_INFINITY,
): PictureLayout {
  const row = new GrowableInt32(1024);
  const runEnd = new GrowableInt32(1024);
  const depth = new GrowableInt32(1024);
  const left = new GrowableFloat64(1024);
  const boxWidth = new GrowableFloat64(1024);
  const leftOf = new Float64Array(tree.length);
  /** Where the next child of a row begins. */
  const nextLeft = new Float64Array(tree.length);
  const scale = tree.total[0] > 0 ? width / tree.total[0] : 0;
  let rows = 0;
  let hiddenFrames = 0;
  let hiddenWeight = 0;
  for (let at = 0; at < tree.length; ) {
    const parent = tree.parent[at];
    const own = Math.max(0, tree.total[at]) * scale;
    leftOf[at] = parent < 0 ? 0 : nextLeft[parent];
    nextLeft[at] = leftOf[at];
    if (parent >= 0) nextLeft[parent] += own;
    const isTooNarrow = at > 0 && (own < minWidth || tree.depth[at] >= maxRows);
    const last = row.length - 1;
    if (isTooNarrow) {
      hiddenFrames += tree.subtreeEnd[at] - at;
      hiddenWeight += Math.max(0, tree.total[at]);
      if (last >= 0 && runEnd.get(last) === at && tree.parent[row.get(last)] === parent) {
        boxWidth.add(last, own);
        runEnd.set(last, tree.subtreeEnd[at]);
      } else add(at, tree.subtreeEnd[at], leftOf[at], own);
      at = tree.subtreeEnd[at];
    } else {
      add(at, 0, leftOf[at], parent < 0 ? width : own);
      at++;
    }
  }
  return {
    length: row.length,
    row: row.finish(),
    runEnd: runEnd.finish(),
    depth: depth.finish(),
    left: left.finish(),
    width: boxWidth.finish(),
    rows,
    hiddenFrames,
    hiddenWeight,
  };

  function add(at: number, end: number, start: number, own: number): void {
    row.push(at);
    runEnd.push(end);
    depth.push(tree.depth[at]);
    left.push(start);
    boxWidth.push(own);
    rows = Math.max(rows, tree.depth[at] + 1);
  }
}
