import type { Profile } from "../../profile/profile.ts";

/** Something that samples can be weighed by: a row of `profile.sampleTypes`. */
export interface Weighing {
  valueIndex: number;
  words: string;
}

/**
 * What it makes a difference to weigh by: of sample types whose values are everywhere in the same ratio, as samples
 * and their time, one picture is the other.
 */
export function weighings({ sampleTypes, samples }: Profile): Weighing[] {
  const found: Weighing[] = [];
  for (const [valueIndex, { type, unit }] of sampleTypes.entries()) {
    const values = samples.values[valueIndex];
    if (found.some((known) => inProportion(samples.values[known.valueIndex], values))) continue;
    const name = type === "" ? "samples" : type.replaceAll("_", " ");
    found.push({ valueIndex, words: unit === "" || unit === "count" ? name : `${name}, ${unit}` });
  }
  return found;
}

/** Whether each value of one is the same multiple of that of the other, as far as a number tells. */
function inProportion(one: Float64Array, other: Float64Array): boolean {
  const first = one.findIndex((value) => value !== 0);
  if (first < 0) return other.every((value) => value === 0);
  const factor = other[first] / one[first];
  return one.every((value, row) => Math.abs(value * factor - other[row]) <= 1e-9 * Math.abs(other[row]));
}
