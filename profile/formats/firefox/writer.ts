import { baseName } from "../../frame-name.ts";
import { labelReader } from "../../label.ts";
import { LabelKey, type Profile } from "../../profile.ts";
import {
  ALL_THREADS,
  EXTRA_LABEL,
  GECKO_VERSION,
  PRODUCT,
  SLICE_COMMENT,
  unnamedThread,
  WRITTEN_VERSION,
} from "./format.ts";
import { CATEGORIES, ThreadTables } from "./thread-tables.ts";

const MILLISECOND = 1e6;
/** Of the profiles whose sampling period is unknown. */
const DEFAULT_INTERVAL_MS = 1;

export interface FirefoxOptions {
  /** Which of `profile.sampleTypes` the samples weigh; the format has one. Default 0. */
  valueIndex?: number;
}

/**
 * A profile as the Firefox Profiler's processed format (see `format.ts`), in pieces. A thread there is what has the
 * same pid, comm, tid and thread here. Samples lie in the slice of time that they were taken in, evenly spread; without
 * slices one after another. Comments are in `meta.extra`, which the Firefox Profiler shows.
 */
export function* writeFirefox(profile: Profile, options: FirefoxOptions = {}): Generator<string> {
  const valueIndex = options.valueIndex ?? 0;
  const times = new SampleTimes(profile);
  yield `{"meta":${JSON.stringify(metaOf(profile, times.intervalMs))},\n"libs":${JSON.stringify(libsOf(profile))},\n"pages":[],\n"threads":[`;
  const threads = threadsOf(profile);
  for (const [index, thread] of threads.entries()) {
    yield `${index === 0 ? "" : ","}\n${JSON.stringify(threadOf(profile, thread, valueIndex, times))}`;
  }
  yield "]}\n";
}

interface ThreadSamples {
  pid: string;
  comm: string;
  tid: string;
  thread: string;
  rows: number[];
}

/** The rows of each thread, in the order of their first samples. */
function threadsOf(profile: Profile): ThreadSamples[] {
  const [pid, comm, tid, thread] = [LabelKey.pid, LabelKey.comm, LabelKey.tid, LabelKey.thread].map((key) =>
    labelReader(profile, key),
  );
  const threads = new Map<string, ThreadSamples>();
  for (let row = 0; row < profile.samples.length; row++) {
    const named = { pid: pid(row), comm: comm(row), tid: tid(row), thread: thread(row) };
    const key = JSON.stringify(named);
    const known = threads.get(key);
    if (known) known.rows.push(row);
    else threads.set(key, { ...named, rows: [row] });
  }
  return [...threads.values()];
}

function threadOf(profile: Profile, given: ThreadSamples, valueIndex: number, times: SampleTimes): object {
  const { values } = profile.samples;
  const weights = values[valueIndex];
  const { weightType, scale } = weightTypeOf(profile.sampleTypes[valueIndex]?.unit ?? "count");
  const rows = given.rows.filter((row) => weights === undefined || weights[row] !== 0);
  const tables = new ThreadTables(profile);
  const placed = times.place(rows);
  const isWholeProcess = given.tid === "" && given.thread === "";
  return {
    processType: "default",
    processStartupTime: 0,
    processShutdownTime: null,
    registerTime: 0,
    unregisterTime: null,
    pausedRanges: [],
    name: given.thread || (isWholeProcess ? given.comm || "process" : unnamedThread(given.tid)),
    isMainThread: given.tid === "" || given.tid === given.pid,
    processName: given.comm,
    pid: given.pid,
    tid: isWholeProcess ? ALL_THREADS : given.tid,
    samples: {
      weightType,
      weight: placed.map(({ row }) => (weights === undefined ? 1 : weights[row] / scale)),
      stack: placed.map(({ row }) => tables.stack(profile.samples.stack[row])),
      time: placed.map(({ timeMs }) => timeMs),
      length: placed.length,
    },
    markers: { data: [], name: [], startTime: [], endTime: [], phase: [], category: [], length: 0 },
    ...tables.toJSON(),
  };
}

