import type { Layout } from "./layout.ts";

/** A node of the tree that d3-flame-graph draws. Made anew for each drawing, because the library writes into it. */
export interface ChartNode {
  /** What it is the picture of: a box of the layout, `SPACER`, which is drawn invisibly, or `LOST`. */
  box: number;
  /** Width in pixels; the library scales it to itself. */
  value: number;
  children: ChartNode[];
}

/** Not a frame: it holds the room of what is not drawn, because the library puts siblings side by side. */
export const SPACER = -1;

/** Not a frame: the block of lost samples beside the root (model/lost-samples.ts). */
export const LOST = -2;

/** A gap of less than this (pixels) moves the following siblings instead of being filled. */
const MAX_SHIFT = 0.25;

/** Rows `from … to - 1` of the picture. */
export interface RowWindow {
  from: number;
  to: number;
}

/** The rows to draw when those in `view` are to be seen: those and `overscan` beyond on both sides. */
export function drawnRows(view: RowWindow, rows: number, overscan: number): RowWindow {
  return { from: Math.max(0, Math.min(view.from, rows) - overscan), to: Math.min(rows, view.to + overscan) };
}

/**
 * The boxes of some rows as the nested tree that d3-flame-graph wants. The root is a spacer, one row above the
 * window, so that a window that begins in the middle of a graph is one tree too. No deeper than the window is high.
 * `lost`: pixels of the block beside the root of a layout that leaves so much of `width` free.
 */
export function chartData(layout: Layout, width: number, window: RowWindow, lost = 0): ChartNode {
  const root: ChartNode = { box: SPACER, value: width, children: [] };
  // The open node of each level and where its next child would be put.
  const open: ChartNode[] = [root];
  const nextLeft: number[] = [0];
  for (let box = 0; box < layout.length; box++) {
    const depth = layout.depth[box];
    if (depth < window.from || depth >= window.to) continue;
    const level = depth - window.from;
    const parent = open[level];
    const left = layout.left[box];
    const gap = left - nextLeft[level];
    if (gap > MAX_SHIFT) {
      parent.children.push({ box: SPACER, value: gap, children: [] });
      nextLeft[level] = left;
    }
    const node: ChartNode = { box, value: layout.right[box] - left, children: [] };
    parent.children.push(node);
    nextLeft[level] += node.value;
    open[level + 1] = node;
    nextLeft[level + 1] = left;
  }
  if (lost > 0 && window.from === 0) root.children.push({ box: LOST, value: lost, children: [] });
  return root;
}
