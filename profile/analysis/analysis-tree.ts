import type { CallTree, SiblingOrder } from "../call-tree.ts";
import { GroupedFrames } from "../grouped-frames.ts";
import type { Profile } from "../profile.ts";
import { type GroupBy, groupSamples, type SampleGroups } from "../sample-groups.ts";
import type { StackView } from "./frame-stacks.ts";
import { growTree } from "./grow-tree.ts";
import { layOut } from "./lay-out.ts";

/** A call tree that knows where the samples went. */
export interface AnalysisTree extends CallTree {
  /** The row that each sample of the profile ends in; -1 for those that are not in the tree. */
  rowOfSample: Int32Array;
  /** Node of the view's stacks that each row is; -1 for the root and groups. */
  viewNode: Int32Array;
  /** Weight of the selected samples that transforms left out: what is missing in `total[0]`. */
  dropped: number;
  /** Of a tree of what vanished: 1 for each row that did not itself, but only leads there. */
  context?: Uint8Array;
}

export interface AnalysisTreeOptions {
  profile: Profile;
  /** The profile's stacks, transformed or not. */
  view: StackView;
  /** 1 for each sample to take; undefined: all. */
  taken?: Uint8Array | undefined;
  groupBy: GroupBy;
  /** `groupSamples(profile, groupBy)`, for who builds many trees. */
  groups?: SampleGroups;
  order: SiblingOrder;
  /** Which of `profile.sampleTypes` to weigh by. */
  valueIndex: number;
  /** Which are the sides of a comparison. */
  compared?: ComparedTypes | undefined;
}

/** The sample types that are the two sides of a comparison. */
export interface ComparedTypes {
  before: number;
  after: number;
}

/** The call tree of the taken samples, top down, as the transforms show their stacks. Linear time but for sorting. */
export function analysisTree(options: AnalysisTreeOptions): AnalysisTree {
  const { profile, view, taken, groupBy, order, valueIndex } = options;
  const { group, paths } = options.groups ?? groupSamples(profile, groupBy);
  const table = new GroupedFrames(view.stacks.frames);
  const rootFrame = table.add({ kind: "root", name: "all" });
  const groupFrames = paths.map((path) => path.map((frame) => table.add(frame)));
  const grown = growTree({ profile, view, valueIndex, taken, rootFrame, group, groupFrames });
  const { tree, rowOfNode } = layOut(table.finish(), grown, order);
  const rowOfSample = grown.nodeOfSample;
  for (let sample = 0; sample < rowOfSample.length; sample++) {
    if (rowOfSample[sample] >= 0) rowOfSample[sample] = rowOfNode[rowOfSample[sample]];
  }
  const viewNode = new Int32Array(tree.length);
  for (let node = 0; node < tree.length; node++) viewNode[rowOfNode[node]] = grown.viewNode[node];
  const made: AnalysisTree = { ...tree, rowOfSample, viewNode, dropped: grown.dropped };
  const { compared } = options;
  if (compared !== undefined) {
    const side = (type: number) =>
      type === valueIndex ? made.total : otherWeights(made, profile, type).total;
    made.compared = { before: side(compared.before), after: side(compared.after) };
  }
  return made;
}

/** Weights of the same rows in another of the profile's sample types: time besides counts. */
export function otherWeights(
  tree: AnalysisTree,
  profile: Profile,
  valueIndex: number,
): { self: Float64Array; total: Float64Array } {
  const values = profile.samples.values[valueIndex];
  const self = new Float64Array(tree.length);
  for (let sample = 0; sample < tree.rowOfSample.length; sample++) {
    if (tree.rowOfSample[sample] >= 0) self[tree.rowOfSample[sample]] += values[sample];
  }
  const total = self.slice();
  for (let row = tree.length - 1; row > 0; row--) total[tree.parent[row]] += total[row];
  return { self, total };
}
