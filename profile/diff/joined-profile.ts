import { kindCode } from "../frames.ts";
import { LabelKey, type Profile } from "../profile.ts";
import { SLICE_NANOS_COMMENT } from "../recording-info.ts";
import { StringTable } from "../string-table.ts";
import type { ProfileDiff } from "./diff.ts";
import { joinSamples } from "./joined-samples.ts";

/** Columns of values of a joined profile. */
export const JoinedValue = { after: 0, before: 1 } as const;

/**
 * Both sides of a comparison as one profile, for who shows trees of it. Samples have a weight after and one before, and
 * the labels and times that both sides know. Stacks are the paths of functions in depth-first order (row for row of
 * `joinedRows`), and samples come in the order of their stacks, so that the samples of a path with all below it follow
 * each other. Location `key` is function `key` of the comparison. What differed within a function (lines, addresses) is
 * not in it.
 */
export function joinedProfile(diff: ProfileDiff): Profile {
  const { keys, paths, valueType } = diff;
  const strings = new StringTable();
  const stackRows = joinedRows(diff);
  const stackOfRow = new Int32Array(paths.length).fill(-1);
  for (let stack = 0; stack < stackRows.length; stack++) stackOfRow[stackRows[stack]] = stack;

  const process = new Int32Array(paths.length);
  for (let row = 0; row < paths.length; row++) {
    const above = paths.parent[row];
    if (keys.kind[paths.key[row]] === kindCode("process"))
      process[row] = strings.intern(keys.name[paths.key[row]]);
    else process[row] = above < 0 ? 0 : process[above];
  }
  const { before, after } = diff.samples;
  const samples = joinSamples(before, after, paths.length, (text) => strings.intern(text));
  const comm = samples.row.map((row) => process[row]);

  const files = new Map<string, number>();
  const mapping = Int32Array.from(keys.module, (module, key) => {
    if (module === "") return -1;
    const file = fileOf(module, keys.kind[key]);
    const known = files.get(file) ?? files.size;
    files.set(file, known);
    return known;
  });
  const count = keys.length;
  const zeros = () => new Int32Array(count);
  return {
    sampleTypes: (["after", "before"] as const).map((type) => ({ type, unit: valueType.unit })),
    samples: {
      length: samples.length,
      stack: samples.row.map((row) => stackOfRow[row]),
      values: [samples.after, samples.before],
      labels: [
        ...(comm.some((name) => name !== 0)
          ? [{ kind: "text" as const, key: LabelKey.comm, values: comm }]
          : []),
        ...samples.labels,
      ],
    },
    stacks: {
      length: stackRows.length,
      parent: stackRows.map((row) => stackOfRow[paths.parent[row]]),
      location: stackRows.map((row) => paths.key[row]),
    },
    locations: {
      length: count,
      mapping,
      address: new Float64Array(count),
      lineStart: Int32Array.from({ length: count + 1 }, (_, key) => key),
    },
    lines: {
      length: count,
      function: Int32Array.from({ length: count }, (_, key) => key),
      line: zeros(),
      column: zeros(),
    },
    functions: {
      length: count,
      name: Int32Array.from(keys.name, (name) => strings.intern(name)),
      linkageName: zeros(),
      file: zeros(),
      startLine: zeros(),
    },
    mappings: {
      length: files.size,
      start: new Float64Array(files.size),
      limit: new Float64Array(files.size),
      fileOffset: new Float64Array(files.size),
      file: Int32Array.from(files.keys(), (file) => strings.intern(file)),
      buildId: new Int32Array(files.size),
      flags: new Uint8Array(files.size),
    },
    periodType: { type: "", unit: "" },
    period: 0,
    timeNanos: 0,
    durationNanos: samples.durationNanos,
    comments: samples.sliceNanos > 0 ? [`${SLICE_NANOS_COMMENT}${samples.sliceNanos}`] : [],
    strings: strings.strings,
  };
}

/** The rows of `diff.paths` that are functions: the root and processes are no stacks. */
export function joinedRows({ keys, paths }: ProfileDiff): Int32Array {
  const first = kindCode("kernel");
  const rows = new Int32Array(paths.length);
  let count = 0;
  for (let row = 0; row < paths.length; row++) if (keys.kind[paths.key[row]] >= first) rows[count++] = row;
  return rows.slice(0, count);
}

/** A file by whose name the kind of code is told again: perf maps have lost their process's number. */
function fileOf(module: string, kind: number): string {
  return kind === kindCode("jit") && module === "perf.map" ? "/tmp/perf-0.map" : module;
}
