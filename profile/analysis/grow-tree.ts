import type { Profile } from "../profile.ts";
import { StackBuilder } from "../stack-builder.ts";
import { DROPPED, endOfStack, type FrameStacks, type StackView } from "./frame-stacks.ts";

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
  const nodes = new NodeColumns(top);
  // Group after group, so that one column remembers where the nodes of the view are in this group.
  const nodeHere = new Int32Array(stacks.length);
  const mark = new Marks(stacks);
  const nodeOfSample = new Int32Array(stack.length).fill(-1);
  const { order, start } = sortByTop(input.group, top, leaf);
  for (let group = 0; group < top.length; group++) {
    const samples = order.subarray(start[group], start[group + 1]);
    const used = mark.nodesAbove(samples, leaf);
    nodes.reserve(used.length);
    // Loops by index here: iterators over millions of elements are slow until the engine has optimized them.
    for (let at = 0; at < used.length; at++) {
      const node = used[at];
      const above = stacks.parent[node];
      nodeHere[node] = nodes.push(above < 0 ? group : nodeHere[above], node);
    }
    for (let at = 0; at < samples.length; at++) {
      const end = leaf[samples[at]];
      nodeOfSample[samples[at]] = end < 0 ? group : nodeHere[end];
    }
  }
  const { length } = nodes;
  const self = new Float64Array(length);
  for (let sample = 0; sample < nodeOfSample.length; sample++) {
    if (nodeOfSample[sample] >= 0) self[nodeOfSample[sample]] += values[sample];
  }
  const viewNode = nodes.viewNode.slice(0, length);
  const frame = new Int32Array(length);
  const inlining = new Uint8Array(length);
  frame.set(top.frame);
  for (let node = top.length; node < length; node++) {
    frame[node] = stacks.frame[viewNode[node]];
    inlining[node] = stacks.inlining[viewNode[node]];
  }
  const parent = nodes.parent.slice(0, length);
  return { length, parent, frame, self, inlining, viewNode, nodeOfSample, dropped };
}

/** Parent and node of the view of each node; room for more is made by doubling. */
class NodeColumns {
  length = 0;
  parent = new Int32Array(1024);
  viewNode = new Int32Array(1024);

  /** Begins with the root and groups, which are no nodes of the view. */
  constructor(top: TopNodes) {
    this.reserve(top.length);
    for (let node = 0; node < top.length; node++) this.push(top.parent[node], -1);
  }

  reserve(count: number): void {
    const needed = this.length + count;
    if (needed <= this.parent.length) return;
    const wider = (column: Int32Array) => {
      const wide = new Int32Array(Math.max(needed, column.length * 2));
      wide.set(column);
      return wide;
    };
    this.parent = wider(this.parent);
    this.viewNode = wider(this.viewNode);
  }

  /** There must be room. */
  push(parent: number, viewNode: number): number {
    this.parent[this.length] = parent;
    this.viewNode[this.length] = viewNode;
    return this.length++;
  }
}

/** A group with fewer samples than a node in this many has its nodes looked up one by one, not by going through all. */
const SPARSE = 16;

/** Finds the nodes that the stacks of some samples consist of. */
class Marks {
  readonly #stacks: FrameStacks;
  readonly #marked: Uint8Array;
  readonly #found: Int32Array;

  constructor(stacks: FrameStacks) {
    this.#stacks = stacks;
    this.#marked = new Uint8Array(stacks.length);
    this.#found = new Int32Array(stacks.length);
  }

  /** In order, so that callers come before callees; valid until it is asked again. `leaf` as in `leaves`. */
  nodesAbove(samples: Int32Array, leaf: Int32Array): Int32Array {
    const { length } = this.#stacks;
    const found = samples.length * SPARSE < length ? this.#climb(samples, leaf) : this.#sweep(samples, leaf);
    const used = this.#found.subarray(0, found);
    for (let at = 0; at < found; at++) this.#marked[used[at]] = 0;
    return used;
  }

  #climb(samples: Int32Array, leaf: Int32Array): number {
    const { parent } = this.#stacks;
    const marked = this.#marked;
    let found = 0;
    for (let at = 0; at < samples.length; at++) {
      for (let node = leaf[samples[at]]; node >= 0 && marked[node] === 0; node = parent[node]) {
        marked[node] = 1;
        this.#found[found++] = node;
      }
    }
    this.#found.subarray(0, found).sort();
    return found;
  }

  #sweep(samples: Int32Array, leaf: Int32Array): number {
    const { parent, length } = this.#stacks;
    const marked = this.#marked;
    for (let at = 0; at < samples.length; at++) if (leaf[samples[at]] >= 0) marked[leaf[samples[at]]] = 1;
    for (let node = length - 1; node >= 0; node--) {
      if (marked[node] === 1 && parent[node] >= 0) marked[parent[node]] = 1;
    }
    const all = this.#found;
    let found = 0;
    for (let node = 0; node < length; node++) if (marked[node] === 1) all[found++] = node;
    return found;
  }
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
