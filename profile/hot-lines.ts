import type { Profile } from "./profile.ts";

/** A line of a source file and how much of the profile goes through it. */
export interface HotLine {
  /** String index of the source file. */
  file: number;
  line: number;
  /** Weight of the samples with the line in their stack, a recursion as often as it recurs: good for ranking only. */
  weight: number;
  /** Rows of `profile.mappings` of the code; -1 when unknown. */
  mappings: number[];
}

/** All lines with a file that samples go through, heaviest first, equals in the order of their place. */
export function hotLines(profile: Profile, valueIndex = 0): HotLine[] {
  const { samples, stacks, locations, lines, functions } = profile;
  const total = new Float64Array(stacks.length);
  const values = samples.values[valueIndex] ?? new Float64Array(samples.length);
  for (let row = 0; row < samples.length; row++)
    if (samples.stack[row] >= 0) total[samples.stack[row]] += values[row];
  const ofLocation = new Float64Array(locations.length);
  for (let row = stacks.length - 1; row >= 0; row--) {
    if (stacks.parent[row] >= 0) total[stacks.parent[row]] += total[row];
    ofLocation[stacks.location[row]] += total[row];
  }

  const found = new Map<string, HotLine>();
  for (let location = 0; location < locations.length; location++) {
    if (ofLocation[location] <= 0) continue;
    for (let at = locations.lineStart[location]; at < locations.lineStart[location + 1]; at++) {
      const file = functions.file[lines.function[at]];
      const line = lines.line[at];
      if (file === 0 || line <= 0) continue;
      const key = `${file}:${line}`;
      const known = found.get(key) ?? { file, line, weight: 0, mappings: [] };
      known.weight += ofLocation[location];
      if (!known.mappings.includes(locations.mapping[location]))
        known.mappings.push(locations.mapping[location]);
      found.set(key, known);
    }
  }
  return [...found.values()].sort((a, b) => b.weight - a.weight || a.file - b.file || a.line - b.line);
}
