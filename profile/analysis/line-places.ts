import type { CallTree } from "../call-tree.ts";
import { isGroup } from "../frames.ts";

/**
 * Whose lines are asked for: by row of a call tree, the row at or above it that samples ending there are counted at; -1
 * for those that are not asked about.
 */
export type LinePlaces = Int32Array;

/** Of all samples through a row. */
export function placesOfRow({ length, subtreeEnd }: CallTree, row: number): LinePlaces {
  return new Int32Array(length).fill(-1).fill(row, row, subtreeEnd[row]);
}

/** Of all samples with one of `wanted` (a mark a frame) in their stack: at the innermost. */
export function placesOfFunction({ length, parent, frame }: CallTree, wanted: Uint8Array): LinePlaces {
  const places = new Int32Array(length).fill(-1);
  for (let row = 0; row < length; row++) {
    if (wanted[frame[row]] === 1) places[row] = row;
    else if (parent[row] >= 0) places[row] = places[parent[row]];
  }
  return places;
}

/**
 * Of the samples through a row of `inverted`, a tree of `tree` turned around: at that caller of theirs which the row
 * shows.
 */
export function placesOfInverted(tree: CallTree, inverted: CallTree, row: number): LinePlaces {
  const places = new Int32Array(tree.length).fill(-1);
  const callers: number[] = [];
  const groups: number[] = [];
  for (let at = row; at > 0; at = inverted.parent[at]) {
    const frame = inverted.frame[at];
    (isGroup(inverted.frames, frame) ? groups : callers).unshift(frame);
  }
  if (callers.length === 0) return places;
  const group = rowBelow(tree, groups);
  if (group < 0) return places;
  const [leaf] = callers;
  for (let end = group; end < tree.subtreeEnd[group]; end++) {
    if (tree.frame[end] !== leaf) continue;
    let place = end;
    let level = 1;
    for (; level < callers.length && place >= 0; level++) {
      place = tree.parent[place];
      if (place < 0 || tree.frame[place] !== callers[level]) break;
    }
    if (level === callers.length) places[end] = place;
  }
  return places;
}

/** The row that the frames lead to from the root on; -1: there is none. */
function rowBelow({ frame, subtreeEnd }: CallTree, path: readonly number[]): number {
  let row = 0;
  for (const wanted of path) {
    let child = row + 1;
    while (child < subtreeEnd[row] && frame[child] !== wanted) child = subtreeEnd[child];
    if (child >= subtreeEnd[row]) return -1;
    row = child;
  }
  return row;
}
