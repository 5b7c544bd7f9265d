import type { Comparison } from "./compare.ts";
import { clopperPearson, type Interval } from "./exact-tests.ts";
import { studentQuantile } from "./special-functions.ts";

/** The usual share of intervals that miss, where nothing was chosen from many. */
const USUAL_TAILS = 0.05;
/** How surely a change is to be found that is called detectable. */
const POWER = 0.8;

/**
 * The part of intervals that miss. Of rows that were chosen for being significant, intervals are as much wider as the
 * choice demands (Benjamini and Yekutieli 2005): so the part of these that miss is at most `fdr` too.
 */
export function tailsOf(comparison: Comparison, row: number): number {
  return comparison.pValue[row] <= comparison.threshold && comparison.discoveries > 0
    ? Math.min(USUAL_TAILS, comparison.threshold)
    : USUAL_TAILS;
}

/** Interval of `after - before`, in the unit of the values. */
export function differenceInterval(comparison: Comparison, row: number): Interval {
  const difference = comparison.after[row] - comparison.before[row];
  const half = studentQuantile(tailsOf(comparison, row), comparison.freedom[row]) * comparison.error[row];
  return { low: difference - half, high: difference + half };
}

/**
 * Interval of `after / before`: normal in the logarithm, with the variances at their own values. Where one side has
 * nothing, its Clopper-Pearson bound stands for it, and the interval is open on that side (0 or infinity).
 */
export function ratioInterval(comparison: Comparison, row: number): Interval {
  const { before, after, beforeVariance, afterVariance, freedom } = comparison;
  const [p, q] = [before[row], after[row]];
  const tails = tailsOf(comparison, row);
  if (p > 0 && q > 0) {
    const error = Math.sqrt(beforeVariance[row] / p ** 2 + afterVariance[row] / q ** 2);
    const half = studentQuantile(tails, freedom[row]) * error;
    return { low: (q / p) * Math.exp(-half), high: (q / p) * Math.exp(half) };
  }
  if (p === 0 && q === 0) return { low: 0, high: Number.POSITIVE_INFINITY };
  const present = p > 0 ? p : q;
  const presentVariance = p > 0 ? beforeVariance[row] : afterVariance[row];
  const low = bounds(present, presentVariance, tails).low;
  // What is not there does not vary: its draws are told by the error that both sides share.
  const high = bounds(0, Math.max(presentVariance, comparison.error[row] ** 2 / 2), tails, present).high;
  return p > 0 ? { low: 0, high: high / low } : { low: low / high, high: Number.POSITIVE_INFINITY };
}

/** Clopper and Pearson's bounds of a share whose variance is that of so many independent draws at share `at`. */
function bounds(share: number, variance: number, tails: number, at = share): Interval {
  const draws = (at * Math.max(1e-12, 1 - Math.min(1, at))) / variance;
  const interval = clopperPearson(Math.min(share, 1) * draws, draws, tails);
  return { low: interval.low, high: interval.high };
}

/**
 * The least change that would have been found significant in four of five cases, given the row's share and spread and
 * how many rows are looked at; in the unit of the values.
 */
export function detectableChange(comparison: Comparison, row: number): number {
  return detectableWith(comparison, comparison.error[row], comparison.freedom[row]);
}

/** The same for any standard error of a difference. */
export function detectableWith(comparison: Comparison, error: number, freedom: number): number {
  const level = studentQuantile(comparison.threshold, freedom);
  const power = studentQuantile(2 * (1 - POWER), freedom);
  return (level + power) * error;
}
