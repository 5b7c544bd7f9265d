import { closeSync, openSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type {
  ProcessEvents,
  RawStackSink,
  RecordSpec,
  Session,
  SessionCounters,
  StackDepths,
  StartListener,
} from "../contract.ts";
import { BusyMeter } from "../sys/busy-time.ts";
import { presentCpus } from "../sys/cpus.ts";
import { TableMemory } from "../unwind/copied/table-memory.ts";
import { UserWalk } from "../unwind/copied/user-walk.ts";
import { SHARD_BYTES } from "../unwind/memory-format.ts";
import { TABLES_SHARE, Unwinding } from "../unwind/unwinding.ts";
import { accessLimits, type PerfAccess, perfAccess, setting } from "./access.ts";
import { EventRings } from "./event-rings.ts";
import { RecordedImages } from "./recorded-images.ts";
import { ringSizes } from "./ring-size.ts";
import { type SamplePlan, samplePlan } from "./sample-plan.ts";
import { type BeforeSample, SampleReader } from "./sample-reader.ts";

const NANOS_PER_SECOND = 1e9;
/** Buffers are read before they are fuller than this by what a busy CPU writes. */
const READ_AT_FILL = 0.25;
const SHORTEST_PAUSE_MS = 3;
const LONGEST_PAUSE_MS = 25;
/** Samples wait in the buffers for the tables of new files, but no longer than this, and not when these are so full. */
const WAIT_LIMIT_MS = 1000;
const WAIT_FILL = 0.5;
/** At the end, when nothing is written any more. */
const LAST_WAIT_LIMIT_MS = 3000;
const LOOK_INTERVAL_MS = 10;
/** Reading the clocks of tasks that run interrupts their CPUs. */
const COUNTS_INTERVAL_MS = 2000;
/** Of a task's CPU time of fewer periods than these, a rate would be a guess. */
const LEAST_RATED_PERIODS = 50;
/** One for processes, one for tables. */
const LEAST_SHARDS = 2;

/** How user stacks are walked in their copies. */
interface Walking {
  unwinding: Unwinding;
  walk: UserWalk;
  images: RecordedImages;
}

/**
 * A recording by perf events: each sample is copied out of the kernel, walked and counted here. All that lives in the kernel
 * hangs on file descriptors of this process, so it is gone with it, however it dies.
 */
export class PerfSession implements Session, BeforeSample {
  startedAt = Number.NaN;
  readonly notes: string[];
  readonly depths: StackDepths;
  readonly #plan: SamplePlan;
  readonly #tasks: boolean;
  readonly #periodNanos: number;
  readonly #walking: Walking | undefined;
  readonly #reader: SampleReader;
  readonly #rings: EventRings;
  /** Milliseconds in which a busy CPU fills so much of its buffer that it should be read. */
  readonly #pauseMs: number;
  #busy: BusyMeter | undefined;
  #stopped = false;
  /** Since when samples wait for tables. */
  #waitingSince: number | undefined;
  #nanosBefore = 0;
  #countedAt = 0;
  #achievedHz = Number.NaN;

  private constructor(spec: RecordSpec, access: PerfAccess, plan: SamplePlan, walking: Walking | undefined) {
    this.notes = notesOf(access);
    this.#plan = plan;
    this.depths = plan.depths;
    this.#periodNanos = NANOS_PER_SECOND / spec.frequencyHz;
    this.#tasks = spec.targets.kind === "tasks";
    this.#walking = walking;
    this.#reader = new SampleReader(spec, plan, walking?.walk);
    const { wanted, least } = ringSizes(spec, plan, presentCpus().length);
    this.#rings = openRings(spec, plan, wanted, least);
    const fullAfterMs = (1000 * this.#rings.ringBytes) / (plan.sampleBytes * plan.ticks * spec.frequencyHz);
    this.#pauseMs = Math.min(Math.max(fullAfterMs * READ_AT_FILL, SHORTEST_PAUSE_MS), LONGEST_PAUSE_MS);
  }

  /** Begins to sample. Throws CollectorError, SyscallError. */
  static async start(spec: RecordSpec, listener: StartListener): Promise<PerfSession> {
    const access = perfAccess();
    const plan = samplePlan(spec, access, presentCpus().length);
    const walking = await startWalking(spec, plan);
    let session: PerfSession | undefined;
    try {
      session = new PerfSession(spec, access, plan, walking);
      await session.#begin(spec, listener);
      return session;
    } catch (error) {
      session?.close();
      walking?.unwinding.close();
      throw error;
    }
  }

  async #begin({ targets }: RecordSpec, listener: StartListener): Promise<void> {
    const { ringBytes, events } = this.#rings;
    listener.detail(`${events} perf events, ring buffers of ${ringBytes / 1024} KiB on each CPU`);
    this.#rings.start();
    if (this.#walking) {
      const { unwinding, images } = this.#walking;
      await unwinding.prepare(targets, listener, (events) => this.#read(images.telling(events)));
    }
    const { nanos, lost } = this.#rings.counts();
    this.#nanosBefore = nanos;
    this.#reader.lost.eventsTell(lost);
    this.#busy = new BusyMeter();
    this.startedAt = performance.now();
    this.#countedAt = this.startedAt;
    this.#reader.begin(Number(process.hrtime.bigint()));
  }

  get recordsFill(): number {
    return this.#reader.fill;
  }

  async recordsCome(milliseconds: number): Promise<void> {
    await sleep(Math.min(milliseconds, this.#pauseMs));
  }

  drainProcesses(events: ProcessEvents): void {
    this.#read(this.#following(events));
  }

  async drain(events: ProcessEvents, sink: RawStackSink): Promise<void> {
    const all = this.#following(events);
    if (this.#stopped) await this.#readLast(all);
    else {
      this.#followHotplug(all);
      this.#read(all);
    }
    if (this.#stopped || performance.now() - this.#countedAt > COUNTS_INTERVAL_MS) this.#count();
    const unwinding = this.#walking?.unwinding;
    this.#reader.hand(unwinding?.noting(sink) ?? sink);
    unwinding?.passWithoutBarrier();
    unwinding?.endRound();
  }

  counters(): SessionCounters {
    const { samples, busySamples, lost, bytesRead } = this.#reader;
    return {
      samples: samples + lost.sum,
      drops: lost.drops(),
      busyTicks: busySamples + lost.sum,
      achievedHz: this.#achievedHz,
      kernelMemoryBytes: this.#rings.memoryBytes,
      bytesRead,
      // They are among the records that found no room, which are told as drops.
      lostProcessRecords: 0,
      unfollowedChildren: 0,
      unwindTables: this.#walking?.unwinding.counters(),
    };
  }

  stop(): void {
    if (this.#stopped) return;
    this.#rings.stop();
    this.#busy?.read();
    this.#stopped = true;
  }

  close(): void {
    this.#stopped = true;
    this.#walking?.unwinding.close();
    this.#rings.close();
  }

  waits(fill: number): boolean {
    const now = performance.now();
    if (!this.#walking?.unwinding.waiting) {
      this.#waitingSince = undefined;
      return false;
    }
    this.#waitingSince ??= now;
    const waited = now - this.#waitingSince;
    return this.#stopped ? waited < LAST_WAIT_LIMIT_MS : waited < WAIT_LIMIT_MS && fill < WAIT_FILL;
  }

  settle(): void {
    this.#walking?.unwinding.flush();
  }

  #following(events: ProcessEvents): ProcessEvents {
    if (!this.#walking) return events;
    return this.#walking.images.telling(this.#walking.unwinding.following(events));
  }

  #read(events: ProcessEvents): void {
    this.#reader.read(this.#rings.rings, events, this, false);
  }

  /** All that is in the buffers, which nobody writes to any more; with the tables of files that came last. */
  async #readLast(events: ProcessEvents): Promise<void> {
    const end = performance.now() + LAST_WAIT_LIMIT_MS;
    do {
      this.#read(events);
      if (this.#waitingSince === undefined) break;
      await sleep(LOOK_INTERVAL_MS);
    } while (performance.now() < end);
    this.#reader.read(this.#rings.rings, events, this, true);
  }

  #followHotplug(events: ProcessEvents): void {
    const come = this.#rings.followHotplug((ring) => this.#reader.read([ring], events, this, true));
    // What ran on them before their events were opened has told nobody.
    if (come) events.gap(this.#reader.readUntil);
  }

  /** What the clocks have counted against what came of it. */
  #count(): void {
    const { nanos, lost } = this.#rings.counts();
    this.#countedAt = performance.now();
    this.#reader.lost.eventsTell(lost);
    const { kernel, user } = this.#plan.attributes;
    if (!kernel || !user) return;
    const { busyTicks } = this.counters();
    if (!this.#tasks) {
      if (!this.#stopped) this.#busy?.read();
      this.#achievedHz = this.#busy?.rate(busyTicks) ?? Number.NaN;
    } else if (nanos - this.#nanosBefore >= LEAST_RATED_PERIODS * this.#periodNanos) {
      this.#achievedHz = (busyTicks * NANOS_PER_SECOND) / (nanos - this.#nanosBefore);
    }
  }
}

async function startWalking(spec: RecordSpec, plan: SamplePlan): Promise<Walking | undefined> {
  if (!spec.unwind || !plan.registers) return undefined;
  const memory = new TableMemory();
  const images = new RecordedImages();
  const makeShard = async () => memory.addShard();
  const maxShards = Math.max(LEAST_SHARDS, Math.floor((spec.kernelMemoryBytes * TABLES_SHARE) / SHARD_BYTES));
  const kernelSide = { makeShard, maxShards };
  const unwinding = await Unwinding.create(spec.unwind.source, spec.targets, kernelSide, images);
  return { unwinding, images, walk: new UserWalk(memory, plan.registers, plan.depths.user) };
}

function notesOf(access: PerfAccess): string[] {
  const limits = accessLimits(access);
  if (limits.length === 0) return [];
  const paranoid = setting("perf_event_paranoid");
  return [`Sampling by perf events (kernel.perf_event_paranoid is ${paranoid}): ${limits.join("; ")}.`];
}

/** Opens the events. A cgroup's directory need be open only meanwhile. */
function openRings({ targets }: RecordSpec, plan: SamplePlan, wanted: number, least: number): EventRings {
  if (targets.kind !== "cgroup") return new EventRings(plan.attributes, targets, wanted, least);
  const directory = openSync(targets.path, "r");
  try {
    return new EventRings(plan.attributes, { kind: "cgroup", directory }, wanted, least);
  } finally {
    closeSync(directory);
  }
}
