import type { CallTree } from "../../../profile/call-tree.ts";
import { GrowableInt32 } from "../../../profile/growable.ts";

/**
 * A flame graph in the cells of a terminal, callers above callees. Boxes are columns, level after level, from left to
 * right; a box is a frame, or a run of neighbours that are each too narrow for a cell:
 *
 *     main────────────────────────────      frame row 1
 *     parse───────────  emit────  ░         frames, and a run of 40 siblings without a cell each
 *
 * The zoomed frame and its callers have the full width. Edges are rounded, so siblings never overlap.
 */
export interface CellLayout {
  zoom: number;
  /** Boxes of level d: `levelStart[d] … levelStart[d + 1] - 1`. Level 0 is the root. */
  levelStart: Int32Array;
  /** Row of the tree; of a run, its first. */
  row: Int32Array;
  /** One past the last row of the tree that a run stands for; 0 for frames. */
  runEnd: Int32Array;
  left: Int32Array;
  /** One past the last cell. */
  right: Int32Array;
  /** What is below the zoomed frame and not drawn as a frame: rows of the tree, and their weight, each sample once. */
  hidden: { frames: number; weight: number };
}

export function levelsOf(layout: CellLayout): number {
  return layout.levelStart.length - 1;
}

/** Time and memory grow with what is drawn and its direct callees, not with the tree. */
export function layoutCells(tree: CallTree, zoom: number, width: number): CellLayout {
  const { total, subtreeEnd, parent } = tree;
  const levelStart = new GrowableInt32();
  const columns = { row: new GrowableInt32(), runEnd: new GrowableInt32() };
  const edges = { left: new GrowableInt32(), right: new GrowableInt32() };
  const push = (row: number, runEnd: number, left: number, right: number) => {
    columns.row.push(row);
    columns.runEnd.push(runEnd);
    edges.left.push(left);
    edges.right.push(right);
  };
  const callers: number[] = [];
  for (let row = zoom; row >= 0; row = parent[row]) callers.push(row);
  for (const row of callers.reverse()) {
    levelStart.push(columns.row.length);
    push(row, 0, 0, width);
  }

  const hidden = { frames: 0, weight: 0 };
  const scale = total[zoom] > 0 ? width / total[zoom] : 0;
  let level: Open[] = [{ row: zoom, left: 0 }];
  while (level.length > 0) {
    levelStart.push(columns.row.length);
    const next: Open[] = [];
    for (const { row: above, left: start } of level) {
      let left = start;
      let run: { row: number; left: number } | undefined;
      const endRun = (end: number, right: number) => {
        if (run === undefined) return;
        hidden.frames += end - run.row;
        const cells = [Math.round(run.left), Math.round(right)];
        if (cells[1] > cells[0]) push(run.row, end, cells[0], cells[1]);
        run = undefined;
      };
      const end = subtreeEnd[above];
      for (let row = above + 1; row < end; row = subtreeEnd[row]) {
        const right = left + Math.max(0, total[row]) * scale;
        if (Math.round(right) > Math.round(left)) {
          endRun(row, left);
          push(row, 0, Math.round(left), Math.round(right));
          next.push({ row, left });
        } else {
          run ??= { row, left };
          hidden.weight += total[row];
        }
        left = right;
      }
      endRun(end, left);
    }
    level = next;
  }
  // The last level is that of the callees of leaves: there are none, unless all are too narrow.
  if (levelStart.get(levelStart.length - 1) < columns.row.length) levelStart.push(columns.row.length);
  return {
    zoom,
    levelStart: levelStart.finish(),
    row: columns.row.finish(),
    runEnd: columns.runEnd.finish(),
    left: edges.left.finish(),
    right: edges.right.finish(),
    hidden,
  };
}

/** A frame that is drawn, with its exact left edge in cells. */
interface Open {
  row: number;
  left: number;
}

/** The box of a row of the tree; -1 where it is not drawn as a frame. */
export function boxOfRow(layout: CellLayout, tree: CallTree, row: number): number {
  const level = tree.depth[row];
  if (level >= levelsOf(layout)) return -1;
  for (let box = layout.levelStart[level]; box < layout.levelStart[level + 1]; box++) {
    if (layout.row[box] === row && layout.runEnd[box] === 0) return box;
  }
  return -1;
}
