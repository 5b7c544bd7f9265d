import { Analysis, type AnalysisQuery } from "../../profile/analysis/analysis.ts";
import type { AnalysisTree } from "../../profile/analysis/analysis-tree.ts";
import type { FrameKey } from "../../profile/analysis/frame-key.ts";
import type { InvertedCallTree } from "../../profile/analysis/inverted-tree.ts";
import { pruneTree } from "../../profile/analysis/prune-tree.ts";
import { NO_FILTER } from "../../profile/analysis/sample-filter.ts";
import { vanishedTree } from "../../profile/analysis/vanished-tree.ts";
import type { CallTree } from "../../profile/call-tree.ts";
import { JoinedValue } from "../../profile/diff/joined-profile.ts";
import type { PageComparison } from "../../profile/diff/page-comparison.ts";
import type { Profile, ValueType } from "../../profile/profile.ts";
import type { SampledLines } from "../../profile/sampled-lines.ts";
import { ComparisonSource } from "./diff/comparison-source.ts";
import type { SecondWeight } from "./frame-facts.ts";
import { type LostSamples, lostSamples } from "./lost-samples.ts";
import { PathMemory } from "./path-memory.ts";
import { withoutRoot } from "./re-root.ts";
import type { ViewState } from "./view-state.ts";

/** The tree that a view is about. */
export interface ShownTree {
  tree: CallTree;
  /** What it was made of: from the root down, with the rows below the least share. */
  base: AnalysisTree;
  /** Whether rows below others are their callers. */
  inverted: boolean;
  /** Row of `base` that shows the same; -1: none. */
  rowInBase(row: number): number;
  /** What the least share left out. */
  pruned: { rows: number; weight: number };
}

/** A function in all its samples. */
export interface WholeFunction {
  /** Its callees; the root is the function itself. */
  tree: CallTree;
  lines: SampledLines;
}

/** An inverted tree is drawn to this part of what is zoomed into: under a pixel of the widest screens. */
const INVERTED_PART = 1 / 4_000;
/** Where an address leads to callers that are narrower than that. */
const SOUGHT_PART = 1 / 400_000;
const SOUGHT_NODES = 1_000_000;

/** Where the page has its trees from: it asks for the tree of a state. The same objects while what they depend on stays. */
export class TreeSource {
  readonly profile: Profile;
  readonly analysis: Analysis;
  /** Only of a page that compares two profiles. */
  readonly comparison: ComparisonSource | undefined;
  /** What the recording lost; of two that are compared each lost its own, which their headline tells. */
  readonly lost: LostSamples | undefined;
  readonly paths = new PathMemory();
  readonly #pruned = new WeakMap<CallTree, { minWeight: number; shown: ShownTree }>();
  /** What has been drawn of the inverted tree of each tree. */
  readonly #inverted = new WeakMap<AnalysisTree, InvertedCallTree>();
  /** The answer given last: tooltip and panel ask for the same frame. */
  #lines: { tree: CallTree; row: number; lines: SampledLines } | undefined;
  /** As `#lines`, of `wholeFunction`. */
  #function: (WholeFunction & { base: CallTree; id: string }) | undefined;
  /** Time of one unit by sample type, where it is the same in all samples; else NaN. */
  readonly #timeOfOne = new Map<number, number>();
  readonly #vanished = new WeakMap<AnalysisTree, AnalysisTree>();

  /** `compared`: what `profile` joins the sides of. */
  constructor(profile: Profile, compared?: PageComparison) {
    this.profile = profile;
    this.analysis = new Analysis(profile);
    this.lost = compared ? undefined : lostSamples(profile);
    this.comparison = compared && new ComparisonSource(profile, compared, this.analysis);
  }

  /** What weights are told in. */
  type(state: ViewState): ValueType {
    if (this.comparison) return this.comparison.comparison.valueType;
    return this.profile.sampleTypes[this.valueIndex(state)] ?? { type: "samples", unit: "count" };
  }

  valueIndex({ valueIndex, side }: ViewState): number {
    if (this.comparison) return side === "after" ? JoinedValue.after : JoinedValue.before;
    return valueIndex < this.profile.sampleTypes.length ? valueIndex : 0;
  }

  /** The tree that the view of a state is about. */
  shown(state: ViewState): ShownTree {
    const made = this.analysis.tree(this.#query(state));
    const base = this.comparison && state.side === "vanished" ? this.#vanishedOf(made) : made;
    // What one side has not has no width there: it is in the other's graph, and not among what is too narrow.
    const least = Math.max(state.minShare * base.total[0], this.comparison ? Number.MIN_VALUE : 0);
    const whole: ShownTree =
      state.view === "inverted"
        ? {
            tree: this.#invertedTree(base, state),
            base,
            inverted: true,
            rowInBase: () => -1,
            pruned: { rows: 0, weight: 0 },
          }
        : { tree: base, base, inverted: false, rowInBase: (row) => row, pruned: { rows: 0, weight: 0 } };
    return least > 0 ? this.#withoutLight(whole, least) : whole;
  }

  #vanishedOf(tree: AnalysisTree): AnalysisTree {
    const made = this.#vanished.get(tree) ?? vanishedTree(tree);
    this.#vanished.set(tree, made);
    return made;
  }

