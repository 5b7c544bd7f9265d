import type { ProcessEvents, RawStackSink, RecordSpec } from "../contract.ts";
import { hand } from "../process/process-records.ts";
import { parseProcessRecord } from "../sys/perf-records.ts";
import type { UserWalk } from "../unwind/copied/user-walk.ts";
import { LostSamples } from "./lost-samples.ts";
import { RECORD } from "./record.ts";
import type { RingReader } from "./ring-reader.ts";
import type { SamplePlan } from "./sample-plan.ts";
import { SampleRecord } from "./sample-record.ts";
import { StackCounter } from "./stack-counter.ts";
import { ThreadNames } from "./thread-names.ts";

/** What is asked at each sample, before it is taken. */
export interface BeforeSample {
  /** Whether samples must wait for what is not known yet; `fill`: how full the fullest buffer is, 0 to 1. */
  waits(fill: number): boolean;
  /** To be called when samples follow on events of processes. */
  settle(): void;
}

/** Reads the records of all buffers in the order of time, and counts the samples among them. */
export class SampleReader {
  readonly #spec: RecordSpec;
  readonly #sample: SampleRecord;
  readonly #stacks: StackCounter;
  readonly #walk: UserWalk | undefined;
  readonly #names = new ThreadNames();
  readonly #ticks: number;
  /** Ticks on each CPU since the last that was counted. */
  readonly #ticked = new Map<RingReader, number>();
  readonly lost: LostSamples;
  #startNanos = Number.POSITIVE_INFINITY;
  /** Nanosecond until which all records have been read. */
  #readUntil = Number(process.hrtime.bigint());
  #samples = 0;
  #busySamples = 0;
  #bytesRead = 0;
  #fill = 0;

  /** `walk`: how user stacks are walked, where they are not in call chains. */
  constructor(spec: RecordSpec, plan: SamplePlan, walk: UserWalk | undefined) {
    this.#spec = spec;
    this.#sample = new SampleRecord(plan.layout);
    this.#stacks = new StackCounter(plan.depths);
    this.#walk = walk;
    this.#ticks = plan.ticks;
    this.lost = new LostSamples(plan.attributes.periodNanos, plan.ticks);
  }

  /** Samples taken, and those of them that were not of the idle task. */
  get samples(): number {
    return this.#samples;
  }

  get busySamples(): number {
    return this.#busySamples;
  }

  get bytesRead(): number {
    return this.#bytesRead;
  }

  /** How full the fullest buffer was when they were last read, 0 to 1. */
  get fill(): number {
    return this.#fill;
  }

  get readUntil(): number {
    return this.#readUntil;
  }

  /** Samples count from nanosecond `startNanos` on. */
  begin(startNanos: number): void {
    this.#startNanos = startNanos;
    this.lost.begin();
  }

  /**
   * Tells `events` what happened to processes and counts samples. What was written after this call began is left for the next:
   * of two records, the earlier may lie in a buffer that was looked at before. `all`: nothing is written any more.
   */
  read(rings: readonly RingReader[], events: ProcessEvents, before: BeforeSample, all: boolean): void {
    const now = all ? Number.POSITIVE_INFINITY : Number(process.hrtime.bigint());
    const lostBefore = this.lost.told;
    this.#fill = 0;
    for (const ring of rings) {
      ring.begin();
      this.#fill = Math.max(this.#fill, ring.waiting / ring.capacity);
    }
    let told = true;
    for (;;) {
      const ring = earliest(rings);
      if (ring === undefined || ring.time > now) break;
      if (ring.type !== RECORD.sample) {
        this.#tell(ring, events);
        told = true;
      } else {
        if (told) before.settle();
        told = false;
        if (!this.#isCounted(ring)) {
          ring.next();
          continue;
        }
        if (!all && before.waits(this.#fill)) break;
        this.#ticked.set(ring, 0);
        this.#take(ring);
      }
      ring.next();
    }
    for (const ring of rings) this.#bytesRead += ring.end();
    if (this.lost.told > lostBefore) {
      this.#names.forget();
      events.gap(this.#readUntil);
    }
    if (!all) this.#readUntil = now;
  }

  /** Hands over the stacks that were counted since last time. */
  hand(sink: RawStackSink): void {
    this.#stacks.hand(sink);
  }

  /** Whether a sample is that tick of its CPU which is counted. If not, it is one of those before. */
  #isCounted(ring: RingReader): boolean {
    if (ring.time < this.#startNanos) return false;
    const ticked = (this.#ticked.get(ring) ?? 0) + 1;
    if (ticked >= this.#ticks) return true;
    this.#ticked.set(ring, ticked);
    return false;
  }

  #take(ring: RingReader): void {
    const sample = this.#sample;
    if (!sample.read(ring.words, ring.at, ring.bytes)) return;
    this.#samples++;
    if (sample.tid !== 0) this.#busySamples++;
    const { perThread, sliceNanos } = this.#spec;
    const slice = Math.floor((sample.time - this.#startNanos) / sliceNanos);
    this.#walk?.walk(sample);
    const comm = this.#names.of(sample.pid, sample.tid);
    this.#stacks.add(sample, perThread ? sample.tid : 0, comm, slice, this.#walk);
  }

  #tell(ring: RingReader, events: ProcessEvents): void {
    if (this.lost.take(ring)) return;
    const { words, at, bytes } = ring;
    const view = new DataView(words.buffer, words.byteOffset + at * 4, bytes);
    const record = parseProcessRecord(ring.type, ring.misc, view);
    if (record === undefined || record.kind === "lost") return;
    if (record.kind === "comm") this.#names.renamed(record.tid, record.comm);
    else if (record.kind === "fork") this.#names.forked(record.parentPid, record.parentTid, record.tid);
    else if (record.kind === "exit") this.#names.ended(record.tid);
    hand(record, events);
  }
}

/** The buffer whose present record is the earliest. */
function earliest(rings: readonly RingReader[]): RingReader | undefined {
  let found: RingReader | undefined;
  for (const ring of rings) {
    if (ring.present && (found === undefined || ring.time < found.time)) found = ring;
  }
  return found;
}
