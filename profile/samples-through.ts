import type { Profile } from "./profile.ts";

/** Weight (of the first sample type) of the samples that have a location for which `concerns` holds in their stack. */
export function samplesThrough(profile: Profile, concerns: (location: number) => boolean): number {
  const { samples, stacks } = profile;
  const through = new Uint8Array(stacks.length);
  for (let row = 0; row < stacks.length; row++) {
    const parent = stacks.parent[row];
    through[row] = (parent >= 0 && through[parent] === 1) || concerns(stacks.location[row]) ? 1 : 0;
  }
  const [values] = samples.values;
  let weight = 0;
  for (let row = 0; row < samples.length; row++) {
    if (samples.stack[row] >= 0 && through[samples.stack[row]] === 1) weight += values[row];
  }
  return weight;
}