  /** The tree before filters and transforms: what shares and ranks that must not change are taken of. */
  whole(state: ViewState): AnalysisTree {
    return this.analysis.tree({ ...this.#query(state), filter: NO_FILTER, transforms: [] });
  }

  /** Weight of a row of a tree (default: the shown one) in time, where the profile has times besides what is weighed by. */
  time(state: ViewState, shown: ShownTree, row: number, tree = shown.tree): SecondWeight | undefined {
    const { sampleTypes, samples } = this.profile;
    const from = this.valueIndex(state);
    const to = sampleTypes.findIndex((type, index) => index !== from && type.unit === "nanoseconds");
    const type = sampleTypes[to];
    if (type === undefined || sampleTypes[from]?.unit === "nanoseconds") return undefined;
    const ratio = this.#timeOfOne.get(from) ?? constantRatio(samples.values[from], samples.values[to]);
    this.#timeOfOne.set(from, ratio);
    if (!Number.isNaN(ratio)) return { type, self: tree.self[row] * ratio, total: tree.total[row] * ratio };
    const at = tree === shown.tree ? shown.rowInBase(row) : -1;
    if (at < 0) return undefined;
    const { self, total } = this.analysis.weights(shown.base, to);
    return { type, self: self[at], total: total[at] };
  }

  /** The source lines that the samples through a row were in. */
  lines(state: ViewState, { base, tree, inverted, rowInBase }: ShownTree, row: number): SampledLines {
    const at = inverted ? row : rowInBase(row);
    if (at < 0) return { lines: [], inlined: 0 };
    if (this.#lines?.tree !== tree || this.#lines.row !== row) {
      const value = this.valueIndex(state);
      const lines = inverted
        ? this.analysis.linesOfInverted(base, tree, row, value)
        : this.analysis.lines(base, at, value);
      this.#lines = { tree, row, lines };
    }
    return this.#lines.lines;
  }

  /** A function wherever it was called: its tree of callees, it as the root, and its lines. */
  wholeFunction(state: ViewState, { base }: ShownTree, key: FrameKey): WholeFunction | undefined {
    const id = JSON.stringify([key.name, key.module]);
    if (this.#function?.base !== base || this.#function.id !== id) {
      const tree = withoutRoot(this.analysis.callees(base, key, state.order));
      if (tree === undefined) return undefined;
      const lines = this.analysis.linesOfFunction(base, key, this.valueIndex(state));
      this.#function = { base, id, tree, lines };
    }
    return this.#function;
  }

  /** What `lines` goes through, in stacks and samples. */
  get linesCost(): number {
    return this.profile.stacks.length + this.profile.samples.length;
  }

  #query(state: ViewState): AnalysisQuery {
    const { filter, transforms, groupBy, order } = state;
    const valueIndex = this.valueIndex(state);
    return { filter, transforms, groupBy, order, valueIndex, compared: this.comparison && JoinedValue };
  }

  #withoutLight(whole: ShownTree, minWeight: number): ShownTree {
    const known = this.#pruned.get(whole.tree);
    if (known?.minWeight === minWeight) return known.shown;
    const { tree, rowOf, pruned } = pruneTree(whole.tree, minWeight);
    // Nothing is left out: nothing is to be told of it.
    if (pruned.weight === 0) pruned.rows = 0;
    const shown = { ...whole, tree, pruned, rowInBase: (row: number) => whole.rowInBase(rowOf[row]) };
    this.#pruned.set(whole.tree, { minWeight, shown });
    return shown;
  }

  /** As far as it can be seen in what is zoomed into. */
  #invertedTree(base: AnalysisTree, { zoom, order }: ViewState): InvertedCallTree {
    const inverted = this.analysis.inverted(base);
    const all = base.total[0];
    let tree = this.#inverted.get(base) ?? inverted.callTree({ minWeight: all * INVERTED_PART, order });
    let row = this.paths.rowOf(tree, zoom);
    if (row < 0) {
      tree = inverted.callTree({ minWeight: all * SOUGHT_PART, maxNodes: SOUGHT_NODES, order });
      row = Math.max(0, this.paths.rowOf(tree, zoom));
    }
    const minWeight = tree.total[row] * INVERTED_PART;
    if (hasUnexpanded(tree, row, minWeight)) {
      tree = inverted.callTree({ minWeight, top: tree.node[row], order });
    }
    this.#inverted.set(base, tree);
    return tree;
  }
}

function hasUnexpanded({ unexpanded, total, subtreeEnd }: InvertedCallTree, top: number, minWeight: number) {
  for (let row = top; row < subtreeEnd[top]; row++) {
    if (unexpanded[row] === 1 && total[row] >= minWeight) return true;
  }
  return false;
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
