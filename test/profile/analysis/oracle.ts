import type { SampleFilter } from "../../../profile/analysis/sample-filter.ts";
import type { Transform } from "../../../profile/analysis/transform.ts";
import { frameKind } from "../../../profile/frame-kind.ts";
import type { Profile } from "../../../profile/profile.ts";

/**
 * What views, filters and transforms must give, said again in the plainest way: one list of frames a sample, read from
 * the profile's tables as pprof does, and changed list by list. Shares no code with what it judges.
 */
export interface PlainSample {
  /** Names of process and thread rows. */
  groups: string[];
  /** Outermost first. */
  frames: PlainFrame[];
  value: number;
  row: number;
}

export interface PlainFrame {
  name: string;
  module: string;
  kind: string;
  /** `file:line` of the sample or of the call to the next frame. */
  place: string;
  inlined: boolean;
}

type GroupBy = "process" | "pid" | "thread" | "none";

export function plainSamples(profile: Profile, groupBy: GroupBy, valueIndex = 0): PlainSample[] {
  return Array.from({ length: profile.samples.length }, (_, row) => ({
    row,
    groups: plainGroups(profile, groupBy, row),
    frames: plainStack(profile, profile.samples.stack[row]),
    value: profile.samples.values[valueIndex][row],
  }));
}

function plainStack(profile: Profile, stack: number): PlainFrame[] {
  const { stacks, locations, lines, functions, mappings, strings } = profile;
  const frames: PlainFrame[] = [];
  for (let row = stack; row >= 0; row = stacks.parent[row]) {
    const location = stacks.location[row];
    const mapping = locations.mapping[location];
    const module = mapping < 0 ? "" : strings[mappings.file[mapping]];
    const kind = frameKind(module);
    const end = locations.lineStart[location + 1];
    for (let at = locations.lineStart[location]; at < end; at++) {
      const callee = lines.function[at];
      const place = `${strings[functions.file[callee]]}:${lines.line[at]}`;
      frames.push({ name: strings[functions.name[callee]], module, kind, place, inlined: at < end - 1 });
    }
  }
  return frames.reverse();
}

export function plainLabel(profile: Profile, key: string, row: number): string {
  const column = profile.samples.labels.find((label) => label.key === key);
  if (column === undefined) return "";
  if (column.kind === "text") return profile.strings[column.values[row]];
  return Number.isNaN(column.values[row]) ? "" : String(column.values[row]);
}

function plainGroups(profile: Profile, groupBy: GroupBy, row: number): string[] {
  if (groupBy === "none") return [];
  const label = (key: string) => plainLabel(profile, key, row);
  if (groupBy === "process") {
    const rows = Array.from({ length: profile.samples.length }, (_, at) => at);
    const same = rows.filter((at) => plainLabel(profile, "comm", at) === label("comm"));
    const pids = new Set(same.map((at) => plainLabel(profile, "pid", at)));
    return [
      pids.size > 1 ? `${label("comm")} (${pids.size} processes)` : `${label("comm")} (${label("pid")})`,
    ];
  }
  const process = `${label("comm")} (${label("pid")})`;
  return groupBy === "pid" ? [process] : [process, `${label("thread")} (${label("tid")})`];
}

export function plainFilter(profile: Profile, samples: PlainSample[], filter: SampleFilter): PlainSample[] {
  return samples.filter(({ row }) => {
    for (const { key, values, exclude } of filter.labels) {
      if (values.includes(plainLabel(profile, key, row)) === exclude) return false;
    }
    if (filter.range === undefined) return true;
    const slice = Number(plainLabel(profile, "slice", row) || "NaN");
    return slice >= filter.range.from && slice < filter.range.to;
  });
}

