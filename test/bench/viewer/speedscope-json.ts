import { buildFrames } from "../../../profile/frames.ts";
import type { Profile } from "../../../profile/profile.ts";

/**
 * A profile as speedscope's own file (https://www.speedscope.app/file-format-schema.json): shared frames, one sampled
 * profile a thread, or one of all. Without what it has no place for: modules, lines of calls, processes, slices.
 */
export function speedscopeJson(profile: Profile, { threads = true } = {}): Buffer {
  const { table, start, frame } = buildFrames(profile);
  const thread = threads ? profile.samples.labels.find((label) => label.key === "thread") : undefined;
  const samplesOf = new Map<number, number[]>();
  for (let sample = 0; sample < profile.samples.length; sample++) {
    const key = thread?.values[sample] ?? 0;
    const known = samplesOf.get(key);
    if (known) known.push(sample);
    else samplesOf.set(key, [sample]);
  }
  const frames = Array.from({ length: table.length }, (_, row) => ({
    name: table.strings[table.name[row]],
    file: table.strings[table.file[row]],
    line: table.line[row],
  }));
  const parts = [
    `{"$schema":"https://www.speedscope.app/file-format-schema.json","shared":{"frames":${JSON.stringify(frames)}},"profiles":[`,
  ];
  let separator = "";
  for (const [key, samples] of samplesOf) {
    const weights = samples.map((sample) => profile.samples.values[0][sample]);
    const endValue = weights.reduce((sum, weight) => sum + weight, 0);
    const name = JSON.stringify(thread ? profile.strings[key] : "all threads");
    parts.push(
      `${separator}{"type":"sampled","name":${name},"unit":"none","startValue":0,"endValue":${endValue},"samples":[`,
    );
    parts.push(samples.map((sample) => `[${path(profile, sample).join(",")}]`).join(","));
    parts.push(`],"weights":[${weights.join(",")}]}`);
    separator = ",";
  }
  parts.push("]}");
  return Buffer.concat(parts.map((part) => Buffer.from(part)));

  function path({ samples, stacks }: Profile, sample: number): number[] {
    const rows: number[] = [];
    for (let stack = samples.stack[sample]; stack >= 0; stack = stacks.parent[stack]) {
      const location = stacks.location[stack];
      for (let at = start[location + 1] - 1; at >= start[location]; at--) rows.push(frame[at]);
    }
    return rows.reverse();
  }
}
