import type { CallTree, SiblingOrder } from "../call-tree.ts";
import { buildFrames, frameModule, frameName, kindCode } from "../frames.ts";
import type { Profile } from "../profile.ts";
import { type GroupBy, groupSamples, type SampleGroups } from "../sample-groups.ts";
import type { SampledLines } from "../sampled-lines.ts";
import { type AnalysisTree, analysisTree, type ComparedTypes, otherWeights } from "./analysis-tree.ts";
import { calleesTree } from "./callees-tree.ts";
import { type FrameKey, framesOfKey } from "./frame-key.ts";
import { frameStacks, type StackView, untransformed } from "./frame-stacks.ts";
import { type FrameRanks, type FunctionTable, frameRanks, functionTable } from "./function-table.ts";
import { InvertedTree } from "./inverted-tree.ts";
import { type LinePlaces, placesOfFunction, placesOfInverted, placesOfRow } from "./line-places.ts";
import { linesAt } from "./lines-at.ts";
import { nodeOfHash, pathHash, pathHashes } from "./path-hash.ts";
import { type SampleFilter, selectSamples } from "./sample-filter.ts";
import { type TimeMatrix, type TimeMatrixOptions, timeMatrix } from "./time-matrix.ts";
import type { Transform } from "./transform.ts";
import { transformStacks } from "./transform-stacks.ts";

/** Which samples to look at, how their stacks are shown, and how the tree of them is made. */
export interface AnalysisQuery {
  filter: SampleFilter;
  transforms: readonly Transform[];
  groupBy: GroupBy;
  order: SiblingOrder;
  /** Which of `profile.sampleTypes` to weigh by. */
  valueIndex: number;
  /** Of a comparison: its sides. They are the same in all queries of a profile. */
  compared?: ComparedTypes | undefined;
}

/**
 * Rows of trees, and nodes of transformed stacks, that are kept together for "back" and "undo": about 40 bytes each. Of
 * profiles with more only what is shown is kept.
 */
const KEPT_ROWS = 6_000_000;

/** All views of one profile, each made when it is first asked for and kept while it is likely to be asked for again. */
export class Analysis {
  readonly profile: Profile;
  readonly #recorded: StackView;
  readonly #views = new Recent<StackView>(KEPT_ROWS, ({ stacks }) => stacks.length);
  /** Of each list of transforms that was applied, whether the last concerned anything. */
  readonly #concerns = new Map<string, boolean>();
  readonly #trees = new Recent<AnalysisTree>(KEPT_ROWS, (tree) => tree.length);
  readonly #groups = new Map<GroupBy, SampleGroups>();
  readonly #viewOfTree = new WeakMap<CallTree, StackView>();
  readonly #inverted = new WeakMap<CallTree, InvertedTree>();
  readonly #functions = new WeakMap<CallTree, { table: FunctionTable; ranks: FrameRanks }>();
  readonly #weights = new WeakMap<CallTree, Map<number, { self: Float64Array; total: Float64Array }>>();

  constructor(profile: Profile) {
    this.profile = profile;
    this.#recorded = untransformed(frameStacks(profile, buildFrames(profile)));
  }

