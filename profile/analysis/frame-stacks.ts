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

/** The stacks of a profile as they were recorded. */
export interface RecordedStacks extends FrameStacks {
  /** What `nodeOfStack` was made from. */
  profileFrames: ProfileFrames;
  /** The node that each row of `profile.stacks` ends in. */
  nodeOfStack: Int32Array;
}

/** What transforms did to a recorded node. */
export const Fate = {
  /** The samples that end here are left out. */
  dropped: 1,
  /** It is a part of its caller, which is another function. */
  absorbed: 2,
} as const;

/** Stacks as transforms show them, and what became of the recorded ones. */
export interface StackView {
  recorded: RecordedStacks;
  stacks: FrameStacks;
  /** The node of `stacks` that each node of `recorded` is a part of, or `EMPTY_STACK`. */
  nodeOfRecorded: Int32Array;
  /** Bits of `Fate` for each node of `recorded`. */
  fate: Uint8Array;
  /** Whether samples without a stack are left out. */
  dropsEmpty: boolean;
}

/** Where samples with a row of `profile.stacks` (or -1) end: a node of `view.stacks`, `EMPTY_STACK` or `DROPPED`. */
export function endOfStack(view: StackView, stack: number): number {
  if (stack < 0) return view.dropsEmpty ? DROPPED : EMPTY_STACK;
  const node = view.recorded.nodeOfStack[stack];
  return (view.fate[node] & Fate.dropped) !== 0 ? DROPPED : view.nodeOfRecorded[node];
}

/** The recorded stacks without any transform. */
export function untransformed(recorded: RecordedStacks): StackView {
  const { length } = recorded;
  const nodeOfRecorded = new Int32Array(length);
  for (let node = 0; node < length; node++) nodeOfRecorded[node] = node;
  return { recorded, stacks: recorded, nodeOfRecorded, fate: new Uint8Array(length), dropsEmpty: false };
}

/** The stacks of `profile`; `frames` is `buildFrames(profile)`. Linear time. */
export function frameStacks(profile: Profile, frames: ProfileFrames): RecordedStacks {
  const { parent: caller, location, length } = profile.stacks;
  const { start } = frames;
  /** The last node of each row: a row has one more than calls were inlined at its address. */
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
  for (let row = 0; row < length; row++) last[row] = merged.image[last[row]];
  return {
    length: merged.length,
    frames: frames.table,
    parent: merged.parent,
    frame: merged.frame,
    subtreeEnd: merged.subtreeEnd,
    inlining: joinBits(bits, merged.image, merged.length),
    profileFrames: frames,
    nodeOfStack: last,
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
