import { buildFrames, frameName } from "../../../profile/frames.ts";
import { mergeProfiles } from "../../../profile/merge.ts";
import type { Profile } from "../../../profile/profile.ts";
import { fromComments } from "../../../profile/recording-info.ts";
import type { Random } from "./random.ts";

/** Real recordings cut apart and put together again: all their samples with their slices, one after the other. */
export interface Pool {
  profile: Profile;
  slices: number;
  sliceSeconds: number;
}

/** The slices of several recordings of one program in a row. */
export function poolOf(profiles: readonly Profile[]): Pool {
  let slices = 0;
  const shifted = profiles.map((profile) => {
    const values = sliceValues(profile).map((slice) => slice + slices);
    slices += sliceValues(profile).reduce((most, slice) => Math.max(most, slice + 1), 0);
    return withSlices(profile, values);
  });
  const sliceNanos = fromComments(profiles[0].comments)?.sliceNanos ?? 0;
  return { profile: mergeProfiles(shifted), slices, sliceSeconds: sliceNanos / 1e9 };
}

/** The samples of some slices; slice `chosen[i]` becomes slice i. */
export function takeSlices({ profile, sliceSeconds }: Pool, chosen: readonly number[]): Profile {
  const place = new Map(chosen.map((slice, at) => [slice, at]));
  const values = sliceValues(profile);
  const taken = withRows(profile, (row) => (place.has(values[row]) ? profile.samples.values[0][row] : 0));
  return {
    ...withSlices(
      taken,
      sliceValues(taken).map((slice) => place.get(slice) ?? 0),
    ),
    durationNanos: chosen.length * sliceSeconds * 1e9,
  };
}

/** Two disjoint lots of slices, each of `size`, made of blocks of `block` neighbours drawn at random. */
export function drawPair(pool: Pool, size: number, block: number, random: Random): [Profile, Profile] {
  const starts = Array.from({ length: Math.floor(pool.slices / block) }, (_, index) => index * block);
  const drawn = random
    .shuffle(starts)
    .flatMap((start) => Array.from({ length: block }, (_, at) => start + at));
  return [takeSlices(pool, drawn.slice(0, size)), takeSlices(pool, drawn.slice(size, 2 * size))];
}

/** Each sample kept with chance `part`: a recording at a lower rate. */
export function thin(profile: Profile, part: number, random: Random): Profile {
  return part >= 1
    ? profile
    : withRows(profile, (row) => random.binomial(profile.samples.values[0][row], part));
}

/**
 * The recording that would have been made if the function took `factor` as long: so many more samples of it, and of
 * all as many fewer as the time is the same.
 */
export function slowDown(profile: Profile, name: string, factor: number, random: Random): Profile {
  const hits = samplesWith(profile, name);
  const counts = profile.samples.values[0];
  const slowed = counts.map((count, row) => (hits[row] ? count + random.binomial(count, factor - 1) : count));
  const sum = (values: Float64Array) => values.reduce((total, value) => total + value, 0);
  const part = sum(counts) / sum(slowed);
  return withRows(profile, (row) => random.binomial(slowed[row], part));
}

/** 1 for each sample that has the function in its stack. */
function samplesWith(profile: Profile, name: string): Uint8Array {
  const { stacks, samples } = profile;
  const { table, start, frame } = buildFrames(profile);
  const holds = new Uint8Array(stacks.length);
  for (let row = 0; row < stacks.length; row++) {
    if (stacks.parent[row] >= 0) holds[row] = holds[stacks.parent[row]];
    for (let at = start[stacks.location[row]]; at < start[stacks.location[row] + 1]; at++) {
      if (frameName(table, frame[at]) === name) holds[row] = 1;
    }
  }
  return Uint8Array.from(samples.stack, (stack) => (stack < 0 ? 0 : holds[stack]));
}

/** The profile with other counts; rows without a count are gone, and what a sample weighs stays. */
function withRows(profile: Profile, countOf: (row: number) => number): Profile {
  const { samples } = profile;
  const rows: number[] = [];
  const counts: number[] = [];
  for (let row = 0; row < samples.length; row++) {
    const count = countOf(row);
    if (count === 0) continue;
    rows.push(row);
    counts.push(count);
  }
  return {
    ...profile,
    samples: {
      length: rows.length,
      stack: Int32Array.from(rows, (row) => samples.stack[row]),
      values: samples.values.map((values) =>
        Float64Array.from(rows, (row, at) => (values[row] / samples.values[0][row]) * counts[at]),
      ),
      labels: samples.labels.map((label) =>
        label.kind === "text"
          ? { ...label, values: Int32Array.from(rows, (row) => label.values[row]) }
          : { ...label, values: Float64Array.from(rows, (row) => label.values[row]) },
      ),
    },
  };
}

function sliceValues(profile: Profile): Float64Array {
  const column = profile.samples.labels.find(({ key }) => key === "slice");
  if (column?.kind !== "number") throw new Error("the recording has no slices");
  return column.values;
}

function withSlices(profile: Profile, values: Float64Array): Profile {
  const labels = profile.samples.labels.map((label) =>
    label.key === "slice" && label.kind === "number" ? { ...label, values } : label,
  );
  return { ...profile, samples: { ...profile.samples, labels } };
}
