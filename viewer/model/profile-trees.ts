import { buildCallTree, type CallTree, type SiblingOrder } from "../../profile/call-tree.ts";
import { buildFrames, type ProfileFrames } from "../../profile/frames.ts";
import type { Profile } from "../../profile/profile.ts";
import type { GroupBy } from "../../profile/sample-groups.ts";
import { type SampledLines, sampledLines } from "../../profile/sampled-lines.ts";
import { rowOfSamePath } from "./find-path.ts";
import type { SecondWeight } from "./frame-facts.ts";

/** The call trees of one profile, each built when it is first asked for. */
export class ProfileTrees {
  readonly profile: Profile;
  readonly #frames: ProfileFrames;
  readonly #trees = new Map<string, CallTree>();
  /** The answer given last: tooltip and panel ask for the same frame. */
  #lines: { tree: CallTree; row: number; lines: SampledLines } | undefined;
  /** Which sample type gives times; -1 when none but the first does. */
  readonly #timeIndex: number;
  /** Time of one unit of the first sample type, where it is the same in all samples; else NaN; undefined: not looked yet. */
  #timeOfOne: number | undefined;

  constructor(profile: Profile) {
    this.profile = profile;
    this.#frames = buildFrames(profile);
    this.#timeIndex = profile.sampleTypes.findIndex(
      (type, index) => index > 0 && type.unit === "nanoseconds",
    );
  }

  tree(groupBy: GroupBy, order: SiblingOrder, valueIndex = 0): CallTree {
    const key = `${groupBy} ${order} ${valueIndex}`;
    let tree = this.#trees.get(key);
    if (!tree) {
      tree = buildCallTree(this.profile, { groupBy, order, valueIndex, frames: this.#frames });
      this.#trees.set(key, tree);
    }
    return tree;
  }

  /** The lines of the samples through a row of `tree`, which must be one of these trees grouped by `groupBy`. */
  linesOf(tree: CallTree, row: number, groupBy: GroupBy): SampledLines {
    if (this.#lines?.tree !== tree || this.#lines.row !== row) {
      this.#lines = { tree, row, lines: sampledLines(this.profile, this.#frames, tree, row, groupBy) };
    }
    return this.#lines.lines;
  }

  /** What `linesOf` goes through. */
  get linesCost(): number {
    return this.profile.stacks.length + this.profile.samples.length;
  }

  /** The time spent in a row of `tree`, which must be one of these trees grouped by `groupBy`. */
  timeOf(tree: CallTree, row: number, groupBy: GroupBy): SecondWeight | undefined {
    const type = this.profile.sampleTypes[this.#timeIndex];
    if (type === undefined) return undefined;
    // A second tree would take as long as the first, and is hardly ever needed.
    this.#timeOfOne ??= constantRatio(
      this.profile.samples.values[0],
      this.profile.samples.values[this.#timeIndex],
    );
    if (!Number.isNaN(this.#timeOfOne)) {
      return { type, self: tree.self[row] * this.#timeOfOne, total: tree.total[row] * this.#timeOfOne };
    }
    const times = this.tree(groupBy, "weight", this.#timeIndex);
    const same = rowOfSamePath(tree, row, times);
    return same < 0 ? undefined : { type, self: times.self[same], total: times.total[same] };
  }
}

/** What every value of `of` is multiplied by to give that of `to`; NaN when that differs, 0 of nothing. */
function constantRatio(of: Float64Array, to: Float64Array): number {
  let ratio: number | undefined;
  for (let row = 0; row < of.length; row++) {
    if (of[row] === 0 && to[row] === 0) continue;
    ratio ??= to[row] / of[row];
    if (of[row] * ratio !== to[row]) return Number.NaN;
  }
  return ratio ?? 0;
}
