import { Inlining } from "../frames.ts";
import type { Profile } from "../profile.ts";
import type { SampledLine, SampledLines } from "../sampled-lines.ts";
import type { AnalysisTree } from "./analysis-tree.ts";
import { Fate, type StackView } from "./frame-stacks.ts";

/**
 * Where the selected samples through `row` of a tree, with its filters and transforms, were in its function. Where a transform made several places of it one (recursion), that is the innermost; what a transform put
 * into the function counts at the line of the call. One pass over stacks and one over samples.
 */
export function rowLines(
  profile: Profile,
  view: StackView,
  tree: AnalysisTree,
  row: number,
  valueIndex = 0,
): SampledLines {
  if (tree.viewNode[row] < 0) return { lines: [], inlined: 0 };
  const { samples, lines, functions } = profile;
  const { profileFrames } = view.recorded;
  const entry = innermostEntries(profile, view, tree.viewNode[row]);
  const values = samples.values[valueIndex];
  const found = new Map<string, SampledLine>();
  let inlined = 0;
  for (let sample = 0; sample < samples.length; sample++) {
    const end = tree.rowOfSample[sample];
    if (end < row || end >= tree.subtreeEnd[row]) continue;
    const place = entry[samples.stack[sample]];
    if (profileFrames.inlining[place] === Inlining.inlined) inlined += values[sample];
    const at = profileFrames.line[place];
    const file = at < 0 ? 0 : functions.file[lines.function[at]];
    const line = at < 0 ? 0 : lines.line[at];
    const key = `${file}:${line}`;
    let sum = found.get(key);
    if (sum === undefined) {
      sum = { file, line, self: 0, total: 0 };
      found.set(key, sum);
    }
    sum.total += values[sample];
    if (end === row) sum.self += values[sample];
  }
  const sorted = [...found.values()].sort((a, b) => b.total - a.total || a.file - b.file || a.line - b.line);
  return { lines: sorted, inlined };
}

/**
 * Which entry of `profileFrames.frame` is the innermost of each row of `profile.stacks` that is a place of `wanted`, a
 * node of the view; -1 where the row's path has none.
 */
function innermostEntries(
  { stacks }: Profile,
  { recorded, nodeOfRecorded, fate }: StackView,
  wanted: number,
): Int32Array {
  const { nodeOfStack, parent } = recorded;
  const { start } = recorded.profileFrames;
  const entry = new Int32Array(stacks.length).fill(-1);
  for (let row = 0; row < stacks.length; row++) {
    if (stacks.parent[row] >= 0) entry[row] = entry[stacks.parent[row]];
    const first = start[stacks.location[row]];
    let node = nodeOfStack[row];
    for (let at = start[stacks.location[row] + 1] - 1; at >= first; at--) {
      if (nodeOfRecorded[node] === wanted && (fate[node] & Fate.absorbed) === 0) {
        entry[row] = at;
        break;
      }
      node = parent[node];
    }
  }
  return entry;
}
