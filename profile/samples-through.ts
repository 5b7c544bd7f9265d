import type { Profile } from "./profile.ts";

/** Whether a location lies in a mapping of such a file; for `samplesThrough`. */
export function locationsIn(
  { locations, mappings, strings }: Profile,
  isSuch: (file: string) => boolean,
): (location: number) => boolean {
  const such = Array.from(mappings.file, (name) => isSuch(strings[name]));
  return (location) => locations.mapping[location] >= 0 && such[locations.mapping[location]];
}

/** Weight (of the first sample type) of the samples that have, for each of `concerns`, a location in their stack for which it holds. */
export function samplesThrough(
  profile: Profile,
  ...concerns: readonly ((location: number) => boolean)[]
): number {
  const { samples, stacks } = profile;
  const all = (1 << concerns.length) - 1;
  /** By stack row: a bit for each that holds somewhere in it. */
  const held = new Uint8Array(stacks.length);
  for (let row = 0; row < stacks.length; row++) {
    const parent = stacks.parent[row];
    let bits = parent >= 0 ? held[parent] : 0;
    for (let i = 0; i < concerns.length; i++) {
      if (concerns[i](stacks.location[row])) bits |= 1 << i;
    }
    held[row] = bits;
  }
  const [values] = samples.values;
  let weight = 0;
  for (let row = 0; row < samples.length; row++) {
    if (samples.stack[row] >= 0 && held[samples.stack[row]] === all) weight += values[row];
  }
  return weight;
}
