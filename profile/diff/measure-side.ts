import type { PathTree } from "./path-tree.ts";
import type { Normalization, Run } from "./side.ts";
import { Spread } from "./spread.ts";

/** What is summed: a row a function, or a row a path. */
export const COLUMNS = ["functionTotal", "functionSelf", "pathTotal", "pathSelf"] as const;
export type Column = (typeof COLUMNS)[number];

/** One side's runs over a tree of paths. */
export interface SideInput {
  runs: readonly Run[];
  /** Rows of `paths` where the samples of each run end. */
  rowOfSample: readonly Int32Array[];
  paths: PathTree;
  which: "before" | "after";
  keyCount: number;
  normalization: Normalization;
  /** The function to normalise by, with `kind: "frame"`; else -1. */
  frameKey: number;
}

export interface SideSums extends Record<Column, Float64Array> {
  /** The same of each run, and what it is divided by. */
  byRun: (Record<Column, Float64Array> & { exposure: number })[];
  /** What the sums are divided by. */
  exposure: number;
  /** All that was recorded, in the unit of the values. */
  whole: number;
  /** Weight of one sample. */
  unit: number;
}

/** Sums the runs of a side over paths and functions. */
export function sumSide(input: SideInput): SideSums {
  const byRun = input.runs.map((run, index) => {
    const batch = new BatchSums(input);
    batch.add(run, input.rowOfSample[index], 0, run.order.length);
    const { functionTotal, functionSelf, pathTotal, pathSelf } = batch;
    const exposure = input.normalization.kind === "none" ? 1 : exposureOf(input, run, batch, run.seconds);
    return { functionTotal, functionSelf, pathTotal, pathSelf, exposure };
  });
  const add = (column: Column) => {
    const sums = byRun[0][column].slice();
    for (const run of byRun.slice(1))
      for (let row = 0; row < sums.length; row++) sums[row] += run[column][row];
    return sums;
  };
  const whole = byRun.reduce((sum, { pathTotal }) => sum + pathTotal[0], 0);
  const samples = byRun.reduce((sum, { pathTotal }, index) => sum + pathTotal[0] / input.runs[index].unit, 0);
  return {
    functionTotal: add("functionTotal"),
    functionSelf: add("functionSelf"),
    pathTotal: add("pathTotal"),
    pathSelf: add("pathSelf"),
    byRun,
    exposure: byRun.reduce((sum, { exposure }) => sum + exposure, 0),
    whole,
    unit: whole / samples,
  };
}

/**
 * How the sums of some rows vary from batch to batch and from run to run. Time grows with paths × batches, memory with
 * rows.
 */
export function spreadSide(
  input: SideInput,
  sums: SideSums,
  rows: Record<Column, Int32Array>,
): Record<Column, Spread> {
  const spreads = {
    functionTotal: new Spread(rows.functionTotal),
    functionSelf: new Spread(rows.functionSelf),
    pathTotal: new Spread(rows.pathTotal),
    pathSelf: new Spread(rows.pathSelf),
  };
  // Variances of some runs only would be too small for all.
  const hasBatches = input.runs.every((run) => run.batchCount > 0);
  const batch = new BatchSums(input);
  for (const [index, run] of input.runs.entries()) {
    const batches = hasBatches ? run.batchCount : 0;
    const whole = sums.byRun[index];
    for (const column of COLUMNS) spreads[column].beginRun(whole[column], whole.exposure, batches);
    for (let at = 0; at < batches; at++) {
      batch.clear();
      batch.add(run, input.rowOfSample[index], run.start[at], run.start[at + 1]);
      const exposure = exposureOf(input, run, batch, run.batchSeconds[at]);
      for (const column of ["functionTotal", "functionSelf"] as const) {
        spreads[column].addBatch(at, batch[column], exposure);
      }
      for (const column of ["pathTotal", "pathSelf"] as const) {
        spreads[column].addBatch(at, batch[column], exposure, batch.touchedPaths);
      }
    }
    for (const column of COLUMNS) spreads[column].endRun();
  }
  return spreads;
}

