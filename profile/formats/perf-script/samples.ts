import { ProfileFormatError } from "../../format-error.ts";
import { LabelColumns } from "../../label-columns.ts";
import { LabelKey, type Profile, type ValueType } from "../../profile.ts";
import { type RecordingInfo, toComments } from "../../recording-info.ts";
import { TupleInterner } from "../../tuple-interner.ts";
import type { ImportBuilder } from "../import-builder.ts";
import { CPU_LABEL } from "../labels.ts";
import { ByteInterner } from "../text/byte-interner.ts";
import { type SampleRows, TimedSamples } from "../timed-samples.ts";
import { isClock, PerfEvents } from "./events.ts";
import type { PerfFileHeader } from "./file-header.ts";
import type { SampleLine } from "./sample-line.ts";

/** Columns of `TimedSamples`. */
const COUNT = 0;
const PERIOD = 1;
const EVENT = 0;
const TASK = 1;
const CPU = 2;

/** Values of all sample types together: half a GiB. */
const MAX_CELLS = 2 ** 26;

/** Sums the samples of a `perf script` text and makes the profile of them. */
export class PerfSamples {
  readonly #builder: ImportBuilder;
  readonly #rows = new TimedSamples(3, 2);
  readonly #events = new PerfEvents();
  readonly #comms = new ByteInterner();
  /** (comm, pid, tid). */
  readonly #tasks = new TupleInterner();
  readonly #ids = [0, 0, 0];
  readonly #values = [1, 0];
  #timeNanos = Number.NaN;
  #hasPeriods = false;
  /** Samples begun so far. */
  count = 0;

  constructor(builder: ImportBuilder) {
    this.#builder = builder;
  }

  begin(bytes: Uint8Array, line: SampleLine): void {
    this.count++;
    this.#ids[EVENT] = this.#events.of(bytes, line.eventStart, line.eventEnd);
    this.#ids[TASK] = this.#task(this.#comms.intern(bytes, line.commStart, line.commEnd), line.pid, line.tid);
    this.#ids[CPU] = line.cpu;
    this.#timeNanos = line.timeNanos;
    const hasPeriod = !Number.isNaN(line.period);
    if (hasPeriod) this.#hasPeriods = true;
    this.#values[PERIOD] = hasPeriod ? line.period : 0;
  }

  /** A sample of which nothing is told but its frames. */
  beginBare(): void {
    const nothing = new Uint8Array(0);
    this.count++;
    this.#ids[EVENT] = this.#events.of(nothing, 0, 0);
    this.#ids[TASK] = this.#task(this.#comms.intern(nothing, 0, 0), -1, -1);
    this.#ids[CPU] = -1;
    this.#timeNanos = Number.NaN;
    this.#values[PERIOD] = 0;
  }

  end(stack: number): void {
    this.#rows.add(stack, this.#timeNanos, this.#ids, this.#values);
  }

  finish(header: PerfFileHeader, told: Pick<RecordingInfo, "drops" | "warnings">): Profile {
    const rows = this.#rows.finish();
    const { names } = this.#events;
    const info = header.recordingInfo({
      ...told,
      event: names.filter(Boolean).join(", "),
      sliceNanos: rows.sliceNanos,
    });
    // What is not known is left out.
    const comments = toComments(info).filter((comment) => !/: (NaN)?$/.test(comment));
    if (header.capturedOn !== "") comments.push(`captured on: ${header.capturedOn}`);
    const { types, values } = this.#valueColumns(rows);
    const labels = this.#labels(rows);
    const periodType = names.length === 1 && this.#hasPeriods ? types[1] : { type: "", unit: "" };
    return this.#builder.finish(
      types,
      { length: rows.length, stack: rows.stack, values, labels },
      { durationNanos: rows.durationNanos, comments, periodType },
    );
  }

  #task(comm: number, pid: number, tid: number): number {
    this.#tasks.add(comm);
    this.#tasks.add(pid);
    this.#tasks.add(tid);
    return this.#tasks.intern();
  }

  /** `samples/count` and the periods of one event; of several events each its own. */
  #valueColumns(rows: SampleRows): { types: ValueType[]; values: Float64Array[] } {
    const { names } = this.#events;
    if (names.length * 2 * rows.length > MAX_CELLS) {
      throw new ProfileFormatError(
        `The text of perf script has ${names.length} kinds of events, too many for ${rows.length} different samples.`,
      );
    }
    const types: ValueType[] = [];
    const values: Float64Array[] = [];
    for (const [event, name] of names.entries()) {
      const isOnly = names.length === 1;
      types.push({ type: isOnly ? "samples" : `samples:${name || "unnamed"}`, unit: "count" });
      values.push(ofEvent(rows, event, COUNT));
      if (!this.#hasPeriods) continue;
      if (isClock(name)) types.push({ type: isOnly ? "cpu" : name, unit: "nanoseconds" });
      else types.push({ type: name || "unnamed", unit: "count" });
      values.push(ofEvent(rows, event, PERIOD));
    }
    return { types, values };
  }

  #labels(rows: SampleRows) {
    const builder = this.#builder;
    const tasks = this.#tasks;
    const pidKey = builder.string(LabelKey.pid);
    const tidKey = builder.string(LabelKey.tid);
    const commKey = builder.string(LabelKey.comm);
    const threadKey = builder.string(LabelKey.thread);
    const cpuKey = builder.string(CPU_LABEL);
    const sliceKey = builder.string(LabelKey.slice);
    const processComm = this.#processComms();
    const commText = (comm: number) => builder.string(this.#comms.text(comm));
    const labels = new LabelColumns(rows.length);
    for (let row = 0; row < rows.length; row++) {
      const at = tasks.start(rows.ids[TASK][row]);
      const comm = tasks.word(at);
      const pid = tasks.word(at + 1);
      const tid = tasks.word(at + 2);
      const ofProcess = pid === tid ? comm : (processComm.get(pid) ?? comm);
      const [processText, threadText] = [commText(ofProcess), commText(comm)];
      if (processText !== 0) labels.addText(row, commKey, processText);
      if (threadText !== 0) labels.addText(row, threadKey, threadText);
      if (pid >= 0) labels.addText(row, pidKey, builder.string(String(pid)));
      if (tid >= 0) labels.addText(row, tidKey, builder.string(String(tid)));
      const cpu = rows.ids[CPU][row];
      if (cpu >= 0) labels.addText(row, cpuKey, builder.string(String(cpu)));
      if (!Number.isNaN(rows.slice[row])) labels.addNumber(row, sliceKey, 0, rows.slice[row]);
    }
    return labels.finish(builder.strings);
  }

  /** A process is named by its main thread, where that was seen. */
  #processComms(): Map<number, number> {
    const tasks = this.#tasks;
    const comms = new Map<number, number>();
    for (let task = 0; task < tasks.length; task++) {
      const at = tasks.start(task);
      if (tasks.word(at + 1) >= 0 && tasks.word(at + 1) === tasks.word(at + 2)) {
        comms.set(tasks.word(at + 1), tasks.word(at));
      }
    }
    return comms;
  }
}

function ofEvent(rows: SampleRows, event: number, column: number): Float64Array {
  return rows.values[column].map((value, row) => (rows.ids[EVENT][row] === event ? value : 0));
}
