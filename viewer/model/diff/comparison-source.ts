import type { Analysis, AnalysisQuery } from "../../../profile/analysis/analysis.ts";
import type { AnalysisTree } from "../../../profile/analysis/analysis-tree.ts";
import { selfOf } from "../../../profile/analysis/inverted-tree.ts";
import { NO_FILTER } from "../../../profile/analysis/sample-filter.ts";
import type { CallTree } from "../../../profile/call-tree.ts";
import { JoinedValue } from "../../../profile/diff/joined-profile.ts";
import type { PageComparison, TestedSums } from "../../../profile/diff/page-comparison.ts";
import { frameModule, frameName, kindCode } from "../../../profile/frames.ts";
import type { Profile } from "../../../profile/profile.ts";
import { functionTotals } from "../../../profile/statistics.ts";
import type { ShownTree } from "../tree-source.ts";
import type { ChangesOfRows } from "./change-tones.ts";
import { changeOf, partOfAll, type RowChange, type SideWeights } from "./row-change.ts";
import { TestedSamples } from "./tested-samples.ts";

/** All recorded, as the comparison was made. */
const WHOLE: AnalysisQuery = {
  filter: NO_FILTER,
  transforms: [],
  groupBy: "process",
  order: "weight",
  valueIndex: JoinedValue.after,
  compared: JoinedValue,
};

/** Sums are added in another order there, so that fractions may differ in the last bits. */
const ROUNDING = 1e-9;

/** Changes of the functions of a tree, by row of its `frames`. */
export interface FunctionChanges {
  total: (frame: number) => RowChange;
  self: (frame: number) => RowChange;
}

/**
 * What a comparison says of the rows and functions of the page's trees. What was tested was tested with time slices that
 * the page has not, so nothing is tested here: a result holds where a row stands for the very samples it was found for.
 */
export class ComparisonSource {
  readonly comparison: PageComparison;
  /** Values of all recorded. */
  readonly whole: SideWeights;
  readonly #analysis: Analysis;
  readonly #tested: TestedSamples;
  readonly #keyOf: Map<string, number>;
  /** Sums of all functions in the tree that nothing was filtered from; by key. */
  #sums: { total: Sides; self: Sides } | undefined;
  readonly #functions = new WeakMap<CallTree, { total: Sides; self: Sides }>();

