import { setTimeout as sleep } from "node:timers/promises";
import {
  CollectorError,
  type ProcessEvents,
  type RawStackSink,
  type RecordSpec,
  type StartListener,
  type TargetSpec,
  type UnwindTableCounters,
  type UnwindTableSource,
} from "../contract.ts";
import type { Mapping } from "../process/address-space.ts";
import { SHARD_BYTES } from "./memory-format.ts";
import type { BlockEntry } from "./process-block.ts";
import { ProcessFeed } from "./process-feed.ts";
import { liveProcessReader, type ProcessReader } from "./process-reader.ts";
import { recordedProcesses } from "./recorded-processes.ts";
import { type MakeShard, Shards } from "./shards.ts";
import { mayBeMisled } from "./stack-end.ts";
import { tee } from "./tee.ts";

/** Sampling waits no longer than this for the tables of the processes that are there: of those that were named, of a whole machine. */
const PREPARE_NAMED_LIMIT_MS = 30_000;
const PREPARE_ALL_LIMIT_MS = 3000;
/** Of a whole machine, processes are read for no longer than this at the start; those left are read when they are sampled. */
const READ_ALL_LIMIT_MS = 500;
const LOOK_INTERVAL_MS = 10;

/** Between two reads of process records, however many there are. */
const RECORDS_PAUSE_MS = 3;
/** They are waited for no longer than this at a time while something else is waited for. */
const RECORDS_LOOK_MS = 100;

/** Of a recording's kernel memory, at least: a fair share of it when the rest is wanted too. */
export const TABLES_SHARE = 0.4;

/** Why tables are not even tried; undefined: they are. */
export function tablesRefusal({
  kernelMemoryBytes,
}: Pick<RecordSpec, "kernelMemoryBytes">): string | undefined {
  if (kernelMemoryBytes * TABLES_SHARE >= SHARD_BYTES) return undefined;
  return `${Math.floor(kernelMemoryBytes / 1024)} KiB of kernel memory are too few for them`;
}

/** For a recording that was to be by tables or not at all. */
export function tablesImpossible(reason: string, cause?: unknown): CollectorError {
  return new CollectorError(
    `user stacks cannot be unwound by tables here: ${reason}`,
    "Leave --unwind out, which takes frame pointers then.",
    { cause },
  );
}

/** The note of a recording that does without. */
export function withoutTables(reason: string): string {
  return `User stacks are walked by frame pointers, without unwind tables: ${reason}`;
}

/** What a collector's kernel side has for tables. */
export interface KernelSide {
  makeShard: MakeShard;
  /** Bound of the memory. */
  maxShards: number;
}

/**
 * What a collector does for user stacks by unwind tables, whatever its kernel side is: shards, tables and processes.
 * The collector tells it when the kernel has been waited for.
 */
export class Unwinding {
  readonly #shards: Shards;
  readonly #feed: ProcessFeed;
  readonly #source: UnwindTableSource;

  private constructor(shards: Shards, feed: ProcessFeed, source: UnwindTableSource) {
    this.#shards = shards;
    this.#source = source;
    this.#feed = feed;
  }

  /** Makes the first shard. Rejects with what `makeShard` rejects with. */
  static async create(
    source: UnwindTableSource,
    targets: TargetSpec,
    { makeShard, maxShards }: KernelSide,
    reader: ProcessReader = liveProcessReader(),
  ): Promise<Unwinding> {
    const shards = new Shards(makeShard, maxShards);
    await shards.grow();
    const followed = targets.kind === "all" ? "all" : "known";
    return new Unwinding(shards, new ProcessFeed(source, shards, followed, reader), source);
  }

  get memoryBytes(): number {
    return this.#shards.memoryBytes;
  }

  /** How many of the tables that were asked for are there, or will never be. */
  get answered(): number {
    return this.#feed.progress.answered;
  }

  /** Whether tables that were asked for are still being made. */
  get waiting(): boolean {
    const { files, answered } = this.#feed.progress;
    return answered < files;
  }

