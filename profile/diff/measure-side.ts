import { type PathTree, sumUp } from "./path-tree.ts";
import type { Normalization, Run } from "./side.ts";
import { Spread } from "./spread.ts";

/** What one side has, with its spread: a row a function or a row a path. */
export interface SideSums {
  functionTotal: Spread;
  functionSelf: Spread;
  pathTotal: Spread;
  pathSelf: Spread;
  /** All that was recorded, in the unit of the values. */
  whole: number;
  /** Weight of one sample. */
  unit: number;
  /** Whether all runs have batches, so that spreads say something. */
  hasBatches: boolean;
}

/**
 * Sums the runs of a side over paths and functions, batch by batch: time grows with rows × batches, memory with rows.
 * `rowOfSample`: those of `paths` that belong to these runs. `frameKey`: the key to normalise by, with `kind: "frame"`.
 */
export function measureSide(
  runs: readonly Run[],
  rowOfSample: readonly Int32Array[],
  paths: PathTree,
  which: "before" | "after",
  keyCount: number,
  normalization: Normalization,
  frameKey: number,
): SideSums {
  const functionTotal = new Spread(keyCount);
  const functionSelf = new Spread(keyCount);
  const pathTotal = new Spread(paths.length);
  const pathSelf = new Spread(paths.length);
  const hasBatches = runs.every((run) => run.batchCount > 0);
  let whole = 0;
  let samples = 0;
  for (const [index, run] of runs.entries()) {
    const sums = new BatchSums(paths, which, keyCount);
    const exposure = (seconds: number) => {
      switch (normalization.kind) {
        case "total":
          return sums.pathTotal[0];
        case "frame":
          return sums.functionTotal[frameKey];
        case "time":
          return seconds;
        case "none":
          // Of each run the same, spread evenly over its time.
          return Number.isNaN(run.seconds) ? 1 / Math.max(1, run.batchCount) : seconds / run.seconds;
      }
    };
    sums.add(run, rowOfSample[index], 0, run.order.length);
    whole += sums.pathTotal[0];
    samples += sums.pathTotal[0] / run.unit;
    const batches = hasBatches ? run.batchCount : 0;
    const all = normalization.kind === "none" ? 1 : exposure(run.seconds);
    const spreads: [Spread, Float64Array][] = [
      [functionTotal, sums.functionTotal],
      [functionSelf, sums.functionSelf],
      [pathTotal, sums.pathTotal],
      [pathSelf, sums.pathSelf],
    ];
    for (const [spread, column] of spreads) spread.beginRun(column.slice(), all, batches);
    for (let batch = 0; batch < batches; batch++) {
      sums.clear();
      sums.add(run, rowOfSample[index], run.start[batch], run.start[batch + 1]);
      const part = exposure(run.batchSeconds[batch]);
      for (const [spread, column] of spreads) spread.addBatch(batch, column, part);
    }
    for (const [spread] of spreads) spread.endRun();
  }
  return { functionTotal, functionSelf, pathTotal, pathSelf, whole, unit: whole / samples, hasBatches };
}

/** Sums of some of a run's samples by path and by function. */
class BatchSums {
  readonly pathTotal: Float64Array;
  readonly pathSelf: Float64Array;
  readonly functionTotal: Float64Array;
  readonly functionSelf: Float64Array;
  readonly #paths: PathTree;
  readonly #outermost: Uint8Array;

  constructor(paths: PathTree, which: "before" | "after", keyCount: number) {
    this.#paths = paths;
    this.#outermost = paths.outermost[which];
    this.pathTotal = new Float64Array(paths.length);
    this.pathSelf = new Float64Array(paths.length);
    this.functionTotal = new Float64Array(keyCount);
    this.functionSelf = new Float64Array(keyCount);
  }

  clear(): void {
    for (const column of [this.pathSelf, this.functionTotal, this.functionSelf]) column.fill(0);
  }

  /** Adds the samples `run.order[from … end - 1]`. */
  add(run: Run, rowOfSample: Int32Array, from: number, end: number): void {
    const { pathSelf, pathTotal, functionSelf, functionTotal } = this;
    const { key, parent, length } = this.#paths;
    const outermost = this.#outermost;
    for (let at = from; at < end; at++) {
      const sample = run.order[at];
      pathSelf[rowOfSample[sample]] += run.values[sample];
    }
    pathTotal.set(pathSelf);
    sumUp(parent, pathTotal);
    for (let row = 0; row < length; row++) {
      if (pathTotal[row] === 0) continue;
      functionSelf[key[row]] += pathSelf[row];
      if (outermost[row] === 1) functionTotal[key[row]] += pathTotal[row];
    }
  }
}
