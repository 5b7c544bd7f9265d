import type { PathChains } from "./path-chains.ts";
import { type PathTree, sumUp } from "./path-tree.ts";
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
  const { paths, keyCount, which } = input;
  const byRun = input.runs.map((run, index) => {
    const pathSelf = new Float64Array(paths.length);
    const rows = input.rowOfSample[index];
    for (let sample = 0; sample < rows.length; sample++) pathSelf[rows[sample]] += run.values[sample];
    const pathTotal = pathSelf.slice();
    sumUp(paths.parent, pathTotal);
    const functionTotal = new Float64Array(keyCount);
    const functionSelf = new Float64Array(keyCount);
    const outermost = paths.outermost[which];
    for (let row = paths.length - 1; row >= 0; row--) {
      functionSelf[paths.key[row]] += pathSelf[row];
      if (outermost[row] === 1) functionTotal[paths.key[row]] += pathTotal[row];
    }
    const sums = { functionTotal, functionSelf, pathTotal, pathSelf };
    const whole = pathTotal[0];
    const exposure =
      input.normalization.kind === "none" ? 1 : exposureOf(input, run, whole, functionTotal, run.seconds);
    return { ...sums, exposure };
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
 * How the sums of some rows vary from batch to batch and from run to run; of paths it is chains that are looked at, in
 * the place of rows. Time grows with chains × batches, memory with chains.
 */
export function spreadSide(
  input: SideInput,
  sums: SideSums,
  chains: PathChains,
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
  const batch = new BatchSums(input, chains);
  for (const [index, run] of input.runs.entries()) {
    const batches = hasBatches ? run.batchCount : 0;
    const whole = sums.byRun[index];
    const ofRun = {
      functionTotal: whole.functionTotal,
      functionSelf: whole.functionSelf,
      pathTotal: Float64Array.from(chains.parent, (_, chain) => whole.pathTotal[chains.start[chain]]),
      pathSelf: Float64Array.from(chains.parent, (_, chain) => whole.pathSelf[chains.start[chain + 1] - 1]),
    };
    for (const column of COLUMNS) spreads[column].beginRun(ofRun[column], whole.exposure, batches);
    for (let at = 0; at < batches; at++) {
      batch.clear();
      batch.add(run, input.rowOfSample[index], run.start[at], run.start[at + 1]);
      const exposure = exposureOf(input, run, batch.chainTotal[0], batch.functionTotal, run.batchSeconds[at]);
      for (const column of ["functionTotal", "functionSelf"] as const) {
        spreads[column].addBatch(at, batch[column], exposure);
      }
      spreads.pathTotal.addBatch(at, batch.chainTotal, exposure, batch.touched);
      spreads.pathSelf.addBatch(at, batch.chainSelf, exposure, batch.touched);
    }
    for (const column of COLUMNS) spreads[column].endRun();
  }
  return spreads;
}

/** What the sums of a batch (or of a run) are divided by. */
function exposureOf(
  { normalization, frameKey }: SideInput,
  run: Run,
  /** Weight of all of the batch (or the run), and of each function. */
  whole: number,
  functionTotal: Float64Array,
  seconds: number,
): number {
  switch (normalization.kind) {
    case "total":
      return whole;
    case "frame":
      return functionTotal[frameKey];
    case "time":
      return seconds;
    case "none":
      // Of each run the same, spread evenly over its time.
      return Number.isNaN(run.seconds) ? 1 / Math.max(1, run.batchCount) : seconds / run.seconds;
  }
}

/** Sums of some of a run's samples by chain of paths and by function. Only chains that the samples lie on are gone through. */
class BatchSums {
  /** By chain: what its paths have with all below them, and what the last of them has itself. */
  readonly chainTotal: Float64Array;
  readonly chainSelf: Float64Array;
  readonly functionTotal: Float64Array;
  readonly functionSelf: Float64Array;
  /** The chains that the samples lie on, the last first. */
  touched: Int32Array = new Int32Array(0);
  readonly #paths: PathTree;
  readonly #chains: PathChains;
  readonly #outermost: Uint8Array;
  readonly #touched: Int32Array;
  /** A bit a chain. */
  readonly #isTouched: Int32Array;

  constructor({ paths, which, keyCount }: SideInput, chains: PathChains) {
    this.#paths = paths;
    this.#chains = chains;
    this.#outermost = paths.outermost[which];
    this.chainTotal = new Float64Array(chains.length);
    this.chainSelf = new Float64Array(chains.length);
    this.functionTotal = new Float64Array(keyCount);
    this.functionSelf = new Float64Array(keyCount);
    this.#touched = new Int32Array(chains.length);
    this.#isTouched = new Int32Array((chains.length >> 5) + 1);
  }

  clear(): void {
    for (let at = 0; at < this.touched.length; at++) {
      const chain = this.touched[at];
      this.chainSelf[chain] = 0;
      this.chainTotal[chain] = 0;
    }
    this.functionTotal.fill(0);
    this.functionSelf.fill(0);
  }

  /** Sums the samples `run.order[from … end - 1]`, after `clear`. Samples of a weight end with the last path of a chain. */
  add(run: Run, rowOfSample: Int32Array, from: number, end: number): void {
    const { chainSelf, chainTotal, functionSelf, functionTotal } = this;
    const { key } = this.#paths;
    const { of, start, parent } = this.#chains;
    const outermost = this.#outermost;
    for (let at = from; at < end; at++) {
      const sample = run.order[at];
      const chain = of[rowOfSample[sample]];
      chainSelf[chain] += run.values[sample];
      this.#touch(chain);
    }
    this.touched = this.#takeTouched();
    // Callees come behind their callers: from the end on, each chain is complete when it is met.
    for (let at = 0; at < this.touched.length; at++) {
      const chain = this.touched[at];
      const self = chainSelf[chain];
      const total = chainTotal[chain] + self;
      chainTotal[chain] = total;
      if (chain > 0) chainTotal[parent[chain]] += total;
      const last = start[chain + 1] - 1;
      functionSelf[key[last]] += self;
      for (let row = last; row >= start[chain]; row--)
        if (outermost[row] === 1) functionTotal[key[row]] += total;
    }
  }

  /** Marks a chain and its callers. */
  #touch(chain: number): void {
    const { parent } = this.#chains;
    for (let at = chain; at >= 0; at = parent[at]) {
      const bit = 1 << (at & 31);
      if ((this.#isTouched[at >> 5] & bit) !== 0) return;
      this.#isTouched[at >> 5] |= bit;
    }
  }

  /** The marked chains, the last first; marks are gone after it. */
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
