import { GrowableInt32 } from "../growable.ts";
import type { Profile } from "../profile.ts";
import { StackBuilder } from "../stack-builder.ts";
import { DROPPED, endOfStack, type StackView } from "./frame-stacks.ts";

/** What a tree is grown from. */
export interface GrowInput {
  profile: Profile;
  view: StackView;
  /** Column of `profile.samples.values` to weigh by. */
  valueIndex: number;
  /** 1 for each sample to take; undefined: all. */
  taken: Uint8Array | undefined;
  rootFrame: number;
  /** Group of each sample, and the frames of each group that come above its stacks. */
  group: Int32Array;
  groupFrames: readonly (readonly number[])[];
}

/** Nodes in the order they were made: parents come before children, node 0 is the root. */
export interface GrownTree {
  length: number;
  parent: Int32Array;
  frame: Int32Array;
  /** Weight of the samples that end at the node. */
  self: Float64Array;
  /** Bits of `Inlining`. 0 for the root and groups. */
  inlining: Uint8Array;
  /** Node of the view that each node is; -1 for the root and groups. */
  viewNode: Int32Array;
  /** Where each sample ends; -1 for those that are not in the tree. */
  nodeOfSample: Int32Array;
  /** Weight of the taken samples that the view's transforms leave out. */
  dropped: number;
}

/**
 * The nodes of a view that taken samples go through, once below each group that has such samples. As siblings differ
 * in the view they do so here, and nothing has to be looked up.
 */
export function growTree(input: GrowInput): GrownTree {
  const { profile, view } = input;
  const { stacks } = view;
  const { stack } = profile.samples;
  const values = profile.samples.values[input.valueIndex];
  if (values === undefined) throw new RangeError(`The profile has no sample type ${input.valueIndex}.`);

  const { leaf, dropped } = leaves(input, values);
  const top = growGroups(input, leaf);
  const parent = new GrowableInt32(1024);
  const viewNode = new GrowableInt32(1024);
  for (let node = 0; node < top.length; node++) {
    parent.push(top.parent[node]);
    viewNode.push(-1);
  }

  // Group after group, so that one pair of columns remembers which nodes of the view this group has and where.
  const nodeHere = new Int32Array(stacks.length);
  const grownFor = new Int32Array(stacks.length).fill(-1);
  const pending = new Int32Array(stacks.length);
  const nodeOfSample = new Int32Array(stack.length).fill(-1);
  const { order, start } = sortByTop(input.group, top, leaf);
  for (let group = 0; group < top.length; group++) {
    for (let at = start[group]; at < start[group + 1]; at++) {
      const sample = order[at];
      let steps = 0;
      let up = leaf[sample];
      while (up >= 0 && grownFor[up] !== group) {
        pending[steps++] = up;
        up = stacks.parent[up];
      }
      let node = up < 0 ? group : nodeHere[up];
      while (steps > 0) {
        const from = pending[--steps];
        viewNode.push(from);
        node = parent.push(node);
        nodeHere[from] = node;
        grownFor[from] = group;
      }
      nodeOfSample[sample] = node;
    }
  }
  const { length } = parent;
  const self = new Float64Array(length);
  for (let sample = 0; sample < nodeOfSample.length; sample++) {
    if (nodeOfSample[sample] >= 0) self[nodeOfSample[sample]] += values[sample];
  }
  const source = viewNode.finish();
  const frame = new Int32Array(length);
  const inlining = new Uint8Array(length);
  frame.set(top.frame);
  for (let node = top.length; node < length; node++) {
    frame[node] = stacks.frame[source[node]];
    inlining[node] = stacks.inlining[source[node]];
  }
  return { length, parent: parent.finish(), frame, self, inlining, viewNode: source, nodeOfSample, dropped };
}

/** The node of the view that each sample ends in; `DROPPED` also for those that are not taken. */
function leaves({ profile, view, taken }: GrowInput, values: Float64Array) {
  const { stack } = profile.samples;
  const leaf = new Int32Array(stack.length);
  let dropped = 0;
  for (let sample = 0; sample < stack.length; sample++) {
    if (taken !== undefined && taken[sample] === 0) {
      leaf[sample] = DROPPED;
      continue;
    }
    leaf[sample] = endOfStack(view, stack[sample]);
    if (leaf[sample] === DROPPED) dropped += values[sample];
  }
  return { leaf, dropped };
}

interface TopNodes {
  length: number;
  parent: Int32Array;
  frame: Int32Array;
  /** Where the stacks of each group begin; -1 of those that have none. */
  nodeOfGroup: Int32Array;
}

/** The root and, as nodes, the frames of the groups that have samples; groups with equal frames share a node. */
function growGroups({ rootFrame, groupFrames, group }: GrowInput, leaf: Int32Array): TopNodes {
  const used = new Uint8Array(groupFrames.length);
  for (let sample = 0; sample < leaf.length; sample++) if (leaf[sample] !== DROPPED) used[group[sample]] = 1;
  const nodes = new StackBuilder();
  const root = nodes.child(-1, rootFrame);
  const nodeOfGroup = Int32Array.from(groupFrames, (path, each) =>
    used[each] === 0 ? -1 : path.reduce((above, frame) => nodes.child(above, frame), root),
  );
  const { length, parent, location } = nodes.finish();
  return { length, parent, frame: location, nodeOfGroup };
}

/** The samples in the tree, counting-sorted by the node of their group: `order[start[node] … start[node + 1] - 1]`. */
function sortByTop(
  group: Int32Array,
  top: TopNodes,
  leaf: Int32Array,
): { order: Int32Array; start: Int32Array } {
  const start = new Int32Array(top.length + 1);
  for (let sample = 0; sample < leaf.length; sample++) {
    if (leaf[sample] !== DROPPED) start[top.nodeOfGroup[group[sample]] + 1]++;
  }
  for (let node = 0; node < top.length; node++) start[node + 1] += start[node];
  const order = new Int32Array(start[top.length]);
  const next = start.slice();
  for (let sample = 0; sample < leaf.length; sample++) {
    if (leaf[sample] !== DROPPED) order[next[top.nodeOfGroup[group[sample]]]++] = sample;
  }
  return { order, start };
}
