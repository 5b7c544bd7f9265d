import { ProfileFormatError } from "../format-error.ts";
import { kindCode } from "../frames.ts";
import type { ValueType } from "../profile.ts";
import { alignPaths, type SideTotals } from "./align-paths.ts";
import { type ComparedSide, type Comparison, compareSides, testableRows } from "./compare.ts";
import { type FunctionKeys, type KeyTable, keyLocations, type MatchOptions } from "./function-keys.ts";
import type { ComparedSamples } from "./joined-samples.ts";
import { growJointTree, type JointTree } from "./joint-tree.ts";
import { chooseMeasure, type NamedProfile } from "./measure.ts";
import { type Column, type SideInput, type SideSums, spreadSide, sumSide } from "./measure-side.ts";
import { chainPaths, chainsOf } from "./path-chains.ts";
import { orderPaths, type PathTree, sumUp } from "./path-tree.ts";
import { cutIntoBatches, type Normalization, type Run } from "./side.ts";

export interface DiffOptions extends MatchOptions {
  /** Default: by total. */
  normalization?: Normalization;
  /** Wanted share of false ones among what is called significant; default 0.05. */
  fdr?: number;
  /** Sample type to compare, as `cpu` or `cpu/nanoseconds`; default the last that all have. */
  valueType?: string;
  /** Relative standard deviation between runs where there are no replicates; default `BETWEEN_RUNS`. */
  betweenRuns?: number;
}

/**
 * What runs of an unchanged program differ by beyond what their slices tell, as a part of a function's share. Measured
 * (see `docs/diff.md`); recordings of several runs replace it by what they show.
 */
export const BETWEEN_RUNS = 0.01;
export const DEFAULT_FDR = 0.05;

/** Facts of one side. */
export interface SideFacts {
  names: string[];
  /** Samples and weight of all runs. */
  samples: number;
  weight: number;
  /** Seconds recorded; NaN when unknown. */
  seconds: number;
  /** Batches of the run with the fewest; 0 where significance rests on independent samples. */
  batches: number;
  runs: number;
}

/** Two profiles compared; rows of the comparisons are rows of `keys` or of `paths`. */
export interface ProfileDiff {
  valueType: ValueType;
  normalization: Normalization;
  fdr: number;
  betweenRuns: number;
  before: SideFacts;
  after: SideFacts;
  keys: FunctionKeys;
  functionTotal: Comparison;
  functionSelf: Comparison;
  paths: PathTree;
  pathTotal: Comparison;
  pathSelf: Comparison;
  /** The samples of the recordings of each side. */
  samples: { before: ComparedSamples[]; after: ComparedSamples[] };
}

/**
 * Compares two sides of one or several recordings each. Throws `ProfileFormatError` when they cannot be compared, in
 * one sentence.
 */
