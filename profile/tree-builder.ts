import { GrowableFloat64, GrowableInt32 } from "./growable.ts";
import type { Profile } from "./profile.ts";
import { StackBuilder } from "./stack-builder.ts";

/** What a tree is grown from. Frames are whatever integers the caller tells frames by. */
export interface TreeInput {
  profile: Profile;
  /** Column of `profile.samples.values` to weigh by. */
  valueIndex: number;
  /** Frames of location i: `frame[start[i]] … frame[start[i + 1] - 1]`, outermost first, and their `Inlining`. */
  frames: { start: Int32Array; frame: Int32Array; inlining: Uint8Array };
  rootFrame: number;
  /** Group of each sample, and the frames of each group that come before those of the stack. */
  group: Int32Array;
  groupFrames: number[][];
  filter?: ((sampleRow: number) => boolean) | undefined;
}

/** Nodes in the order they were made: parents come before children, node 0 is the root. */
export interface GrownTree {
  length: number;
  parent: Int32Array;
  frame: Int32Array;
  /** Weight of the samples that end at the node. */
  self: Float64Array;
  /** Bits of `Inlining`: how the stacks through the node have it. 0 for the root and groups. */
  inlining: Uint8Array;
}

/**
 * Lays the stacks of all taken samples over each other, frame by frame below their group. Each (group, stack row) is
 * walked once, however many samples lie on it.
 */
export function growTree(input: TreeInput): GrownTree {
  const { profile, frames, group, groupFrames } = input;
  const values = profile.samples.values[input.valueIndex];
  if (values === undefined) throw new RangeError(`The profile has no sample type ${input.valueIndex}.`);
  const nodes = new StackBuilder();
  const self = new GrowableFloat64(1024);
  const inlining = new GrowableInt32(1024);
  const root = nodes.child(-1, input.rootFrame);

  // Group after group, so that one pair of columns remembers where the stacks already walked of this group lead.
  const { parent, location, length: stackCount } = profile.stacks;
  const nodeOfStack = new Int32Array(stackCount);
  const walkedFor = new Int32Array(stackCount).fill(-1);
  const path = new Int32Array(stackCount);
  const { stack } = profile.samples;
  const { order, start } = sortByGroup(group, groupFrames.length, input.filter);
  for (let g = 0; g < groupFrames.length; g++) {
    if (start[g] === start[g + 1]) continue;
    let top = root;
    for (const frame of groupFrames[g]) top = nodes.child(top, frame);
    for (let at = start[g]; at < start[g + 1]; at++) {
      const row = order[at];
      let pending = 0;
      let up = stack[row];
      while (up >= 0 && walkedFor[up] !== g) {
        path[pending++] = up;
        up = parent[up];
      }
      let node = up < 0 ? top : nodeOfStack[up];
      while (pending > 0) {
        const step = path[--pending];
        const end = frames.start[location[step] + 1];
        for (let f = frames.start[location[step]]; f < end; f++) {
          node = nodes.child(node, frames.frame[f]);
          while (inlining.length <= node) inlining.push(0);
          inlining.set(node, inlining.get(node) | frames.inlining[f]);
        }
        nodeOfStack[step] = node;
        walkedFor[step] = g;
      }
      while (self.length <= node) self.push(0);
      self.add(node, values[row]);
    }
  }
  while (self.length < nodes.length) self.push(0);
  while (inlining.length < nodes.length) inlining.push(0);
  const tree = nodes.finish();
  return {
    length: tree.length,
    parent: tree.parent,
    frame: tree.location,
    self: self.finish(),
    inlining: Uint8Array.from(inlining.finish()),
  };
}

/** The taken samples, counting-sorted by group: group g has `order[start[g] … start[g + 1] - 1]`. */
function sortByGroup(
  group: Int32Array,
  groupCount: number,
  filter: ((sampleRow: number) => boolean) | undefined,
): { order: Int32Array; start: Int32Array } {
  const taken = new Uint8Array(group.length);
  const start = new Int32Array(groupCount + 1);
  for (let row = 0; row < group.length; row++) {
    if (filter && !filter(row)) continue;
    taken[row] = 1;
    start[group[row] + 1]++;
  }
  for (let g = 0; g < groupCount; g++) start[g + 1] += start[g];
  const order = new Int32Array(start[groupCount]);
  const next = start.slice();
  for (let row = 0; row < group.length; row++) if (taken[row]) order[next[group[row]]++] = row;
  return { order, start };
}
