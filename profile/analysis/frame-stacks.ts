import type { FrameTable, ProfileFrames } from "../frames.ts";
import type { Profile } from "../profile.ts";
import { mergeSiblings } from "./merge-siblings.ts";

/**
 * The stacks of a profile as a prefix tree of frames instead of locations: what every view, filter and transform
 * starts from. Depth-first order, callers before callees, no two siblings of the same frame.
 */
export interface FrameStacks {
  length: number;
  frames: FrameTable;
  /** -1 at the roots. */
  parent: Int32Array;
  /** Row of `frames`. */
  frame: Int32Array;
  /** One past the last node of the subtree. */
  subtreeEnd: Int32Array;
  /** Bits of `Inlining`: how the profile's stacks through the node have it. */
  inlining: Uint8Array;
}

/** No frame is left of a stack: its samples belong to the root, or to their group. */
export const EMPTY_STACK = -1;
/** The samples of a stack are left out. */
export const DROPPED = -2;

/** Stacks, and which node of them each row of `profile.stacks` ends in. */
export interface StackView {
  stacks: FrameStacks;
  /** A node of `stacks`, `EMPTY_STACK` or `DROPPED`. */
  nodeOfStack: Int32Array;
  /** The same for samples without a stack: `EMPTY_STACK` or `DROPPED`. */
  nodeOfEmpty: number;
}

/** The stacks of `profile` as they were recorded; `frames` is `buildFrames(profile)`. */
export function frameStacks(profile: Profile, frames: ProfileFrames): StackView {
  const { parent: caller, location, length } = profile.stacks;
  const { start } = frames;
  /** The last node of each row: a row has as many nodes as frames were inlined at its address, and one more. */
  const last = new Int32Array(length);
  let count = 0;
  for (let row = 0; row < length; row++) {
    count += start[location[row] + 1] - start[location[row]];
    last[row] = count - 1;
  }
  const parent = new Int32Array(count);
  const frame = new Int32Array(count);
  const bits = new Uint8Array(count);
  let node = 0;
  for (let row = 0; row < length; row++) {
    let above = caller[row] < 0 ? -1 : last[caller[row]];
    const end = start[location[row] + 1];
    for (let at = start[location[row]]; at < end; at++) {
      parent[node] = above;
      frame[node] = frames.frame[at];
      bits[node] = frames.inlining[at];
      above = node++;
    }
  }
  const merged = mergeSiblings(parent, frame, frames.table.length);
  const nodeOfStack = last;
  for (let row = 0; row < length; row++) nodeOfStack[row] = merged.image[last[row]];
  return {
    stacks: {
      length: merged.length,
      frames: frames.table,
      parent: merged.parent,
      frame: merged.frame,
      subtreeEnd: merged.subtreeEnd,
      inlining: joinBits(bits, merged.image, merged.length),
    },
    nodeOfStack,
    nodeOfEmpty: EMPTY_STACK,
  };
}

/** The bits of all nodes that went to the same place; those with a negative place count nowhere. */
export function joinBits(bits: Uint8Array, placeOf: Int32Array, length: number): Uint8Array {
  const joined = new Uint8Array(length);
  for (let node = 0; node < placeOf.length; node++) {
    if (placeOf[node] >= 0) joined[placeOf[node]] |= bits[node];
  }
  return joined;
}
