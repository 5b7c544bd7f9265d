import { buildCallTree, type CallTree, type SiblingOrder } from "../../profile/call-tree.ts";
import { buildFrames, type ProfileFrames } from "../../profile/frames.ts";
import type { Profile } from "../../profile/profile.ts";
import type { GroupBy } from "../../profile/sample-groups.ts";
import { rowOfSamePath } from "./find-path.ts";
import type { SecondWeight } from "./frame-facts.ts";

/** The call trees of one profile, each built when it is first asked for. */
export class ProfileTrees {
  readonly profile: Profile;
  readonly #frames: ProfileFrames;
  readonly #trees = new Map<string, CallTree>();
  /** Which sample type gives times; -1 when none but the first does. */
  readonly #timeIndex: number;

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

  /** The time spent in a row of `tree`, which must be one of these trees grouped by `groupBy`. */
  timeOf(tree: CallTree, row: number, groupBy: GroupBy): SecondWeight | undefined {
    const type = this.profile.sampleTypes[this.#timeIndex];
    if (type === undefined) return undefined;
    // The sum needs no second tree, which would delay the first picture of a big profile.
    if (row === 0 && tree.self[0] === 0) {
      const total = this.profile.samples.values[this.#timeIndex].reduce((sum, value) => sum + value, 0);
      return { type, self: 0, total };
    }
    const times = this.tree(groupBy, "weight", this.#timeIndex);
    const same = rowOfSamePath(tree, row, times);
    return same < 0 ? undefined : { type, self: times.self[same], total: times.total[same] };
  }
}