/** What the sums of a batch (or of a run) are divided by. */
function exposureOf(
  { normalization, frameKey }: SideInput,
  run: Run,
  batch: BatchSums,
  seconds: number,
): number {
  switch (normalization.kind) {
    case "total":
      return batch.pathTotal[0];
    case "frame":
      return batch.functionTotal[frameKey];
    case "time":
      return seconds;
    case "none":
      // Of each run the same, spread evenly over its time.
      return Number.isNaN(run.seconds) ? 1 / Math.max(1, run.batchCount) : seconds / run.seconds;
  }
}

/** Sums of some of a run's samples by path and by function. Only paths that the samples lie on are gone through. */
class BatchSums implements Record<Column, Float64Array> {
  readonly pathTotal: Float64Array;
  readonly pathSelf: Float64Array;
  readonly functionTotal: Float64Array;
  readonly functionSelf: Float64Array;
  /** The paths that the samples lie on, in any order. */
  touchedPaths: Int32Array = new Int32Array(0);
  readonly #paths: PathTree;
  readonly #outermost: Uint8Array;
  readonly #touched: Int32Array;
  /** A bit a path. */
  readonly #isTouched: Int32Array;

  constructor({ paths, which, keyCount }: SideInput) {
    this.#paths = paths;
    this.#outermost = paths.outermost[which];
    this.pathTotal = new Float64Array(paths.length);
    this.pathSelf = new Float64Array(paths.length);
    this.functionTotal = new Float64Array(keyCount);
    this.functionSelf = new Float64Array(keyCount);
    this.#touched = new Int32Array(paths.length);
    this.#isTouched = new Int32Array((paths.length >> 5) + 1);
  }

  clear(): void {
    for (const row of this.touchedPaths) {
      this.pathSelf[row] = 0;
      this.pathTotal[row] = 0;
    }
    this.functionTotal.fill(0);
    this.functionSelf.fill(0);
  }

  /** Sums the samples `run.order[from … end - 1]`, after `clear`. */
  add(run: Run, rowOfSample: Int32Array, from: number, end: number): void {
    const { pathSelf, pathTotal, functionSelf, functionTotal } = this;
    const { key, parent } = this.#paths;
    const outermost = this.#outermost;
    for (let at = from; at < end; at++) {
      const sample = run.order[at];
      pathSelf[rowOfSample[sample]] += run.values[sample];
      this.#touch(rowOfSample[sample]);
    }
    this.touchedPaths = this.#takeTouched();
    // Callees come behind their callers: from the end on, each row is complete when it is met.
    for (const row of this.touchedPaths) {
      const self = pathSelf[row];
      const total = pathTotal[row] + self;
      pathTotal[row] = total;
      if (row > 0) pathTotal[parent[row]] += total;
      functionSelf[key[row]] += self;
      if (outermost[row] === 1) functionTotal[key[row]] += total;
    }
  }

  /** Marks a path and its callers. */
  #touch(path: number): void {
    const { parent } = this.#paths;
    for (let row = path; row >= 0; row = parent[row]) {
      const bit = 1 << (row & 31);
      if ((this.#isTouched[row >> 5] & bit) !== 0) return;
      this.#isTouched[row >> 5] |= bit;
    }
  }

  /** The marked paths, the last first; marks are gone after it. */
  #takeTouched(): Int32Array {
    let count = 0;
    for (let word = this.#isTouched.length - 1; word >= 0; word--) {
      let bits = this.#isTouched[word];
      while (bits !== 0) {
        const highest = 31 - Math.clz32(bits);
        this.#touched[count++] = word * 32 + highest;
        bits &= ~(1 << highest);
      }
      this.#isTouched[word] = 0;
    }
    return this.#touched.subarray(0, count);
  }
}
