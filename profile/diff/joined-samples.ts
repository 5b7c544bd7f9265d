import { bucketOrder } from "../bucket-order.ts";
import { type LabelColumn, LabelKey, type Profile } from "../profile.ts";
import { fromComments } from "../recording-info.ts";
import { slicesOfAll } from "./side.ts";

/** One recording of a comparison and where its samples are in it. */
export interface ComparedSamples {
  profile: Profile;
  /** What is compared of each sample. */
  values: Float64Array;
  /** Row of the paths where each sample ends. */
  rowOfSample: Int32Array;
}

/** Samples of both sides in the order of their rows; those that differ in nothing but side or recording are one. */
export interface JoinedSamples {
  length: number;
  /** Row of the paths. */
  row: Int32Array;
  before: Float64Array;
  after: Float64Array;
  /** What both sides know of their samples, `slice` too; the process is told by the row. */
  labels: LabelColumn[];
  /** Length of a slice; 0 when unknown or without slices. */
  sliceNanos: number;
  /** The longest of the recordings; 0 without slices. */
  durationNanos: number;
}

/** Ids are another's in each run. The name of a process is in the path. */
const NEVER_SHARED: readonly string[] = [LabelKey.pid, LabelKey.tid, LabelKey.comm, LabelKey.slice];
/** A label with more values is none that people choose by: sizes, identities of requests. */
const MOST_VALUES = 4_096;
/** Slices of the time since the beginning that samples are told apart by. */
const MOST_SLICES = 120;

/** A label of all samples, one recording after the other: 0 where a sample has none, else an index into `texts` or `numbers`. */
type SharedLabel = { key: string; values: Int32Array } & (
  | { kind: "text"; texts: readonly string[] }
  | { kind: "number"; unit: string; numbers: readonly number[] }
);

/**
 * Joins the samples of both sides. Labels are kept that are of the same kind on both and have a value in common; time is
 * that since the beginning of each recording. `intern` gives the string index of a text.
 */
export function joinSamples(
  before: readonly ComparedSamples[],
  after: readonly ComparedSamples[],
  rowCount: number,
  intern: (text: string) => number,
): JoinedSamples {
  const all = [...before, ...after];
  const labels = sharedLabels(all, before.length);
  const time = sharedTime(all);
  if (time !== undefined) labels.push(time.label);
  const firstAfter = lengthOf(before);
  const rowOfSample = new Int32Array(lengthOf(all));
  const values = new Float64Array(rowOfSample.length);
  let begin = 0;
  for (const samples of all) {
    rowOfSample.set(samples.rowOfSample, begin);
    values.set(samples.values, begin);
    begin += samples.values.length;
  }
  const { tuple, count } = tuplesOf(labels, values.length);

  // One pass a row: a tuple seen since the row began has a sample already.
  const { order } = bucketOrder(rowOfSample, rowCount);
  const sampleOfTuple = new Int32Array(count).fill(-1);
  const first = new Int32Array(values.length);
  const row = new Int32Array(values.length);
  const weight = { before: new Float64Array(values.length), after: new Float64Array(values.length) };
  let length = 0;
  let rowBegin = 0;
  for (const sample of order) {
    if (values[sample] === 0) continue;
    if (length > rowBegin && row[length - 1] !== rowOfSample[sample]) rowBegin = length;
    let joined = sampleOfTuple[tuple[sample]];
    if (joined < rowBegin || joined >= length) {
      joined = length++;
      sampleOfTuple[tuple[sample]] = joined;
      first[joined] = sample;
      row[joined] = rowOfSample[sample];
    }
    weight[sample < firstAfter ? "before" : "after"][joined] += values[sample];
  }
  return {
    length,
    row: row.slice(0, length),
    before: weight.before.slice(0, length),
    after: weight.after.slice(0, length),
    labels: labels.map((label) => columnOf(label, first.subarray(0, length), intern)),
    sliceNanos: time?.sliceNanos ?? 0,
    durationNanos: time === undefined ? 0 : Math.max(...all.map(({ profile }) => profile.durationNanos)),
  };
}

/** The labels that both sides have, the first `beforeCount` recordings and the others; the first column of a key counts, as everywhere. */
function sharedLabels(all: readonly ComparedSamples[], beforeCount: number): SharedLabel[] {
  const labels: SharedLabel[] = [];
  const keys = new Set(all.flatMap(({ profile }) => profile.samples.labels.map(({ key }) => key)));
  for (const key of keys) {
    if (NEVER_SHARED.includes(key)) continue;
    const columns = all.map(({ profile }) => profile.samples.labels.find((label) => label.key === key));
    const [first] = columns.filter((column) => column !== undefined);
    const isAlike = columns.every(
      (column) =>
        column === undefined ||
        (column.kind === first.kind &&
          (first.kind === "text" || (column.kind === "number" && column.unit === first.unit))),
    );
    if (!isAlike) continue;
    const numbered = numberValues(all, columns, beforeCount);
    if (numbered === undefined) continue;
    const { values, distinct } = numbered;
    if (first.kind === "text") labels.push({ kind: "text", key, values, texts: distinct.map(String) });
    else labels.push({ kind: "number", key, unit: first.unit, values, numbers: distinct.map(Number) });
  }
  return labels;
}

