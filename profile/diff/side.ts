import { sliceColumn } from "../analysis/sample-filter.ts";
import { bucketOrder } from "../bucket-order.ts";
import type { Profile } from "../profile.ts";
import { fromComments } from "../recording-info.ts";
import type { Measure } from "./measure.ts";

/** What a recording's weights are divided by to be compared. */
export type Normalization =
  /** By all that was recorded: shares. */
  | { kind: "total" }
  /** By the time it took to record: CPUs kept busy. */
  | { kind: "time" }
  /** By nothing: what was measured, for each recording. */
  | { kind: "none" }
  /** By the weight of the stacks with one function: units of its work. */
  | { kind: "frame"; name: string };

/** One recording of a side, cut into batches of time. */
export interface Run {
  profile: Profile;
  values: Float64Array;
  /** Weight that one sample stands for: the variance of a Poisson count of samples is this times its weight. */
  unit: number;
  /** Batches of the finest division; 0 where the recording has no time slices (or too few). */
  batchCount: number;
  /** Sample rows by batch: batch b has `order[start[b] … start[b + 1] - 1]`. Without batches one holds all. */
  order: Int32Array;
  start: Int32Array;
  /** Seconds of each batch, and of all; NaN when unknown. */
  batchSeconds: Float64Array;
  seconds: number;
}

/** Batches of the finest division: fewer leave too little to estimate from, more would be shorter than phases. */
const MOST_BATCHES = 32;
/** Below this, recordings are treated as having no slices. */
const FEWEST_BATCHES = 4;
const NANOS_PER_SECOND = 1e9;

/** Cuts a recording into up to 32 batches (a power of two) of neighbouring slices. `index` is its place in `measure`. */
export function cutIntoBatches(profile: Profile, measure: Measure, index: number): Run {
  const values = profile.samples.values[measure.valueIndex[index]];
  const counts =
    measure.countIndex[index] < 0 ? undefined : profile.samples.values[measure.countIndex[index]];
  const slices = slicesOfAll(profile);
  const sliceSeconds = (fromComments(profile.comments)?.sliceNanos ?? 0) / NANOS_PER_SECOND;
  const seconds = profile.durationNanos > 0 ? profile.durationNanos / NANOS_PER_SECOND : Number.NaN;
  const sliceCount = countSlices(slices, sliceSeconds, seconds);
  const batchCount =
    sliceCount < FEWEST_BATCHES ? 0 : Math.min(MOST_BATCHES, 2 ** Math.floor(Math.log2(sliceCount)));
  const batches = Math.max(1, batchCount);
  const batch = new Int32Array(values.length);
  if (slices !== undefined && batchCount > 0) {
    for (let sample = 0; sample < batch.length; sample++)
      batch[sample] = Math.floor((slices[sample] * batchCount) / sliceCount);
  }
  const { order, start } = bucketOrder(batch, batches);

  return {
    profile,
    values,
    unit: unitOf(values, counts),
    batchCount,
    order,
    start,
    batchSeconds: batchLengths(batches, sliceCount, sliceSeconds, seconds),
    seconds,
  };
}

/** The slice of each sample, or undefined where some sample has none. */
export function slicesOfAll(profile: Profile): Float64Array | undefined {
  const slices = sliceColumn(profile);
  return slices?.every((slice) => slice >= 0 && slice < 1e9) ? slices : undefined;
}

/** How many slices the recording had, quiet ones at its end included. */
function countSlices(slices: Float64Array | undefined, sliceSeconds: number, seconds: number): number {
  if (slices === undefined) return 0;
  const seen = slices.reduce((most, slice) => Math.max(most, slice + 1), 0);
  if (!(sliceSeconds > 0 && seconds > 0)) return seen;
  // Merged recordings last longer together than their slices number.
  const lasted = Math.ceil(seconds / sliceSeconds);
  return lasted > seen && lasted < 2 * seen ? lasted : seen;
}

function batchLengths(
  batches: number,
  sliceCount: number,
  sliceSeconds: number,
  seconds: number,
): Float64Array {
  if (!(sliceCount > 0 && sliceSeconds > 0)) return new Float64Array(batches).fill(seconds / batches);
  const lengths = new Float64Array(batches);
  for (let slice = 0; slice < sliceCount; slice++) {
    lengths[batches === 1 ? 0 : Math.floor((slice * batches) / sliceCount)] += sliceSeconds;
  }
  // The last slice was cut short when the recording ended.
  const surplus = sliceCount * sliceSeconds - seconds;
  if (surplus > 0 && surplus < sliceSeconds) lengths[batches - 1] -= surplus;
  return lengths;
}

/** The mean weight of a sample, each weighed by itself; without counts each row is taken for one sample. */
function unitOf(values: Float64Array, counts: Float64Array | undefined): number {
  let squares = 0;
  let sum = 0;
  for (let row = 0; row < values.length; row++) {
    const samples = counts === undefined ? 1 : counts[row];
    if (samples > 0) squares += values[row] ** 2 / samples;
    sum += values[row];
  }
  return squares / sum;
}
