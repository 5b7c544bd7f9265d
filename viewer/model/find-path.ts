import type { CallTree } from "../../profile/call-tree.ts";
import { type FrameTable, frameModule, frameName, isGroup } from "../../profile/frames.ts";
import { pathTo } from "./layout.ts";

/**
 * Finds in one tree the frame that was looked at in another tree of the same profile (grouped otherwise, or weighed
 * otherwise). Group rows that the other tree does not have are passed over.
 */

/** The row of `to` that stands for the same stack as `row` of `from`; the root when there is none. */
export function sameRow(from: CallTree, row: number, to: CallTree): number {
  const wanted: string[] = [];
  for (const at of pathTo(from, row)) {
    if (!isGroup(from.frames, from.frame[at])) wanted.push(frameKey(from.frames, from.frame[at]));
  }
  if (wanted.length === 0) return sameGroup(from, row, to);
  // Every path through the groups of `to` is a candidate; the heaviest wins. Groups are the topmost levels only.
  let best = 0;
  for (const top of groupRows(to)) {
    const found = descend(to, top, wanted);
    if (found > 0 && (best === 0 || to.total[found] > to.total[best])) best = found;
  }
  return best;
}

/** Exactly the same path of frames, groups included; for two trees that are grouped alike. -1 when there is none. */
export function rowOfSamePath(from: CallTree, row: number, to: CallTree): number {
  let at = 0;
  for (const step of pathTo(from, row).subarray(1)) {
    at = childWhere(to, at, (frame) => frame === from.frame[step]);
    if (at < 0) return -1;
  }
  return at;
}

function sameGroup(from: CallTree, row: number, to: CallTree): number {
  if (row === 0) return 0;
  const key = frameKey(from.frames, from.frame[row]);
  return Math.max(
    0,
    childWhere(to, 0, (frame) => frameKey(to.frames, frame) === key),
  );
}

/** The root and the group rows below it. */
function groupRows(tree: CallTree): number[] {
  const rows: number[] = [];
  let row = 0;
  while (row < tree.length) {
    const group = isGroup(tree.frames, tree.frame[row]);
    if (group) rows.push(row);
    row = group ? row + 1 : tree.subtreeEnd[row];
  }
  return rows;
}

function descend(tree: CallTree, top: number, wanted: readonly string[]): number {
  let row = top;
  for (const key of wanted) {
    row = childWhere(tree, row, (frame) => frameKey(tree.frames, frame) === key);
    if (row < 0) return -1;
  }
  return row;
}

function childWhere(tree: CallTree, parent: number, is: (frame: number) => boolean): number {
  const end = tree.subtreeEnd[parent];
  for (let row = parent + 1; row < end; row = tree.subtreeEnd[row]) if (is(tree.frame[row])) return row;
  return -1;
}

function frameKey(frames: FrameTable, frame: number): string {
  return JSON.stringify([frameName(frames, frame), frameModule(frames, frame)]);
}
