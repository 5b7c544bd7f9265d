import { type Comparison, Verdict } from "./compare.ts";
import type { ProfileDiff } from "./diff.ts";
import { detectableWith } from "./intervals.ts";

/** What could have been seen of functions of one share. */
export interface Detectable {
  /** Of all, before. */
  share: number;
  /** Least change seen in four of five cases, in points of the whole (0.01 is one point). */
  points: number;
  /** The same as a part of the function's own share. */
  relative: number;
}

/**
 * The least change that could have been seen for functions that have `share` of all: with the samples of both sides,
 * the middle of the functions' dispersions and degrees of freedom, and as many functions looked at as were.
 */
export function detectableAt(diff: ProfileDiff, comparison: Comparison, share: number): Detectable {
  const dispersion = middle(comparison, comparison.dispersion, 1);
  const freedom = middle(comparison, comparison.freedom, Number.POSITIVE_INFINITY);
  const spread = share * (1 - share);
  const variance = [diff.before, diff.after].reduce((sum, side) => {
    const sampling = (dispersion * spread) / side.samples;
    return sum + sampling + (side.runs < 2 ? (diff.betweenRuns * spread) ** 2 : 0);
  }, 0);
  const points = detectableWith(comparison, Math.sqrt(variance), freedom);
  return { share, points, relative: points / share };
}

/** The median of a column over the rows that were tested. */
function middle({ verdict }: Comparison, column: Float64Array, otherwise: number): number {
  const tested = column.filter((_, row) => verdict[row] >= Verdict.notSignificant).sort();
  return tested.length === 0 ? otherwise : tested[tested.length >> 1];
}
