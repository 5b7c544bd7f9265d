import type { CallTree } from "../../profile/call-tree.ts";
import { frameKindOf, frameName } from "../../profile/frames.ts";
import { isGroup } from "./find-path.ts";
import type { Layout } from "./layout.ts";

/** The frames of a call tree that a search found. */
export interface SearchMatches {
  /** 1 for each row of the tree that matches. */
  matched: Uint8Array;
  /** Matching rows before each row; `length + 1` entries, so a subtree's count is a difference. */
  before: Int32Array;
}

export interface SearchCount {
  /** Distinct names of functions; processes and threads are none. */
  functions: number;
  /** Rows of the tree. */
  frames: number;
  /** Weight of the samples with a match in their stack, each once. */
  weight: number;
}

/** Tests each distinct frame once. The root never matches: it is not a function. */
export function searchTree(tree: CallTree, matches: (name: string) => boolean): SearchMatches {
  const { frames, frame, length } = tree;
  const found = new Uint8Array(frames.length);
  for (let i = 0; i < frames.length; i++) {
    if (frameKindOf(frames, i) !== "root" && matches(frameName(frames, i))) found[i] = 1;
  }
  const matched = new Uint8Array(length);
  const before = new Int32Array(length + 1);
  for (let row = 0; row < length; row++) {
    matched[row] = found[frame[row]];
    before[row + 1] = before[row] + matched[row];
  }
  return { matched, before };
}

/**
 * What matches in the subtree of `top`, or in rows `top … until - 1`. A match below another match adds no weight: its
 * samples are counted.
 */
export function countMatches(tree: CallTree, search: SearchMatches, top: number, until = 0): SearchCount {
  const names = new Set<number>();
  let weight = 0;
  let countedUntil = 0;
  const end = until > top ? until : tree.subtreeEnd[top];
  for (let row = top; row < end; row++) {
    if (search.matched[row] === 0) continue;
    if (!isGroup(tree.frames, tree.frame[row])) names.add(tree.frames.name[tree.frame[row]]);
    if (row < countedUntil) continue;
    weight += tree.total[row];
    countedUntil = tree.subtreeEnd[row];
  }
  return { functions: names.size, frames: search.before[end] - search.before[top], weight };
}

/** Whether any row of `from … to - 1` matches. */
export function anyMatch(search: SearchMatches, from: number, to: number): boolean {
  return search.before[to] > search.before[from];
}

/**
 * The row of the drawn match after (or before) row `from` in the order of the layout, around the ends; -1 when no
 * match is drawn. `from` -1 starts at the first (or last).
 */
export function nextMatch(layout: Layout, search: SearchMatches, from: number, direction: 1 | -1): number {
  const rows: number[] = [];
  for (let box = 0; box < layout.length; box++) {
    const row = layout.row[box];
    if (layout.runEnd[box] > 0 ? anyMatch(search, row, layout.runEnd[box]) : search.matched[row])
      rows.push(row);
  }
  if (rows.length === 0) return -1;
  const at = rows.indexOf(from);
  if (at < 0) return direction > 0 ? rows[0] : rows[rows.length - 1];
  return rows[(at + direction + rows.length) % rows.length];
}