/** The samples as a transform shows them; `undefined` in place of those it leaves out. */
export function plainTransform(
  sample: PlainSample,
  transform: Transform,
  focused?: PlainSample,
): PlainSample | undefined {
  const { frames } = sample;
  const is = (frame: PlainFrame, key: { name: string; module: string }) =>
    frame.name === key.name && frame.module === key.module;
  const shown = (others: PlainFrame[]) => ({ ...sample, frames: others });
  switch (transform.kind) {
    case "focus-path": {
      const path = focused?.frames ?? [];
      if (!transform.groups.every((group, level) => sample.groups[level] === group)) return undefined;
      if (path.length > frames.length || !path.every((frame, at) => is(frame, frames[at]))) return undefined;
      return path.length === 0 ? sample : shown(frames.slice(path.length - 1));
    }
    case "focus-function": {
      const at = frames.findIndex((frame) => is(frame, transform.frame));
      return at < 0 ? undefined : shown(frames.slice(at));
    }
    case "drop-function":
      return frames.some((frame) => is(frame, transform.frame)) ? undefined : sample;
    case "merge-function":
      return shown(frames.filter((frame) => !is(frame, transform.frame)));
    case "hide-kind":
      return shown(frames.filter((frame) => frame.kind !== transform.frameKind));
    case "collapse-direct":
      return shown(frames.filter((frame, at) => at === frames.length - 1 || !is(frame, frames[at + 1])));
    case "collapse-recursion": {
      const first = frames.findIndex((frame) => is(frame, transform.frame));
      const last = frames.findLastIndex((frame) => is(frame, transform.frame));
      return first < 0 ? sample : shown([...frames.slice(0, first), ...frames.slice(last)]);
    }
    case "collapse-module": {
      const inside = (frame: PlainFrame) => frame.module === transform.module;
      const name = transform.module.split("/").pop() || "[unknown]";
      return shown(
        frames
          .filter((frame, at) => at === frames.length - 1 || !inside(frame) || !inside(frames[at + 1]))
          .map((frame) => (inside(frame) ? { ...frame, name } : frame)),
      );
    }
    case "keep-matching":
      return frames.some((frame) => frame.name.includes(transform.search.text)) ? sample : undefined;
  }
}

export interface Weights {
  self: number;
  total: number;
}

function add(sums: Map<string, Weights>, key: string, self: number, total: number): void {
  const sum = sums.get(key) ?? { self: 0, total: 0 };
  sums.set(key, { self: sum.self + self, total: sum.total + total });
}

const text = ({ name, module }: PlainFrame) => `${name}@${module}`;

/** Self and total of each path, groups included, written `group / name@module / …`. */
export function pathWeights(samples: readonly PlainSample[]): Map<string, Weights> {
  const sums = new Map<string, Weights>();
  for (const { groups, frames, value } of samples) {
    const path = [...groups, ...frames.map(text)];
    for (let end = 0; end <= path.length; end++) {
      add(sums, path.slice(0, end).join(" / "), end === path.length ? value : 0, value);
    }
  }
  return sums;
}

/** Self and total of each function; a sample counts once however often the function recurs. */
export function functionWeights(samples: readonly PlainSample[]): Map<string, Weights> {
  const sums = new Map<string, Weights>();
  for (const { frames, value } of samples) {
    for (const name of new Set(frames.map(text))) add(sums, name, 0, value);
    const leaf = frames.at(-1);
    if (leaf !== undefined) add(sums, text(leaf), value, 0);
  }
  return sums;
}

/** The samples with their stacks turned around, groups still on top. */
export function inverted(samples: readonly PlainSample[]): PlainSample[] {
  return samples.map((sample) => ({ ...sample, frames: sample.frames.toReversed() }));
}

/** What lies above (callers, innermost first) or below the outermost place of a function, that included. */
export function halves(samples: readonly PlainSample[], key: { name: string; module: string }) {
  const through = samples.flatMap((sample) => {
    const at = sample.frames.findIndex((frame) => frame.name === key.name && frame.module === key.module);
    return at < 0 ? [] : [{ sample, at }];
  });
  return {
    callers: through.map(({ sample, at }) => ({
      ...sample,
      frames: sample.frames.slice(0, at + 1).reverse(),
    })),
    callees: through.map(({ sample, at }) => ({ ...sample, frames: sample.frames.slice(at) })),
  };
}
