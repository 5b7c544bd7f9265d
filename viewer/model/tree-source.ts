import type { CallTree } from "../../profile/call-tree.ts";
import type { Profile } from "../../profile/profile.ts";
import type { SampledLines } from "../../profile/sampled-lines.ts";
import type { SecondWeight } from "./frame-facts.ts";
import { ProfileTrees } from "./profile-trees.ts";
import type { ViewState } from "./view-state.ts";

/**
 * Where the page has its trees from. Whatever makes another tree of the same profile (filters, transforms, inversion)
 * stands behind it, so that the page only ever asks for the tree of a state.
 */
export interface TreeSource {
  readonly profile: Profile;
  /** The tree that a state shows; the same object while the parts of the state it depends on are the same. */
  tree(state: ViewState): CallTree;
  /** The tree before filters and transforms: what shares and ranks that must not change are taken of. */
  whole(state: ViewState): CallTree;
  /** Weight of a row of `tree(state)` in time, where the profile has times. */
  time(state: ViewState, row: number): SecondWeight | undefined;
  /** The source lines that samples through a row of `tree(state)` were in. */
  lines(state: ViewState, row: number): SampledLines;
  /** What `lines` goes through, in stacks and samples. */
  readonly linesCost: number;
}

/** The trees of a profile as it was recorded. */
export function profileTreeSource(profile: Profile): TreeSource {
  const trees = new ProfileTrees(profile);
  const tree = (state: ViewState) => trees.tree(state.groupBy, state.order);
  return {
    profile,
    tree,
    whole: tree,
    time: (state, row) => trees.timeOf(tree(state), row, state.groupBy),
    lines: (state, row) => trees.linesOf(tree(state), row, state.groupBy),
    linesCost: trees.linesCost,
  };
}
