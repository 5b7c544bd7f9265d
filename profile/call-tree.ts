import { analysisTree } from "./analysis/analysis-tree.ts";
import { frameStacks, untransformed } from "./analysis/frame-stacks.ts";
import { buildFrames, type FrameTable, type ProfileFrames } from "./frames.ts";
import type { Profile } from "./profile.ts";
import type { GroupBy } from "./sample-groups.ts";

/**
 * A call tree as columns in depth-first order: row 0 is the root ("all"), a row's subtree is the rows
 * `i … subtreeEnd[i] - 1`, its first child is row i + 1 and a child's next sibling is row `subtreeEnd[child]`.
 *
 *     row  frame    depth  self  total  subtreeEnd        all 10
 *      0   all        0      0     10        4            ├── main 7
 *      1   main       1      2      7        3            │   └── work 5
 *      2   work       2      5      5        3            └── idle 3
 *      3   idle       1      3      3        4
 */
export interface CallTree {
  length: number;
  /** The frames that `frame` names: those of the profile, the groups and the root. */
  frames: FrameTable;
  /** Row of `frames`. */
  frame: Int32Array;
  /** Row of the caller; -1 for the root. */
  parent: Int32Array;
  /** 0 for the root. */
  depth: Int32Array;
  /** Weight of the samples that end here, in the unit of the sample type. */
  self: Float64Array;
  /** `self` of the row and all below it. */
  total: Float64Array;
  /** One past the last row of the subtree. */
  subtreeEnd: Int32Array;
  /**
   * Bits of `Inlining`: `inlined` alone where the compiler put the function into its caller in all stacks through the
   * row, both bits where only in some. 0 for the root and groups.
   */
  inlining: Uint8Array;
  /** Only trees of a comparison have it. */
  compared?: ComparedColumns;
}

/** Weights of the rows of a tree on both sides of a comparison, of which one is what the tree itself is weighed by. */
export interface ComparedColumns {
  before: Float64Array;
  after: Float64Array;
  /** Of trees made of another one: the row of that whose samples (`of`) a row stands for; -1 where there are several. */
  origin?: { row: Int32Array; of: "self" | "total" };
}

/** The columns of the rows of a tree that another one is made of: `rowOf[i]` is what its row `i` was. */
export function takeCompared({ compared }: CallTree, rowOf: Int32Array): { compared?: ComparedColumns } {
  if (compared === undefined) return {};
  const { before, after, origin } = compared;
  return {
    compared: {
      before: Float64Array.from(rowOf, (row) => before[row]),
      after: Float64Array.from(rowOf, (row) => after[row]),
      ...(origin && { origin: { row: rowOf.map((row) => origin.row[row]), of: origin.of } }),
    },
  };
}

/** `weight`: heaviest first, equals by name. `name`: by name, in code unit order. */
export type SiblingOrder = "weight" | "name";

export interface CallTreeOptions {
  /** Which of `profile.sampleTypes` to weigh by; default 0. */
  valueIndex?: number;
  /** Default `process`. */
  groupBy?: GroupBy;
  /** Which samples to take; default all. Subtrees without a taken sample are not in the tree. */
  filter?: (sampleRow: number) => boolean;
  /** Default `weight`. */
  order?: SiblingOrder;
  /** `buildFrames(profile)` of the same profile, for who builds many trees of it. */
  frames?: ProfileFrames;
}

/** The call tree of the taken samples. Time and memory grow with the distinct frames of their stacks. */
export function buildCallTree(profile: Profile, options: CallTreeOptions = {}): CallTree {
  const { valueIndex = 0, groupBy = "process", filter, order = "weight" } = options;
  const view = untransformed(frameStacks(profile, options.frames ?? buildFrames(profile)));
  const taken =
    filter && Uint8Array.from({ length: profile.samples.length }, (_, sample) => (filter(sample) ? 1 : 0));
  const {
    rowOfSample: _,
    dropped: __,
    ...tree
  } = analysisTree({ profile, view, taken, groupBy, order, valueIndex });
  return tree;
}
