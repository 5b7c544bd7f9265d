import type { CallTree } from "../call-tree.ts";
import { kindCode } from "../frames.ts";

/** The rows of a call tree that a search found. */
export interface TreeMatches {
  /** 1 for each row that matches. The root never does: it is no function. */
  matched: Uint8Array;
  /** Matching rows before each row; `length + 1` entries, so a subtree's count is a difference. */
  before: Int32Array;
}

export interface MatchSummary {
  /** Distinct names of functions; processes and threads are none. */
  functions: number;
  /** Rows of the tree. */
  frames: number;
  /** Weight of the samples with a match in their stack, each once. */
  weight: number;
}

/** The rows whose frame is marked in `found`. */
export function matchRows({ length, frame }: CallTree, found: Uint8Array): TreeMatches {
  const matched = new Uint8Array(length);
  const before = new Int32Array(length + 1);
  for (let row = 1; row < length; row++) {
    matched[row] = found[frame[row]];
    before[row + 1] = before[row] + matched[row];
  }
  return { matched, before };
}

/**
 * What matches in the subtree of `top`, or in rows `top … until - 1`. A match below another match adds no weight: its
 * samples are counted.
 */
export function summarizeMatches(
  tree: CallTree,
  { matched, before }: TreeMatches,
  top = 0,
  until = 0,
): MatchSummary {
  const { frames, frame, total, subtreeEnd } = tree;
  const end = until > top ? until : subtreeEnd[top];
  const isFound = new Uint8Array(frames.length);
  let weight = 0;
  let countedUntil = 0;
  for (let row = top; row < end; row++) {
    if (matched[row] === 0) continue;
    isFound[frame[row]] = 1;
    if (row < countedUntil) continue;
    weight += total[row];
    countedUntil = subtreeEnd[row];
  }
  const firstFunctionKind = kindCode("kernel");
  const names = new Set<number>();
  for (let each = 0; each < frames.length; each++) {
    if (isFound[each] === 1 && frames.kind[each] >= firstFunctionKind) names.add(frames.name[each]);
  }
  return { functions: names.size, frames: before[end] - before[top], weight };
}

/**
 * The next match after (or before) `row` in reading order within the subtree of `top`, around its ends; -1 when there is
 * none. `row` -1 gives the first (or last). Takes logarithmic time.
 */
export function stepToMatch(
  { subtreeEnd }: CallTree,
  { before }: TreeMatches,
  row: number,
  direction: 1 | -1,
  top = 0,
): number {
  const end = subtreeEnd[top];
  const count = before[end] - before[top];
  if (count === 0) return -1;
  const isInside = row >= top && row < end;
  /** Which match of the subtree it is. */
  let place = direction > 0 ? 0 : count - 1;
  if (isInside) place = direction > 0 ? before[row + 1] - before[top] : before[row] - before[top] - 1;
  return rowOfMatch(before, before[top] + ((place + count) % count));
}

/** Which of all matches in reading order the row is, from 0, and how many there are: `3 of 20`. */
export function placeOfMatch({ before }: TreeMatches, row: number): { place: number; count: number } {
  return { place: before[row], count: before[before.length - 1] };
}

/** The row of match number `place` of all. */
function rowOfMatch(before: Int32Array, place: number): number {
  let low = 0;
  let high = before.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (before[middle + 1] > place) high = middle;
    else low = middle + 1;
  }
  return low;
}
