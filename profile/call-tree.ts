import { buildFrames, type FrameTable, kindCode, type ProfileFrames } from "./frames.ts";
import type { Profile } from "./profile.ts";
import { type GroupBy, type GroupFrame, groupSamples } from "./sample-groups.ts";
import { growTree } from "./tree-builder.ts";
import { orderTree } from "./tree-order.ts";

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
  const frames = options.frames ?? buildFrames(profile);
  const { group, paths } = groupSamples(profile, groupBy);
  const table = new GroupedFrames(frames.table);
  const rootFrame = table.add({ kind: "root", name: "all" });
  const groupFrames = paths.map((path) => path.map((frame) => table.add(frame)));
  const grown = growTree({ profile, valueIndex, frames, rootFrame, group, groupFrames, filter });
  return orderTree(table.finish(), grown, order);
}

/** A frame table with rows added for the root and the groups. */
class GroupedFrames {
  readonly #base: FrameTable;
  readonly #added: { kind: "root" | GroupFrame["kind"]; name: string }[] = [];
  readonly #rows = new Map<string, number>();

  constructor(base: FrameTable) {
    this.#base = base;
  }

  add(frame: { kind: "root" | GroupFrame["kind"]; name: string }): number {
    const key = `${frame.kind} ${frame.name}`;
    let row = this.#rows.get(key);
    if (row === undefined) {
      row = this.#base.length + this.#added.push(frame) - 1;
      this.#rows.set(key, row);
    }
    return row;
  }

  finish(): FrameTable {
    const base = this.#base;
    const length = base.length + this.#added.length;
    const widen = (column: Int32Array) => {
      const wide = new Int32Array(length);
      wide.set(column);
      return wide;
    };
    const widenBytes = (column: Uint8Array) => {
      const wide = new Uint8Array(length);
      wide.set(column);
      return wide;
    };
    const name = widen(base.name);
    const kind = widenBytes(base.kind);
    for (const [index, frame] of this.#added.entries()) {
      name[base.length + index] = base.strings.length + index;
      kind[base.length + index] = kindCode(frame.kind);
    }
    return {
      length,
      strings: base.strings.concat(this.#added.map((frame) => frame.name)),
      name,
      linkageName: widen(base.linkageName),
      module: widen(base.module),
      kind,
      file: widen(base.file),
      line: widen(base.line),
    };
  }
}
