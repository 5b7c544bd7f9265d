import { Inlining } from "../frames.ts";
import type { Profile } from "../profile.ts";
import type { SampledLine, SampledLines } from "../sampled-lines.ts";
import type { AnalysisTree } from "./analysis-tree.ts";
import { Fate, type StackView } from "./frame-stacks.ts";
import type { LinePlaces } from "./line-places.ts";

/**
 * Where the selected samples of a tree, with its filters and transforms, were in the functions at `places`. Where a
 * transform made several places of it one (recursion), that is the innermost; what a transform put into the function
 * counts at the line of the call. One pass over the samples, with a way up the stack for each distinct one.
 */
export function linesAt(
  profile: Profile,
  view: StackView,
  tree: AnalysisTree,
  places: LinePlaces,
  valueIndex = 0,
): SampledLines {
  const { samples, lines, functions } = profile;
  const { profileFrames } = view.recorded;
  const entries = new EntryFinder(profile, view);
  const values = samples.values[valueIndex];
  const found = new Map<string, SampledLine>();
  let inlined = 0;
  for (let sample = 0; sample < samples.length; sample++) {
    const end = tree.rowOfSample[sample];
    const row = end < 0 ? -1 : places[end];
    // The root and groups are nobody's code.
    if (row < 0 || tree.viewNode[row] < 0) continue;
    const entry = entries.innermost(samples.stack[sample], tree.viewNode[row]);
    if (profileFrames.inlining[entry] === Inlining.inlined) inlined += values[sample];
    const at = profileFrames.line[entry];
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

/** Not looked for yet; -1 is that there is none. */
const UNKNOWN = -2;

/** Finds places of the view in recorded stacks, and keeps what was found for the node that was asked for last. */
class EntryFinder {
  readonly #profile: Profile;
  readonly #view: StackView;
  /** By row of `profile.stacks`, for the node beside it. */
  readonly #entry: Int32Array;
  readonly #node: Int32Array;

  constructor(profile: Profile, view: StackView) {
    this.#profile = profile;
    this.#view = view;
    this.#entry = new Int32Array(profile.stacks.length).fill(UNKNOWN);
    this.#node = new Int32Array(profile.stacks.length);
  }

  /**
   * Which entry of `profileFrames.frame` is the innermost on the path of a row of `profile.stacks` that is a place of
   * `wanted`, a node of the view; -1 where the path has none.
   */
  innermost(stack: number, wanted: number): number {
    const { parent } = this.#profile.stacks;
    let entry = -1;
    let above = stack;
    for (; above >= 0; above = parent[above]) {
      const known = this.#entry[above] !== UNKNOWN && this.#node[above] === wanted;
      entry = known ? this.#entry[above] : this.#entryIn(above, wanted);
      if (entry >= 0 || known) break;
    }
    // Others that meet this way up need not go it again.
    for (let at = stack; at >= 0; at = parent[at]) {
      this.#entry[at] = entry;
      this.#node[at] = wanted;
      if (at === above) break;
    }
    return entry;
  }

  #entryIn(row: number, wanted: number): number {
    const { nodeOfRecorded, fate, recorded } = this.#view;
    const { nodeOfStack, parent } = recorded;
    const { start } = recorded.profileFrames;
    const location = this.#profile.stacks.location[row];
    let node = nodeOfStack[row];
    for (let at = start[location + 1] - 1; at >= start[location]; at--) {
      if (nodeOfRecorded[node] === wanted && (fate[node] & Fate.absorbed) === 0) return at;
      node = parent[node];
    }
    return -1;
  }
}
