import type { CallTree } from "../../profile/call-tree.ts";
import { GrowableFloat64, GrowableInt32 } from "../../profile/growable.ts";

/**
 * Where the frames of a zoomed call tree lie, and which of them are too narrow to draw.
 *
 * Boxes are columns in depth-first order. A box is a frame, or a run of siblings that are each too narrow; a run
 * keeps the place of what it stands for, so that nothing moves and nothing vanishes without a trace:
 *
 *     main────────────────────────────      frame row 1
 *     parse───────────  emit────  ▒▒▒▒      frames, and a run of 40 siblings under a pixel each
 *
 * The zoomed frame and its callers have the full width; what is beside them is not in the layout.
 */
export interface Layout {
  length: number;
  /** Row of the call tree; of a run, its first sibling. */
  row: Int32Array;
  /** One past the last row of the tree that the box stands for, of a run: of its last sibling. Frames: 0. */
  runEnd: Int32Array;
  depth: Int32Array;
  /** Left and right edge in pixels. */
  left: Float64Array;
  right: Float64Array;
  /** Rows of the picture: the depth of the deepest box + 1. */
  rows: number;
  /** The row of the tree that is zoomed into. */
  zoom: number;
  /** The width below which frames were left out, in pixels. */
  minWidth: number;
  hidden: HiddenFrames;
}

/** What was too narrow to draw as frames of its own. */
export interface HiddenFrames {
  /** Rows of the tree. */
  frames: number;
  /** Weight of the samples that go through them, each once. */
  weight: number;
}

/** Lays out the subtree of row `zoom` over `width` pixels. Time and memory grow with the boxes, not with the tree. */
export function layoutTree(tree: CallTree, zoom: number, width: number, minWidth: number): Layout {
  const boxes = new BoxColumns();
  for (const row of pathTo(tree, zoom)) boxes.push(row, 0, tree.depth[row], 0, width);

  const { total, subtreeEnd, depth } = tree;
  const scale = total[zoom] > 0 ? width / total[zoom] : 0;
  const hidden: HiddenFrames = { frames: 0, weight: 0 };
  // Where the next child of each open frame begins, by depth below the zoom.
  const nextLeft = new GrowableFloat64(256);
  const setNextLeft = (level: number, left: number) => {
    if (level === nextLeft.length) nextLeft.push(left);
    else nextLeft.set(level, left);
  };
  setNextLeft(0, 0);
  const end = subtreeEnd[zoom];
  const base = depth[zoom] + 1;
  let row = zoom + 1;
  while (row < end) {
    const level = depth[row] - base;
    const left = nextLeft.get(level);
    const boxWidth = total[row] * scale;
    if (boxWidth >= minWidth) {
      boxes.push(row, 0, depth[row], left, left + boxWidth);
      setNextLeft(level, left + boxWidth);
      setNextLeft(level + 1, left);
      row++;
      continue;
    }
    // A run: this frame and the siblings right after it that are too narrow too.
    let runEnd = row;
    let weight = 0;
    while (runEnd < end && depth[runEnd] === depth[row] && total[runEnd] * scale < minWidth) {
      weight += total[runEnd];
      runEnd = subtreeEnd[runEnd];
    }
    hidden.frames += runEnd - row;
    hidden.weight += weight;
    const right = left + weight * scale;
    if (right - left >= minWidth) boxes.push(row, runEnd, depth[row], left, right);
    setNextLeft(level, right);
    row = runEnd;
  }
  return boxes.finish(zoom, minWidth, hidden);
}

/**
 * As `layoutTree`, with the narrowest frames left out until no window of `windowRows` rows holds more than
 * `maxFrames` boxes (all rows together, when they are no more than the window).
 */
export function layoutBounded(
  tree: CallTree,
  zoom: number,
  width: number,
  minWidth: number,
  windowRows: number,
  maxFrames: number,
): Layout {
  // Of frames wider than half the width there is one a row: fewer there can't be without losing what matters.
  const most = Math.max(minWidth, width / 2);
  let least = minWidth;
  for (;;) {
    const layout = layoutTree(tree, zoom, width, least);
    if (least >= most || fullestWindow(layout, windowRows) <= maxFrames) return layout;
    least = Math.min(most, least * 1.5);
  }
}

/** The most boxes that `windowRows` rows one upon another hold. */
export function fullestWindow(layout: Layout, windowRows: number): number {
  const perRow = new Int32Array(layout.rows);
  for (let box = 0; box < layout.length; box++) perRow[layout.depth[box]]++;
  let inWindow = 0;
  let most = 0;
  for (let row = 0; row < layout.rows; row++) {
    inWindow += perRow[row];
    if (row >= windowRows) inWindow -= perRow[row - windowRows];
    if (inWindow > most) most = inWindow;
  }
  return most;
}

/** The rows from the root to `row`, both included. */
export function pathTo(tree: CallTree, row: number): Int32Array {
  const path = new Int32Array(tree.depth[row] + 1);
  for (let at = row; at >= 0; at = tree.parent[at]) path[tree.depth[at]] = at;
  return path;
}

class BoxColumns {
  readonly #row = new GrowableInt32(256);
  readonly #runEnd = new GrowableInt32(256);
  readonly #depth = new GrowableInt32(256);
  readonly #left = new GrowableFloat64(256);
  readonly #right = new GrowableFloat64(256);
  #rows = 0;

  push(row: number, runEnd: number, depth: number, left: number, right: number): void {
    this.#row.push(row);
    this.#runEnd.push(runEnd);
    this.#depth.push(depth);
    this.#left.push(left);
    this.#right.push(right);
    if (depth >= this.#rows) this.#rows = depth + 1;
  }

  finish(zoom: number, minWidth: number, hidden: HiddenFrames): Layout {
    return {
      length: this.#row.length,
      row: this.#row.finish(),
      runEnd: this.#runEnd.finish(),
      depth: this.#depth.finish(),
      left: this.#left.finish(),
      right: this.#right.finish(),
      rows: this.#rows,
      zoom,
      minWidth,
      hidden,
    };
  }
}