/**
 * The values of a label as numbers from 1 on; 0 where there is none. Undefined when they are too many, or when the sides
 * have none in common.
 */
function numberValues(
  all: readonly ComparedSamples[],
  columns: readonly (LabelColumn | undefined)[],
  beforeCount: number,
): { values: Int32Array; distinct: (string | number)[] } | undefined {
  const distinct: (string | number)[] = [""];
  const numberOf = new Map<string | number, number>();
  const sidesOf: number[] = [0];
  const values = new Int32Array(lengthOf(all));
  let at = 0;
  for (const [
    index,
    {
      profile,
      values: { length },
    },
  ] of all.entries()) {
    const column = columns[index];
    const side = index < beforeCount ? 1 : 2;
    if (column === undefined) {
      at += length;
      continue;
    }
    // By what the column holds: a text is looked up once.
    const known = new Map<number, number>();
    for (let sample = 0; sample < length; sample++, at++) {
      const held = column.values[sample];
      if (column.kind === "text" ? held === 0 : Number.isNaN(held)) continue;
      let number = known.get(held);
      if (number === undefined) {
        const value = column.kind === "text" ? profile.strings[held] : held;
        number = numberOf.get(value) ?? distinct.push(value) - 1;
        if (number > MOST_VALUES) return undefined;
        numberOf.set(value, number);
        known.set(held, number);
        sidesOf[number] = (sidesOf[number] ?? 0) | side;
      }
      values[at] = number;
    }
  }
  return sidesOf.includes(3) ? { values, distinct } : undefined;
}

/** The time slices as a label, as long on all sides; undefined where a recording has none. */
function sharedTime(all: readonly ComparedSamples[]): { label: SharedLabel; sliceNanos: number } | undefined {
  const columns = all.map(({ profile }) => slicesOfAll(profile));
  const lengths = all.map(({ profile }) => fromComments(profile.comments)?.sliceNanos ?? 0);
  // Lengths are all known, or none is: then slice stands against slice.
  const areKnown = lengths.every((nanos) => nanos > 0);
  if (!areKnown && lengths.some((nanos) => nanos > 0)) return undefined;
  let end = 0;
  for (const [index, column] of columns.entries()) {
    if (column === undefined) return undefined;
    const slices = column.reduce((most, slice) => Math.max(most, slice + 1), 0);
    end = Math.max(end, slices * (areKnown ? lengths[index] : 1));
  }
  const longest = areKnown ? lengths.reduce((most, nanos) => Math.max(most, nanos)) : 1;
  const joined = longest * Math.max(1, Math.ceil(end / longest / MOST_SLICES));
  const values = new Int32Array(lengthOf(all));
  let at = 0;
  for (const [index, column] of columns.entries()) {
    const length = areKnown ? lengths[index] : 1;
    // By the middle of a slice, which may lie across the border of two.
    for (const slice of column ?? []) values[at++] = Math.floor(((slice + 0.5) * length) / joined) + 1;
  }
  const count = Math.ceil(end / joined);
  const numbers = Array.from({ length: count + 1 }, (_, slice) => slice - 1);
  return {
    label: { kind: "number", key: LabelKey.slice, unit: "", values, numbers },
    sliceNanos: areKnown ? joined : 0,
  };
}

function lengthOf(samples: readonly ComparedSamples[]): number {
  return samples.reduce((sum, { values }) => sum + values.length, 0);
}

/** A number for each combination of labels, from 0 on. */
function tuplesOf(labels: readonly SharedLabel[], length: number): { tuple: Int32Array; count: number } {
  const tuple = new Int32Array(length);
  let count = 1;
  for (const { values } of labels) {
    const known = new Map<number, number>();
    const step = values.reduce((most, value) => Math.max(most, value), 0) + 1;
    for (let sample = 0; sample < length; sample++) {
      const pair = tuple[sample] * step + values[sample];
      const number = known.get(pair) ?? known.size;
      if (number === known.size) known.set(pair, number);
      tuple[sample] = number;
    }
    count = Math.max(1, known.size);
  }
  return { tuple, count };
}

function columnOf(label: SharedLabel, samples: Int32Array, intern: (text: string) => number): LabelColumn {
  const { key, values } = label;
  if (label.kind === "text") {
    const strings = label.texts.map((text) => (text === "" ? 0 : intern(text)));
    return { kind: "text", key, values: samples.map((sample) => strings[values[sample]]) };
  }
  const { numbers, unit } = label;
  const column = new Float64Array(samples.length);
  for (let at = 0; at < samples.length; at++) {
    const value = values[samples[at]];
    column[at] = value === 0 ? Number.NaN : numbers[value];
  }
  return { kind: "number", key, unit, values: column };
}
