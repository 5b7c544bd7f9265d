import { benjaminiHochberg } from "./false-discovery.ts";
import { RowTester } from "./row-tester.ts";
import type { Normalization } from "./side.ts";
import type { Spread } from "./spread.ts";

/** Sums of one side, by row, and what they are parts of. */
export interface SideOfRows {
  sum: Float64Array;
  /** What the sums are divided by. */
  exposure: number;
  /** All that was recorded, in the unit of the values. */
  whole: number;
  /** Weight of one sample. */
  unit: number;
}

export interface ComparedSide extends SideOfRows {
  /** Number of recordings. */
  runs: number;
  /** How the testable rows vary; the same rows on both sides. */
  spread: Spread;
}

export const Verdict = {
  /** Not among what is compared: the root, a process. */
  none: 0,
  /** So few samples that no split of them between the sides would be significant. */
  tooFew: 1,
  /** Nothing beyond what chance does. */
  notSignificant: 2,
  significant: 3,
} as const;

/** Columns with a row a function or a path. Values are normalised: shares, CPUs, … (see `Normalization`). */
export interface Comparison {
  length: number;
  before: Float64Array;
  after: Float64Array;
  /** Weights as recorded, in the unit of the sample type. */
  beforeWeight: Float64Array;
  afterWeight: Float64Array;
  /** Variance of `before` and `after` by themselves. */
  beforeVariance: Float64Array;
  afterVariance: Float64Array;
  /** Standard error of `after - before` if nothing had changed. */
  error: Float64Array;
  /** Degrees of freedom of both variances together. */
  freedom: Float64Array;
  /** Variance of a sample count in units of a binomial one: 1 where samples do not depend on each other. */
  dispersion: Float64Array;
  /** Chance of so great a difference, or a greater one, of two recordings of the same program. */
  pValue: Float64Array;
  /** The same, adjusted for how many are looked at (Benjamini and Hochberg). 1 outside of the family. */
  adjusted: Float64Array;
  /** `Verdict`. */
  verdict: Uint8Array;
  /** Rows tested, and how many are significant. */
  familySize: number;
  discoveries: number;
  /** p-value up to which a row is significant. */
  threshold: number;
}

export interface CompareOptions {
  normalization: Normalization;
  /** Wanted share of false ones among the significant, e.g. 0.05. */
  fdr: number;
  /** Relative standard deviation between runs that is allowed for where a side has one run only. */
  betweenRuns: number;
  /** Rows that are functions, or paths to them. */
  isCompared: (row: number) => boolean;
  /** Rows to test, and which place of the spreads holds for each; without it the rows of the spreads, each for itself. */
  family?: { rows: Int32Array; place: Int32Array };
}

/**
 * The rows of which some split of their samples between the sides could be significant at all (Tarone 1990). It depends
 * on the sum of a row only, which says nothing of a difference, so leaving the others out is fair.
 */
export function testableRows(
  before: SideOfRows,
  after: SideOfRows,
  fdr: number,
  isCompared: (row: number) => boolean,
): Int32Array {
  const drawsBefore = before.exposure / before.unit;
  const chance = drawsBefore / (drawsBefore + after.exposure / after.unit);
  const least = Math.log(fdr / 2) / Math.log(Math.min(chance, 1 - chance));
  const rows: number[] = [];
  for (let row = 0; row < before.sum.length; row++) {
    const samples = before.sum[row] / before.unit + after.sum[row] / after.unit;
    if (samples >= least && isCompared(row)) rows.push(row);
  }
  return Int32Array.from(rows);
}

/** Compares the sides row by row; see `docs/diff.md` for the method. */
export function compareSides(before: ComparedSide, after: ComparedSide, options: CompareOptions): Comparison {
  const { length } = before.sum;
  const column = () => new Float64Array(length);
  const result: Comparison = {
    length,
    before: column(),
    after: column(),
    beforeWeight: before.sum,
    afterWeight: after.sum,
    beforeVariance: column(),
    afterVariance: column(),
    error: column(),
    freedom: column().fill(Number.POSITIVE_INFINITY),
    dispersion: column().fill(1),
    pValue: column().fill(1),
    adjusted: column().fill(1),
    verdict: new Uint8Array(length),
    familySize: 0,
    discoveries: 0,
    threshold: options.fdr,
  };
  for (let row = 0; row < length; row++) {
    const [x, y] = [before.sum[row], after.sum[row]];
    result.before[row] = x / before.exposure;
    result.after[row] = y / after.exposure;
    if ((x > 0 || y > 0) && options.isCompared(row)) result.verdict[row] = Verdict.tooFew;
  }
  const places = before.spread.rows.length;
  const rows = options.family?.rows ?? before.spread.rows;
  const place = options.family?.place ?? Int32Array.from({ length: places }, (_, at) => at);
  const rowsOfPlace = new Int32Array(places);
  for (let at = 0; at < place.length; at++) rowsOfPlace[place[at]]++;
  const tester = new RowTester(before, after, options, rowsOfPlace);
  const tests = Array.from({ length: places }, (_, at) => tester.test(at));
  const pValues = Float64Array.from(tests, ({ pValue }) => pValue);
  const found = benjaminiHochberg(pValues, options.fdr, rowsOfPlace);
  result.familySize = rows.length;
  result.discoveries = found.count;
  result.threshold = found.threshold;
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at];
    const test = tests[place[at]];
    const adjusted = found.adjusted[place[at]];
    result.beforeVariance[row] = test.beforeVariance;
    result.afterVariance[row] = test.afterVariance;
    result.error[row] = test.error;
    result.freedom[row] = test.freedom;
    result.dispersion[row] = test.dispersion;
    result.pValue[row] = test.pValue;
    result.adjusted[row] = adjusted;
    result.verdict[row] = adjusted <= options.fdr ? Verdict.significant : Verdict.notSignificant;
  }
  return result;
}
