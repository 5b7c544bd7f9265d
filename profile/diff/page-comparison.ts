import type { ValueType } from "../profile.ts";
import type { Scale } from "./change-text.ts";
import type { Changes } from "./changes.ts";
import { type Comparison, Verdict } from "./compare.ts";
import type { ProfileDiff } from "./diff.ts";
import { tailsOf } from "./intervals.ts";
import { joinedRows } from "./joined-profile.ts";
import { studentQuantile } from "./special-functions.ts";
import { scaleOf } from "./words.ts";

/** What a comparison comes to, for who shows it beside its `joinedProfile` and cannot compute it: the slices are gone. */
export interface PageComparison {
  scale: Scale;
  valueType: ValueType;
  /** Part of what is called significant that may be false. */
  fdr: number;
  /** What weights are divided by to be values; see `Normalization`. */
  exposure: { before: number; after: number };
  /** Factor by which what did not change moved; 1 where nothing is carried. */
  factor: number;
  words: ComparisonWords;
  /** A row a function: location of the joined profile. */
  functionTotal: TestedSums;
  functionSelf: TestedSums;
  /** A row a path: stack of the joined profile. */
  pathTotal: Tested;
  pathSelf: Tested;
  /** `Inserted` of each path. */
  inserted: Uint8Array;
}

/** What is said of the whole, in sentences. */
export interface ComparisonWords {
  /** What the sides are called, shortly. */
  title: { before: string; after: string };
  /** Files, runs, samples and times. */
  before: string;
  after: string;
  /** What is compared: the normalisation. */
  how: string;
  headline: string;
  /** Path that the headline is about; -1: none. */
  headlinePath: number;
  /** How many functions differ, how sure that is, what could not have been seen, and what else limits it. */
  notes: string[];
  /** The notes that are warnings. */
  cautions: string[];
}

/** What tests say of rows. */
export interface Tested {
  /** `Verdict`. */
  verdict: Uint8Array;
  /** Half of the width of the interval of `after - before`, in the unit of the values; NaN of what was not tested. */
  half: Float64Array;
  /** p-value, adjusted for how many were looked at; NaN of what was not tested. */
  adjusted: Float64Array;
}

export interface TestedSums extends Tested {
  /** Weights as recorded. */
  before: Float64Array;
  after: Float64Array;
}

/** The results of a comparison, row for row of its `joinedProfile`. */
export function pageComparison(diff: ProfileDiff, changes: Changes, words: ComparisonWords): PageComparison {
  const stacks = joinedRows(diff);
  const functions = Int32Array.from({ length: diff.keys.length }, (_, key) => key);
  const sums = (comparison: Comparison): TestedSums => ({
    ...testedOf(comparison, functions, (freedom) => freedom),
    before: comparison.beforeWeight.slice(0, functions.length),
    after: comparison.afterWeight.slice(0, functions.length),
  });
  const { pathTotal } = diff;
  return {
    scale: scaleOf(diff),
    valueType: diff.valueType,
    fdr: diff.fdr,
    exposure: {
      before: pathTotal.beforeWeight[0] / pathTotal.before[0],
      after: pathTotal.afterWeight[0] / pathTotal.after[0],
    },
    factor: changes.factor,
    words: { ...words, headlinePath: words.headlinePath < 0 ? -1 : stacks.indexOf(words.headlinePath) },
    functionTotal: sums(diff.functionTotal),
    functionSelf: sums(diff.functionSelf),
    pathTotal: testedOf(diff.pathTotal, stacks, rounded),
    pathSelf: testedOf(diff.pathSelf, stacks, rounded),
    inserted: Uint8Array.from(stacks, (row) => diff.paths.inserted[row]),
  };
}

/**
 * Degrees of freedom in steps of 1/256 octave, so that of a million paths few quantiles have to be found, which takes
 * long: it moves an interval by less than 0.05%.
 */
function rounded(freedom: number): number {
  return Number.isFinite(freedom) ? 2 ** (Math.round(256 * Math.log2(freedom)) / 256) : freedom;
}

function testedOf(comparison: Comparison, rows: Int32Array, nearby: (freedom: number) => number): Tested {
  // By degrees of freedom, for each of the two sizes of tails that a comparison has.
  const quantiles = new Map<number, Map<number, number>>();
  const quantile = (tails: number, freedom: number) => {
    const known = quantiles.get(tails) ?? new Map<number, number>();
    quantiles.set(tails, known);
    const found = known.get(freedom) ?? studentQuantile(tails, freedom);
    known.set(freedom, found);
    return found;
  };
  const half = new Float64Array(rows.length).fill(Number.NaN);
  const adjusted = new Float64Array(rows.length).fill(Number.NaN);
  const verdict = new Uint8Array(rows.length);
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at];
    verdict[at] = comparison.verdict[row];
    if (verdict[at] < Verdict.notSignificant) continue;
    half[at] = quantile(tailsOf(comparison, row), nearby(comparison.freedom[row])) * comparison.error[row];
    adjusted[at] = comparison.adjusted[row];
  }
  return { verdict, half, adjusted };
}