  constructor(profile: Profile, comparison: PageComparison, analysis: Analysis) {
    this.comparison = comparison;
    this.#analysis = analysis;
    this.#tested = new TestedSamples(profile);
    const all = (type: number) => profile.samples.values[type].reduce((sum, value) => sum + value, 0);
    this.whole = {
      before: all(JoinedValue.before) / comparison.exposure.before,
      after: all(JoinedValue.after) / comparison.exposure.after,
    };
    const { strings, functions, mappings, locations } = profile;
    this.#keyOf = new Map(
      Array.from(locations.mapping, (mapping, key): [string, number] => [
        keyText(strings[functions.name[key]], mapping < 0 ? "" : strings[mappings.file[mapping]]),
        key,
      ]),
    );
  }

  /** The changes of the rows of a tree, which was made of `shown.base`; `minChange`: a part of all, from 0 to 1. */
  rows(tree: CallTree, shown: Pick<ShownTree, "base" | "rowInBase">, minChange: number): ChangesOfRows {
    const known = new Map<number, RowChange>();
    return {
      comparison: this.comparison,
      of: (row) => {
        const change = known.get(row) ?? this.ofRow(tree, shown, row);
        known.set(row, change);
        return change;
      },
      isEnough: (change) => this.isEnough(change, minChange),
    };
  }

  isEnough(change: RowChange, minChange: number): boolean {
    return minChange === 0 || partOfAll(change, this.whole) >= minChange;
  }

  /** The change of a row; `base` is what `tree` was made of, and `rowInBase` the row there (-1: several, or none). */
  ofRow(tree: CallTree, { base, rowInBase }: Pick<ShownTree, "base" | "rowInBase">, row: number): RowChange {
    const { compared } = tree;
    const weights = { before: compared?.before[row] ?? 0, after: compared?.after[row] ?? 0 };
    if (tree.frames.kind[tree.frame[row]] < FIRST_FUNCTION_KIND) {
      return { ...changeOf(this.comparison, weights, undefined), verdict: "group" };
    }
    const { pathTotal, pathSelf } = this.comparison;
    const origin = compared?.origin;
    const at = origin === undefined ? rowInBase(row) : origin.row[row];
    if (at >= 0 && origin === undefined && base.context?.[at] === 1) {
      return { ...changeOf(this.comparison, weights, undefined), verdict: "context" };
    }
    if (at >= 0) {
      const ofSelf = origin?.of === "self";
      const path = ofSelf ? this.#tested.pathOfSelf(base, at) : this.#tested.pathOfTotal(base, at);
      const columns = ofSelf ? pathSelf : pathTotal;
      if (path >= 0) return changeOf(this.comparison, weights, { columns, row: path, path: !ofSelf });
    }
    const isLeaf =
      origin?.of === "self" && tree.frames.kind[tree.frame[tree.parent[row]]] < FIRST_FUNCTION_KIND;
    return this.#asFunction(tree, row, weights, isLeaf);
  }

  /**
   * Where a row is all there is of a function, what was tested of the function holds. A row has no samples that its
   * function has not, so equal weights are the same samples. `isLeaf`: they are of the function's own.
   */
  #asFunction(tree: CallTree, row: number, weights: SideWeights, isLeaf: boolean): RowChange {
    const key = this.#key(tree, tree.frame[row]);
    const whole = this.#wholeSums();
    for (const what of isLeaf ? (["self", "total"] as const) : (["total"] as const)) {
      if (key < 0 || !isSame(whole[what], key, weights)) continue;
      return this.#functionChange(
        what === "self" ? this.comparison.functionSelf : this.comparison.functionTotal,
        key,
      );
    }
    return changeOf(this.comparison, weights, undefined);
  }

  /** As it was compared: without what is only aligned below a frame that one side has not. */
  #functionChange(columns: TestedSums, row: number): RowChange {
    const weights = { before: columns.before[row], after: columns.after[row] };
    return changeOf(this.comparison, weights, { columns, row, path: false });
  }

  /** The changes of the functions of a tree (top down). */
  ofFunctions(tree: CallTree): FunctionChanges {
    const sums = this.#functionSums(tree);
    const whole = this.#wholeSums();
    const { functionTotal, functionSelf } = this.comparison;
    const change = (frame: number, columns: TestedSums, here: Sides, all: Sides) => {
      const weights = { before: here.before[frame], after: here.after[frame] };
      const key = this.#key(tree, frame);
      if (key >= 0 && isSame(all, key, weights)) return this.#functionChange(columns, key);
      return changeOf(this.comparison, weights, undefined);
    };
    return {
      total: (frame) => change(frame, functionTotal, sums.total, whole.total),
      self: (frame) => change(frame, functionSelf, sums.self, whole.self),
    };
  }

  #functionSums(tree: CallTree): { total: Sides; self: Sides } {
    const known = this.#functions.get(tree);
    if (known !== undefined) return known;
    const side = (total: Float64Array) => functionTotals({ ...tree, total, self: selfOf(tree, total) });
    const none = new Float64Array(tree.length);
    const before = side(tree.compared?.before ?? none);
    const after = side(tree.compared?.after ?? none);
    const sums = {
      total: { before: before.total, after: after.total },
      self: { before: before.self, after: after.self },
    };
    this.#functions.set(tree, sums);
    return sums;
  }

  #wholeSums(): { total: Sides; self: Sides } {
    if (this.#sums === undefined) {
      const tree: AnalysisTree = this.#analysis.tree(WHOLE);
      const sums = this.#functionSums(tree);
      const byKey = (column: Float64Array) => {
        const all = new Float64Array(this.comparison.functionTotal.before.length);
        for (let frame = 0; frame < column.length; frame++) {
          const key = this.#key(tree, frame);
          if (key >= 0) all[key] = column[frame];
        }
        return all;
      };
      const sides = ({ before, after }: Sides) => ({ before: byKey(before), after: byKey(after) });
      this.#sums = { total: sides(sums.total), self: sides(sums.self) };
    }
    return this.#sums;
  }

  #key({ frames }: CallTree, frame: number): number {
    if (frames.kind[frame] < FIRST_FUNCTION_KIND) return -1;
    return this.#keyOf.get(keyText(frameName(frames, frame), frameModule(frames, frame))) ?? -1;
  }
}

/** Weights of both sides, by row of something. */
interface Sides {
  before: Float64Array;
  after: Float64Array;
}

const FIRST_FUNCTION_KIND = kindCode("kernel");

function keyText(name: string, module: string): string {
  return `${module}\n${name}`;
}

function isSame(sums: Sides, key: number, { before, after }: SideWeights): boolean {
  return isEqual(sums.before[key], before) && isEqual(sums.after[key], after);
}

function isEqual(a: number, b: number): boolean {
  return Math.abs(a - b) <= ROUNDING * Math.max(a, b);
}
