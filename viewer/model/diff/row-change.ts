import { Inserted } from "../../../profile/diff/align-paths.ts";
import { Verdict } from "../../../profile/diff/compare.ts";
import type { PageComparison, Tested } from "../../../profile/diff/page-comparison.ts";

/** What became of a frame or a function from one side to the other. */
export interface RowChange {
  /** Values: shares, or what else was compared. */
  before: number;
  after: number;
  beforeWeight: number;
  afterWeight: number;
  verdict: ChangeVerdict;
  /** Half of the interval's width, in the unit of the values; NaN of what was not tested. */
  half: number;
  /** Adjusted p-value; NaN of what was not tested. */
  adjusted: number;
  /** Only put between others on one side: what it calls was there before. */
  inserted: "before" | "after" | undefined;
}

/**
 * `group`: no code, nothing to compare. `context`: only leads to what is shown, in a graph of what vanished. `untested`: stands for other samples than any that were tested. `tooFew`: no
 * difference could have been significant. `chance`: may be chance. `carried`: significant, but it moved only as all
 * others did. `significant`: a change of its own.
 */
export type ChangeVerdict =
  | "group"
  | "context"
  | "untested"
  | "tooFew"
  | "chance"
  | "carried"
  | "significant";

export interface SideWeights {
  before: number;
  after: number;
}

/** The change of what has these weights, by the row of `tested` that stands for the same samples; undefined: none does. */
export function changeOf(
  { exposure, factor, inserted }: PageComparison,
  { before, after }: SideWeights,
  tested: { columns: Tested; row: number; path: boolean } | undefined,
): RowChange {
  const change: RowChange = {
    before: before / exposure.before,
    after: after / exposure.after,
    beforeWeight: before,
    afterWeight: after,
    verdict: "untested",
    half: Number.NaN,
    adjusted: Number.NaN,
    inserted: undefined,
  };
  if (tested === undefined) return change;
  const { columns, row, path } = tested;
  change.half = columns.half[row];
  change.adjusted = columns.adjusted[row];
  change.verdict = verdictOf(columns.verdict[row], change, factor);
  if (path && inserted[row] !== Inserted.no) {
    change.inserted = inserted[row] === Inserted.after ? "after" : "before";
  }
  return change;
}

function verdictOf(code: number, change: RowChange, factor: number): ChangeVerdict {
  switch (code) {
    case Verdict.tooFew:
      return "tooFew";
    case Verdict.notSignificant:
      return "chance";
    case Verdict.significant:
      return factor !== 1 && Math.abs(change.after - factor * change.before) <= change.half
        ? "carried"
        : "significant";
    default:
      return "untested";
  }
}

/** The difference as a part of all that was recorded, on the side that has more: what the least change is compared with. */
export function partOfAll({ before, after }: RowChange, whole: { before: number; after: number }): number {
  const all = Math.max(whole.before, whole.after);
  return all > 0 ? Math.abs(after - before) / all : 0;
}