export function diffProfiles(
  before: readonly NamedProfile[],
  after: readonly NamedProfile[],
  options: DiffOptions = {},
): ProfileDiff {
  const normalization = options.normalization ?? { kind: "total" };
  const fdr = options.fdr ?? DEFAULT_FDR;
  const betweenRuns = options.betweenRuns ?? BETWEEN_RUNS;
  const named = [...before, ...after];
  const profiles = named.map(({ profile }) => profile);
  const measure = chooseMeasure(named, options.valueType);
  const keyed = keyLocations(profiles.slice(0, before.length), profiles.slice(before.length), options);
  const { keys } = keyed;
  const joint = growJointTree(profiles, [...keyed.before, ...keyed.after], keys);
  const runs = profiles.map((profile, index) => cutIntoBatches(profile, measure, index));
  if (normalization.kind === "time") refuseUnknownTime(named, runs);

  const totals: SideTotals = {
    before: totalsOf(joint, runs, 0, before.length),
    after: totalsOf(joint, runs, before.length, runs.length),
  };
  const paths = orderPaths(joint, totals, alignPaths(joint, totals));
  const frameKey = normalization.kind === "frame" ? findFrame(keys, normalization.name) : -1;
  const input = (which: "before" | "after", from: number, end: number): SideInput => ({
    runs: runs.slice(from, end),
    rowOfSample: paths.rowOfSample.slice(from, end),
    paths,
    which,
    keyCount: keys.length,
    normalization,
    frameKey,
  });
  const inputs = {
    before: input("before", 0, before.length),
    after: input("after", before.length, runs.length),
  };
  const sums = { before: sumSide(inputs.before), after: sumSide(inputs.after) };
  if (normalization.kind === "frame") refuseAbsentFrame(sums, frameKey, normalization.name);

  const firstFunction = kindCode("kernel");
  const isFunction = (key: number) => keys.kind[key] >= firstFunction;
  const isFunctionPath = (row: number) => isFunction(paths.key[row]);
  const rowsOf = (column: Column) =>
    testableRows(
      { ...sums.before, sum: sums.before[column] },
      { ...sums.after, sum: sums.after[column] },
      fdr,
      column === "pathTotal" || column === "pathSelf" ? isFunctionPath : isFunction,
    );
  const rows = {
    functionTotal: rowsOf("functionTotal"),
    functionSelf: rowsOf("functionSelf"),
    pathTotal: rowsOf("pathTotal"),
    pathSelf: rowsOf("pathSelf"),
  };
  const chains = chainPaths(paths, [sums.before.pathTotal, sums.after.pathTotal]);
  const pathTotal = chainsOf(chains, rows.pathTotal);
  const pathSelf = chainsOf(chains, rows.pathSelf);
  const measured = { ...rows, pathTotal: pathTotal.chains, pathSelf: pathSelf.chains };
  const spreads = {
    before: spreadSide(inputs.before, sums.before, chains, measured),
    after: spreadSide(inputs.after, sums.after, chains, measured),
  };
  const families = {
    functionTotal: undefined,
    functionSelf: undefined,
    pathTotal: { rows: rows.pathTotal, place: pathTotal.place },
    pathSelf: { rows: rows.pathSelf, place: pathSelf.place },
  };
  const compared = (column: Column) => {
    const side = (which: "before" | "after"): ComparedSide => ({
      sum: sums[which][column],
      exposure: sums[which].exposure,
      whole: sums[which].whole,
      unit: sums[which].unit,
      runs: inputs[which].runs.length,
      spread: spreads[which][column],
    });
    const isCompared = column === "pathTotal" || column === "pathSelf" ? isFunctionPath : isFunction;
    const family = families[column];
    return compareSides(side("before"), side("after"), {
      normalization,
      fdr,
      betweenRuns,
      isCompared,
      ...(family && { family }),
    });
  };
  const samples = runs.map(({ profile, values }, index) => ({
    profile,
    values,
    rowOfSample: paths.rowOfSample[index],
  }));
  return {
    valueType: measure.valueType,
    normalization,
    fdr,
    betweenRuns,
    before: factsOf(before, runs.slice(0, before.length)),
    after: factsOf(after, runs.slice(before.length)),
    keys,
    functionTotal: compared("functionTotal"),
    functionSelf: compared("functionSelf"),
    paths,
    pathTotal: compared("pathTotal"),
    pathSelf: compared("pathSelf"),
    samples: { before: samples.slice(0, before.length), after: samples.slice(before.length) },
  };
}

/** Weights of all nodes and what is below them, of the profiles from `from` to `end - 1`. */
function totalsOf(joint: JointTree, runs: readonly Run[], from: number, end: number): Float64Array {
  const totals = new Float64Array(joint.length);
  for (let index = from; index < end; index++) {
    const { values } = runs[index];
    const nodes = joint.nodeOfSample[index];
    for (let sample = 0; sample < values.length; sample++) totals[nodes[sample]] += values[sample];
  }
  sumUp(joint.parent, totals);
  return totals;
}

function factsOf(named: readonly NamedProfile[], runs: readonly Run[]): SideFacts {
  const sumOver = (of: (run: Run) => number) => runs.reduce((sum, run) => sum + of(run), 0);
  const weight = (run: Run) => run.values.reduce((sum, value) => sum + value, 0);
  return {
    names: named.map(({ name }) => name),
    samples: sumOver((run) => weight(run) / run.unit),
    weight: sumOver(weight),
    seconds: sumOver((run) => run.seconds),
    batches: Math.min(...runs.map((run) => run.batchCount)),
    runs: runs.length,
  };
}

function refuseUnknownTime(named: readonly NamedProfile[], runs: readonly Run[]): void {
  const index = runs.findIndex((run) => !(run.seconds > 0));
  if (index < 0) return;
  throw new ProfileFormatError(`${named[index].name} does not tell how long it was recorded.`);
}

/** The function of a name; the first in order of the after side where several files have one. */
function findFrame(keys: KeyTable, name: string): number {
  const key = keys.name.findIndex((text, row) => text === name && keys.kind[row] >= kindCode("kernel"));
  if (key < 0) throw new ProfileFormatError(`There is no function ${name} to divide by.`);
  return key;
}

function refuseAbsentFrame(
  sums: { before: SideSums; after: SideSums },
  frameKey: number,
  name: string,
): void {
  for (const which of ["before", "after"] as const) {
    if (sums[which].functionTotal[frameKey] > 0) continue;
    throw new ProfileFormatError(`${name} has no samples ${which}, so there is nothing to divide by.`);
  }
}