  counters(): UnwindTableCounters {
    return this.#feed.counters();
  }

  /** See Session.recordsCome; `records` waits for them. */
  async recordsCome(milliseconds: number, records: (milliseconds: number) => Promise<void>): Promise<void> {
    await sleep(RECORDS_PAUSE_MS);
    if (!this.#feed.awaitsExec) await records(Math.max(0, milliseconds - RECORDS_PAUSE_MS));
  }

  /**
   * Gets ready what is known before sampling begins, for a bounded time. `drain` reads the process records, which must
   * be on since before this is called, and hands them over.
   */
  async prepare(
    targets: TargetSpec,
    listener: StartListener,
    drain: (events: ProcessEvents) => void,
  ): Promise<void> {
    const begin = performance.now();
    const [readLimit, limit] =
      targets.kind === "all"
        ? [READ_ALL_LIMIT_MS, PREPARE_ALL_LIMIT_MS]
        : [PREPARE_NAMED_LIMIT_MS, PREPARE_NAMED_LIMIT_MS];
    for (const pid of recordedProcesses(targets)) {
      if (performance.now() - begin > readLimit) break;
      this.#feed.ensure(pid);
    }
    if (targets.kind === "tasks" && targets.launched !== undefined) await this.#expect(targets.launched);
    this.#feed.flush();
    for (;;) {
      const { files, answered } = this.#feed.progress;
      if (answered === files) break;
      if (performance.now() - begin > limit) {
        listener.detail(`unwind tables of ${files - answered} of ${files} files are still being made`);
        break;
      }
      listener.progress(`making unwind tables: ${answered} of ${files} files`);
      await sleep(LOOK_INTERVAL_MS);
      drain(this.#feed);
      this.#feed.flush();
    }
    this.#feed.begin();
  }

  async #expect(program: string): Promise<void> {
    this.#feed.expect(program);
    for (const library of await this.#source.librariesOf(program)) this.#feed.expect(library);
  }

  /** The events of processes for both the unwinding and `events`; `flush` is to be called when they were told. */
  following(events: ProcessEvents): ProcessEvents {
    return tee(this.#feed, events);
  }

  flush(): void {
    this.#feed.flush();
  }

  /** See ProcessFeed.entryAt. */
  entryAt(pid: number, mapping: Mapping, address: number): BlockEntry {
    return this.#feed.entryAt(pid, mapping, address);
  }

  /** The stacks for `sink`, noting which processes are sampled, and where walks end. */
  noting(sink: RawStackSink): RawStackSink {
    return (stack) => {
      const { tgid, user, userLength, userEnd } = stack;
      this.#feed.sampled(tgid);
      // A return address may lie behind its function's end.
      if (userLength > 0 && mayBeMisled(userEnd))
        this.#feed.endedAt(tgid, user[userLength - 1] - (userLength > 1 ? 1 : 0));
      sink(stack);
    };
  }

  /**
   * Waits for the kernel's running programs by `barrier`; what was let go of before may be used again then. That may take
   * some tens of milliseconds, in which new processes do not wait: `come` waits for their records, `drain` reads them.
   */
  async passBarrier(
    barrier: () => Promise<unknown>,
    come: (milliseconds: number) => Promise<void>,
    drain: () => void,
  ): Promise<void> {
    this.flush();
    const released = this.#shards.space.beforeBarrier();
    let over = false;
    const passed = barrier().finally(() => {
      over = true;
    });
    while (!over) {
      await Promise.race([passed, this.recordsCome(RECORDS_LOOK_MS, come)]);
      if (!over) drain();
    }
    await passed;
    this.#shards.space.afterBarrier(released);
  }

  /** For who reads the tables alone: what was let go of may be used again at once. */
  passWithoutBarrier(): void {
    this.flush();
    const { space } = this.#shards;
    space.afterBarrier(space.beforeBarrier());
  }

  endRound(): void {
    this.#feed.endRound();
  }

  close(): void {
    this.#feed.close();
  }
}