  /** The call tree, top down. */
  tree(query: AnalysisQuery): AnalysisTree {
    const { profile } = this;
    const { filter, transforms, groupBy, order, valueIndex, compared } = query;
    return this.#trees.get(JSON.stringify([filter, transforms, groupBy, order, valueIndex]), () => {
      const view = this.#transformed(transforms);
      const taken = selectSamples(profile, filter, transforms);
      const groups = this.#groups.get(groupBy) ?? groupSamples(profile, groupBy);
      this.#groups.set(groupBy, groups);
      const tree = analysisTree({ profile, view, taken, groupBy, groups, order, valueIndex, compared });
      this.#viewOfTree.set(tree, view);
      return tree;
    });
  }

  /** Which transforms of a list concern something of this profile; the others change nothing. */
  effective(transforms: readonly Transform[]): boolean[] {
    // All at once first: asking one prefix after another would begin anew for each that is no longer kept.
    this.#transformed(transforms);
    return transforms.map((_, at) => {
      const prefix = transforms.slice(0, at + 1);
      if (!this.#concerns.has(JSON.stringify(prefix))) this.#transformed(prefix);
      return this.#concerns.get(JSON.stringify(prefix)) ?? false;
    });
  }

  /** `tree` turned around: functions at the top, callers below them. */
  inverted(tree: CallTree): InvertedTree {
    return kept(this.#inverted, tree, () => InvertedTree.ofLeaves(tree));
  }

  /** The callers of a function, wherever it was called; below the root. */
  callers(tree: CallTree, key: FrameKey): InvertedTree {
    return InvertedTree.ofCallers(tree, framesOfKey(tree.frames, key));
  }

  /** What a function called, wherever it was called itself; below the root. */
  callees(tree: CallTree, key: FrameKey, order: SiblingOrder): CallTree {
    return calleesTree(tree, framesOfKey(tree.frames, key), order);
  }

  /** The functions of a tree, and their places by name and module for `sortedFunctions`. */
  functions(tree: CallTree): { table: FunctionTable; ranks: FrameRanks } {
    return kept(this.#functions, tree, () => {
      const table = functionTable(tree);
      return { table, ranks: frameRanks(tree, table) };
    });
  }

  /** The weights of the rows of `tree` in another sample type. */
  weights(tree: AnalysisTree, valueIndex: number): { self: Float64Array; total: Float64Array } {
    const known = kept(this.#weights, tree, () => new Map());
    const weights = known.get(valueIndex) ?? otherWeights(tree, this.profile, valueIndex);
    known.set(valueIndex, weights);
    return weights;
  }

  /** The lines of the samples through a row of one of these trees (top down). */
  lines(tree: AnalysisTree, row: number, valueIndex = 0): SampledLines {
    return this.#linesAt(tree, placesOfRow(tree, row), valueIndex);
  }

  /** The lines of a function in all its samples; where it calls itself, those of the innermost call. */
  linesOfFunction(tree: AnalysisTree, key: FrameKey, valueIndex = 0): SampledLines {
    return this.#linesAt(tree, placesOfFunction(tree, framesOfKey(tree.frames, key)), valueIndex);
  }

  /** The lines of the samples through a row of `inverted`, which shows `tree` turned around. */
  linesOfInverted(tree: AnalysisTree, inverted: CallTree, row: number, valueIndex = 0): SampledLines {
    return this.#linesAt(tree, placesOfInverted(tree, inverted, row), valueIndex);
  }

  /** Load over time of the samples that a filter takes, whatever its range; undefined without slices. */
  time(filter: SampleFilter, options: Omit<TimeMatrixOptions, "taken">): TimeMatrix | undefined {
    const taken = selectSamples(this.profile, { ...filter, range: undefined });
    return timeMatrix(this.profile, { ...options, taken });
  }

  #linesAt(tree: AnalysisTree, places: LinePlaces, valueIndex: number): SampledLines {
    return linesAt(this.profile, this.#viewOfTree.get(tree) ?? this.#recorded, tree, places, valueIndex);
  }

  #transformed(transforms: readonly Transform[]): StackView {
    const last = transforms.at(-1);
    if (last === undefined) return this.#recorded;
    const key = JSON.stringify(transforms);
    return this.#views.get(key, () => {
      const view = this.#transformed(transforms.slice(0, -1));
      const next = transformStacks(view, last);
      this.#concerns.set(key, next !== undefined);
      return next ?? view;
    });
  }
}

/** The path of a row from the root on, groups included: what an address keeps of a zoom. */
export function hashOfRow(tree: CallTree, row: number): string {
  return row === 0
    ? ""
    : pathHash(
        tree.frames,
        pathOf(tree, row).map((at) => tree.frame[at]),
      );
}

/** The row that `hashOfRow` is of, also in a tree of other samples or in another order; -1 when there is none. Linear time. */
export function rowOfHash(tree: CallTree, hash: string): number {
  return hash === "" ? 0 : nodeOfHash(pathHashes(tree), hash);
}

/** The transform that shows only what is below a row of a tree (top down) grouped by `groupBy`. */
export function focusOnRow(tree: CallTree, row: number, groupBy: GroupBy): Transform {
  const firstFunctionKind = kindCode("kernel");
  const frames = pathOf(tree, row)
    .slice(1)
    .map((at) => tree.frame[at]);
  const groups = frames.filter((frame) => tree.frames.kind[frame] < firstFunctionKind);
  const functions = frames.slice(groups.length);
  const frame = tree.frame[row];
  return {
    kind: "focus-path",
    groupBy,
    groups: groups.map((group) => frameName(tree.frames, group)),
    path: pathHash(tree.frames, functions),
    frame: { name: frameName(tree.frames, frame), module: frameModule(tree.frames, frame) },
  };
}

/** Rows from the root to `row`. */
function pathOf(tree: CallTree, row: number): number[] {
  const path: number[] = [];
  for (let at = row; at >= 0; at = tree.parent[at]) path.push(at);
  return path.reverse();
}

function kept<Key extends object, Value>(map: WeakMap<Key, Value>, key: Key, make: () => Value): Value {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}

/** More are not kept, however small: nobody goes back so far, and each has a key. */
const MOST_KEPT = 16;

/** The values asked for last, by key: as many as have at most `budget` rows together, and the last one anyway. */
class Recent<Value> {
  readonly #budget: number;
  readonly #rowsOf: (value: Value) => number;
  readonly #values = new Map<string, Value>();

  constructor(budget: number, rowsOf: (value: Value) => number) {
    this.#budget = budget;
    this.#rowsOf = rowsOf;
  }

  get(key: string, make: () => Value): Value {
    const value = this.#values.get(key) ?? make();
    // The order of a Map is that of insertion: the last is the one that was asked for last.
    this.#values.delete(key);
    this.#values.set(key, value);
    let rows = 0;
    for (const [place, [each, kept]] of [...this.#values].reverse().entries()) {
      rows += this.#rowsOf(kept);
      if (place > 0 && (rows > this.#budget || place >= MOST_KEPT)) this.#values.delete(each);
    }
    return value;
  }
}