function weightTypeOf(unit: string): { weightType: "samples" | "tracing-ms" | "bytes"; scale: number } {
  if (unit === "bytes") return { weightType: "bytes", scale: 1 };
  const nanos = { nanoseconds: 1, microseconds: 1e3, milliseconds: 1e6, seconds: 1e9 }[unit];
  return nanos === undefined
    ? { weightType: "samples", scale: 1 }
    : { weightType: "tracing-ms", scale: MILLISECOND / nanos };
}

/** Gives samples times: the format has one for each, our profiles at most a slice. */
class SampleTimes {
  readonly intervalMs: number;
  readonly #slice: ArrayLike<number> | undefined;
  readonly #sliceMs: number;

  constructor(profile: Profile) {
    const { periodType, period, comments, samples } = profile;
    const isTime = periodType.unit === "nanoseconds" && period > 0;
    this.intervalMs = isTime ? period / MILLISECOND : DEFAULT_INTERVAL_MS;
    const told = comments
      .map((comment) => SLICE_COMMENT.exec(comment)?.[1])
      .find((text) => text !== undefined);
    this.#sliceMs = Number(told ?? 0) / MILLISECOND;
    const column = samples.labels.find(({ key, kind }) => key === LabelKey.slice && kind === "number");
    this.#slice = this.#sliceMs > 0 ? column?.values : undefined;
  }

  place(rows: readonly number[]): { row: number; timeMs: number }[] {
    const slice = this.#slice;
    if (slice === undefined) return rows.map((row, at) => ({ row, timeMs: at * this.intervalMs }));
    const sliceOf = (row: number) => (slice[row] > 0 && slice[row] < 2 ** 40 ? slice[row] : 0);
    const sorted = [...rows].sort((a, b) => sliceOf(a) - sliceOf(b));
    const placed: { row: number; timeMs: number }[] = [];
    for (let start = 0; start < sorted.length; ) {
      const of = sliceOf(sorted[start]);
      let end = start;
      while (end < sorted.length && sliceOf(sorted[end]) === of) end++;
      // A sample lies in the middle of its share, away from the borders of the slice.
      for (let at = start; at < end; at++) {
        const within = (at - start + 0.5) / (end - start);
        placed.push({ row: sorted[at], timeMs: round((of + within) * this.#sliceMs) });
      }
      start = end;
    }
    return placed;
  }
}

/** To the microsecond. */
function round(milliseconds: number): number {
  return Math.round(milliseconds * 1000) / 1000;
}

function metaOf(profile: Profile, interval: number): object {
  return {
    interval,
    startTime: profile.timeNanos / MILLISECOND,
    processType: 0,
    product: PRODUCT,
    importedFrom: PRODUCT,
    stackwalk: 1,
    debug: false,
    version: GECKO_VERSION,
    preprocessedProfileVersion: WRITTEN_VERSION,
    symbolicated: true,
    symbolicationNotSupported: true,
    doesNotUseFrameImplementation: true,
    sourceCodeIsNotOnSearchfox: true,
    usesOnlyOneStackType: true,
    categories: CATEGORIES.map(({ name, color }) => ({ name, color, subcategories: ["Other"] })),
    markerSchema: [],
    ...(profile.comments.length === 0
      ? {}
      : {
          extra: [
            {
              label: EXTRA_LABEL,
              entries: profile.comments.map((value, at) => ({ label: `${at + 1}`, format: "string", value })),
            },
          ],
        }),
  };
}

function libsOf({ mappings, strings }: Profile): object[] {
  return Array.from({ length: mappings.length }, (_, row) => {
    const path = strings[mappings.file[row]];
    const told = strings[mappings.buildId[row]];
    const buildId = /^[0-9a-f]+$/i.test(told) ? told : "";
    return {
      arch: "",
      name: baseName(path),
      path,
      debugName: baseName(path),
      debugPath: path,
      breakpadId: breakpadId(buildId),
      codeId: buildId === "" ? null : buildId,
    };
  });
}

/** Breakpad's form of a build ID: its first 16 bytes as a GUID, of which three fields are little-endian, and an age of 0. */
function breakpadId(buildId: string): string {
  const hex = buildId.slice(0, 32).padEnd(32, "0").toUpperCase();
  const reversed = (start: number, end: number) =>
    (hex.slice(start, end).match(/../g) ?? []).reverse().join("");
  return `${reversed(0, 8)}${reversed(8, 12)}${reversed(12, 16)}${hex.slice(16)}0`;
}
