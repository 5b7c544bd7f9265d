import { ProfileFormatError } from "../../format-error.ts";
import { LabelColumns } from "../../label-columns.ts";
import { LabelKey, type Profile, type ValueType } from "../../profile.ts";
import { ImportBuilder } from "../import-builder.ts";
import { arrayAt, isObject, type JsonObject, listOf, numberOf, objectAt, textOf } from "../json.ts";
import { TimedSamples } from "../timed-samples.ts";
import {
  ALL_THREADS,
  EXTRA_LABEL,
  OLDEST_READ_VERSION,
  PRODUCT,
  SLICE_COMMENT,
  unnamedThread,
} from "./format.ts";
import { ThreadStacks } from "./thread-stacks.ts";

const MILLISECOND = 1e6;
const NO_SLICE = -1;
const TYPES: Record<string, { valueType: ValueType; scale: number }> = {
  samples: { valueType: { type: "samples", unit: "count" }, scale: 1 },
  "tracing-ms": { valueType: { type: "time", unit: "nanoseconds" }, scale: MILLISECOND },
  bytes: { valueType: { type: "space", unit: "bytes" }, scale: 1 },
};

/**
 * Reads a processed profile of the Firefox Profiler, what its "save" gives (see `format.ts` for the versions).
 * Threads become labels, times slices, libraries mappings with their build ID, inlined frames lines of one location.
 * A sample type is a kind of weight: `samples/count`, `time/nanoseconds`, `space/bytes`. Samples without a stack,
 * which Firefox takes of idle threads and shows nowhere, are left out. Markers, counters and screenshots are not read.
 *
 * Throws `ProfileFormatError` when it is no such file.
 */
export function readFirefox(json: unknown): Profile {
  const file = objectAt(json, "at its top");
  const meta = objectAt(file.meta, "“meta”");
  const threads = arrayAt(file.threads, "“threads”").map((thread, at) =>
    objectAt(thread, `number ${at + 1} of “threads”`),
  );
  checkVersion(meta, threads);
  const isOurs = meta.product === PRODUCT;
  const comments = commentsOf(meta);
  const ownSliceNanos = Number(
    comments.map((comment) => SLICE_COMMENT.exec(comment)?.[1]).find((text) => text !== undefined) ?? 0,
  );

  const builder = new ImportBuilder();
  const types: ValueType[] = [];
  const shared = isObject(file.shared) ? file.shared : {};
  // Sample types are ids here, as they are only known when all threads were seen.
  const rows = new TimedSamples(3, 1);
  let sharedStacks: ThreadStacks | undefined;
  for (const [index, thread] of threads.entries()) {
    const samples = objectAt(thread.samples, `“samples” of thread ${index + 1}`);
    const { valueType, scale } = TYPES[textOf(samples.weightType, "samples")] ?? TYPES.samples;
    let type = types.indexOf(valueType);
    if (type < 0) type = types.push(valueType) - 1;
    const read = () => new ThreadStacks(builder, thread, shared, listOf(file.libs));
    if (thread.stackTable === undefined) sharedStacks ??= read();
    const stacks = thread.stackTable === undefined && sharedStacks ? sharedStacks : read();
    const times = timesOf(samples);
    const weights = listOf(samples.weight);
    for (const [at, stack] of listOf(samples.stack).entries()) {
      if (stack === null && !isOurs) continue;
      const row = stack === null ? -1 : stacks.row(stack);
      const weight = (weights.length === 0 ? 1 : numberOf(weights[at])) * scale;
      const timeNanos = (times[at] ?? Number.NaN) * MILLISECOND;
      // Our own slices come back as they were; without them, times were made up.
      const ownSlice = isOurs && ownSliceNanos > 0 ? Math.floor(timeNanos / ownSliceNanos) : NO_SLICE;
      rows.add(row, isOurs ? Number.NaN : timeNanos, [type, index, ownSlice], [weight]);
    }
  }
  if (types.length === 0) types.push(TYPES.samples.valueType);

  const finished = rows.finish();
  const labels = new LabelColumns(finished.length);
  const keys = [LabelKey.comm, LabelKey.pid, LabelKey.thread, LabelKey.tid].map((key) => builder.string(key));
  const sliceKey = builder.string(LabelKey.slice);
  const named = threads.map((thread) => threadTexts(thread).map((text) => builder.string(text)));
  for (let row = 0; row < finished.length; row++) {
    for (const [at, text] of named[finished.ids[1][row]].entries()) {
      if (text !== 0) labels.addText(row, keys[at], text);
    }
    const slice = isOurs ? finished.ids[2][row] : finished.slice[row];
    if (slice >= 0) labels.addNumber(row, sliceKey, 0, slice);
  }
  if (finished.sliceNanos > 0) comments.push(`stapflame.slice-nanos: ${finished.sliceNanos}`);
  return builder.finish(
    types.map((valueType) => ({ ...valueType })),
    {
      length: finished.length,
      stack: finished.stack,
      values: types.map((_, type) =>
        finished.values[0].map((value, row) => (finished.ids[0][row] === type ? value : 0)),
      ),
      labels: labels.finish(builder.strings),
    },
    {
      timeNanos: numberOf(meta.startTime) * MILLISECOND,
      durationNanos: isOurs ? 0 : finished.durationNanos,
      comments,
    },
  );
}

function checkVersion(meta: JsonObject, threads: readonly JsonObject[]): void {
  const version = numberOf(meta.preprocessedProfileVersion);
  const isRaw = threads.some((thread) => isObject(thread.samples) && "schema" in thread.samples);
  if (isRaw || (version === 0 && threads.length === 0)) {
    throw new ProfileFormatError(
      "This is a raw Gecko profile, which only its own tool can read: open it in the Firefox Profiler and save it from there.",
    );
  }
  if (version !== 0 && version < OLDEST_READ_VERSION) {
    throw new ProfileFormatError(
      `This Firefox profile has version ${version}, and the oldest that can be read is ${OLDEST_READ_VERSION}: open it in the Firefox Profiler and save it from there.`,
    );
  }
}

/** Milliseconds of each sample, however they are told. */
function timesOf(samples: JsonObject): number[] {
  if (Array.isArray(samples.time)) return samples.time.map((time) => numberOf(time, Number.NaN));
  let time = 0;
  return listOf(samples.timeDeltas).map((delta) => {
    time += numberOf(delta);
    return time;
  });
}

/** comm, pid, thread, tid. */
function threadTexts(thread: JsonObject): string[] {
  const process = [textOf(thread.processName), textOf(thread.pid)];
  if (thread.tid === ALL_THREADS) return [...process, "", ""];
  const [name, tid] = [textOf(thread.name), textOf(thread.tid)];
  return [...process, name === unnamedThread(tid) ? "" : name, tid];
}

function commentsOf(meta: JsonObject): string[] {
  const comments: string[] = [];
  for (const section of listOf(meta.extra)) {
    if (!isObject(section) || section.label !== EXTRA_LABEL) continue;
    for (const entry of listOf(section.entries)) if (isObject(entry)) comments.push(textOf(entry.value));
  }
  const recorder = `${textOf(meta.importedFrom) || textOf(meta.product)}`.trim();
  if (comments.length === 0 && recorder !== "" && recorder !== PRODUCT)
    comments.push(`stapflame.tool: ${recorder.replace(/\s+/g, " ")}`);
  return comments;
}
