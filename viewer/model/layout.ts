import type { CallTree } from "../../profile/call-tree.ts";
import { BoxColumns, type LayoutColumns, SLIVER_HOST_WIDTH, type SliverHost } from "./box-columns.ts";
import { nextWideSibling, selfBefore, siblingAt } from "./wide-sibling.ts";

/**
 * Where the frames of a zoomed call tree lie, and which of them are too narrow to draw.
 *
 * Boxes are columns in depth-first order. A box is a frame, or a sliver: a run of siblings that are each too narrow. It
 * keeps the place of what it stands for, so that nothing moves and nothing vanishes without a trace:
 *
 *     main────────────────────────────      frame row 1
 *     parse───────────  emit────  ▒▒▒▒      frames, and a sliver of 40 siblings under a pixel each
 *
 * The zoomed frame and its callers have the full width; what is beside them is not in the layout.
 */
export interface Layout extends LayoutColumns {
  zoom: Zoom;
  /** The width below which frames were left out, in pixels. */
  minWidth: number;
  hidden: HiddenFrames;
}

/** What has the full width: of the whole tree, row 0. */
export interface Zoom {
  row: number;
  /** 0: the frame `row`. Else the siblings of rows `row … end - 1`, side by side. */
  end: number;
}

/** What was too narrow to draw as frames of its own. */
export interface HiddenFrames {
  /** Rows of the tree. */
  frames: number;
  /** Weight of the samples that go through them, each once. */
  weight: number;
}

export interface LayoutOptions {
  /** Pixels. */
  width: number;
  /** Pixels below which a frame is put into a sliver. */
  minWidth: number;
  /** More boxes than this are not made: the answer is undefined. */
  maxBoxes?: number;
}

/**
 * A sliver holds at most this part of the width, so that zooming into slivers leads to frames however many siblings there
 * are, and each is a place of its own to look at.
 */
const MAX_SLIVER_PART = 1 / 16;

/** So many narrow siblings are looked at one by one before searching for the next wide one. */
const PATIENCE = 64;

/** The weight that has the full width. */
export function zoomWeight(tree: CallTree, { row, end }: Zoom): number {
  if (end <= row) return tree.total[row];
  let weight = 0;
  for (let at = row; at < end; at = tree.subtreeEnd[at]) weight += tree.total[at];
  return weight;
}

/** The lowest row that has the full width: the zoomed frame, or the caller of the zoomed siblings. */
export function zoomBase(tree: CallTree, { row, end }: Zoom): number {
  return end > row ? tree.parent[row] : row;
}

/**
 * Lays out what is zoomed into over `width` pixels. Time and memory grow with the boxes, not with the tree: what is in a
 * sliver is never looked at.
 */
export function layoutTree(
  tree: CallTree,
  zoom: Zoom,
  options: LayoutOptions & { maxBoxes?: undefined },
): Layout;
export function layoutTree(tree: CallTree, zoom: Zoom, options: LayoutOptions): Layout | undefined;
export function layoutTree(tree: CallTree, zoom: Zoom, options: LayoutOptions): Layout | undefined {
  const { width, minWidth, maxBoxes = Number.POSITIVE_INFINITY } = options;
  const { total, subtreeEnd, depth } = tree;
  const boxes = new BoxColumns();
  const base = zoomBase(tree, zoom);
  for (const row of pathTo(tree, base)) boxes.push(row, 0, tree.depth[row], 0, width);

  const isSpan = zoom.end > zoom.row;
  const whole = zoomWeight(tree, zoom);
  if (!(whole > 0)) return { ...boxes.finish(), zoom, minWidth, hidden: { frames: 0, weight: 0 } };
  const scale = width / whole;
  const minWeight = minWidth / scale;
  const hidden: HiddenFrames = { frames: 0, weight: 0 };
  const end = isSpan ? zoom.end : subtreeEnd[base];
  const top = depth[base];
  // By depth below the base: the open box, where its next child begins, and who of its children gives slivers room.
  const open: number[] = [boxes.length - 1];
  const nextLeft: number[] = [0];
  const hosts: SliverHost[] = [{ box: -1, after: -1 }];
  let row = isSpan ? zoom.row : base + 1;
  while (row < end) {
    if (boxes.length > maxBoxes) return undefined;
    const level = depth[row] - top;
    const left = nextLeft[level - 1];
    if (total[row] >= minWeight) {
      const right = left + total[row] * scale;
      const host = hosts[level - 1];
      if (right - left >= SLIVER_HOST_WIDTH) hosts[level - 1] = { box: boxes.length, after: -1 };
      else if (host.after < 0) host.after = boxes.length;
      open[level] = boxes.length;
      nextLeft[level - 1] = right;
      nextLeft[level] = left;
      hosts[level] = { box: -1, after: -1 };
      boxes.push(row, 0, depth[row], left, right);
      row++;
      continue;
    }
    const parent = tree.parent[row];
    const run = narrowRun(tree, row, Math.min(end, subtreeEnd[parent]), minWeight, whole * MAX_SLIVER_PART);
    hidden.frames += run.end - row;
    hidden.weight += run.weight;
    const right = left + run.weight * scale;
    const isLast = run.end === subtreeEnd[parent] || run.end === end;
    const caller = open[level - 1];
    const host = hosts[level - 1];
    const place = boxes.placeForSliver(left, right, caller, isLast, host);
    if (place === undefined) {
      boxes.addUndrawn(caller, run.end - row);
    } else {
      if (host.after < 0) host.after = boxes.length;
      boxes.push(row, run.end, depth[row], place.left, place.right);
    }
    nextLeft[level - 1] = right;
    row = run.end;
  }
  return { ...boxes.finish(), zoom, minWidth, hidden };
}

/** The siblings from `from` on that are each lighter than `minWeight`, up to the first that is not, or `maxWeight`. */
function narrowRun(
  tree: CallTree,
  from: number,
  end: number,
  minWeight: number,
  maxWeight: number,
): { end: number; weight: number } {
  const { total, subtreeEnd } = tree;
  let weight = 0;
  let at = from;
  for (let steps = 0; at < end && total[at] < minWeight; steps++) {
    if (at > from && weight + total[at] > maxWeight) break;
    if (steps === PATIENCE) {
      const before = selfBefore(tree);
      const limit = Math.max(siblingAt(tree, from, end, maxWeight), at);
      const next = limit === at ? at : nextWideSibling(tree, at, limit, minWeight);
      return { end: next, weight: before[next] - before[from] };
    }
    weight += total[at];
    at = subtreeEnd[at];
  }
  return { end: at, weight };
}

/** No picture is made of more boxes than this; whatever is drawn at once is far less. */
const MAX_BOXES = 60_000;

/** So many frames, at most, in so many rows one upon another. */
export interface FrameBound {
  rows: number;
  frames: number;
}

/**
 * As `layoutTree`, with the narrowest frames left out until the bound is kept (by all rows together, when they are no more
 * than the bound's).
 */
export function layoutBounded(
  tree: CallTree,
  zoom: Zoom,
  width: number,
  minWidth: number,
  bound: FrameBound,
): Layout {
  // Of frames wider than half the width there is one a row: fewer there can't be without losing what matters.
  const most = Math.max(minWidth, width / 2);
  for (let least = minWidth; least < most; least *= 1.4) {
    const layout = layoutTree(tree, zoom, { width, minWidth: least, maxBoxes: MAX_BOXES });
    if (layout && fullestWindow(layout, bound.rows) <= bound.frames) return layout;
  }
  return layoutTree(tree, zoom, { width, minWidth: most });
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
