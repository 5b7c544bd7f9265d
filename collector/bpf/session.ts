import { closeSync, openSync } from "node:fs";
import { layOutFor } from "../arena/budget.ts";
import { COUNTER_ROW_BYTES, CounterRows } from "../arena/counters.ts";
import type { ArenaLayout } from "../arena/layout.ts";
import { ArenaReader } from "../arena/reader.ts";
import type {
  ProcessEvents,
  RawStackSink,
  RecordSpec,
  Session,
  SessionCounters,
  StartListener,
  UnwindTableSource,
} from "../contract.ts";
import { ProcessRecords, recordsRingBytes } from "../process/process-records.ts";
import { BusyMeter } from "../sys/busy-time.ts";
import { presentCpuCount } from "../sys/cpus.ts";
import { SyscallError } from "../sys/errno.ts";
import { pageSize } from "../sys/page-size.ts";
import { innerPidNamespace } from "../sys/pid-namespace.ts";
import { closeFd, liftLockedMemoryLimit, mapShared, type SharedMemory } from "../sys/syscall.ts";
import { SHARD_BYTES } from "../unwind/memory-format.ts";
import type { MakeShard } from "../unwind/shards.ts";
import {
  TABLES_SHARE,
  tablesImpossible,
  tablesRefusal,
  Unwinding,
  withoutTables,
} from "../unwind/unwinding.ts";
import { BtfError } from "./btf.ts";
import { MAX_TARGETS, mapSpecs } from "./maps.ts";
import { generatePrograms } from "./programs/generate.ts";
import {
  CONTROL,
  CONTROL_BYTES,
  HASH_MULTIPLIER,
  type ProgramMaps,
  planPrograms,
  TID_KEY_BIT,
  type UnwindMaps,
} from "./programs/plan.ts";
import { userRegisters } from "./programs/registers.ts";
import { SamplingClocks } from "./sampling-clocks.ts";
import {
  createMap,
  loadProgram,
  type MapSpec,
  MapType,
  openRawTracepoint,
  updateElement,
  updateElementAsync,
  VerifierError,
} from "./syscall.ts";
import { SHARD_MAP, shardMaker, unwindMapSpecs } from "./unwind-maps.ts";

const TARGET_ENTRY_BYTES = 96;
const NANOS_PER_SECOND = 1e9;

/**
 * A recording by BPF. All that lives in the kernel hangs on file descriptors of this process, so it is gone with it,
 * however it dies.
 */
export class BpfSession implements Session {
  readonly #closers: (() => void)[] = [];
  readonly #fds: number[] = [];
  readonly #shared: SharedMemory[] = [];
  readonly #control: ArrayBuffer;
  readonly #counters: CounterRows;
  readonly #readers: ArenaReader[][];
  readonly #records: ProcessRecords;
  readonly #clocks: SamplingClocks;
  readonly #barrier: { map: number; key: Uint8Array; value: Uint8Array };
  readonly #mapMemoryBytes: number;
  /** Bytes that may go into shards. */
  readonly #tablesBudget: number;
  readonly #makeShard: MakeShard | undefined;
  #unwinding: Unwinding | undefined;
  #side = 0;
  #stopped = false;
  #arenaBytesRead = 0;
  #busy = new BusyMeter();
  readonly notes: string[] = [];

  /**
   * Loads everything; `begin` starts to sample. `tables`: whether user stacks are walked by unwind tables.
   * `hashMultiplier`: for tests only, see ProgramPlan.
   */
  private constructor(spec: RecordSpec, tables: boolean, hashMultiplier: bigint) {
    liftLockedMemoryLimit();
    const cpus = presentCpuCount();
    try {
      const arena = layOutFor(spec, cpus, tables ? TABLES_SHARE : 0);
      const maps = this.#createMaps(spec, arena, cpus);
      const arenaBytes = arena.totalBytes * cpus * 2;
      this.#control = this.#share(maps.control, CONTROL_BYTES);
      this.#counters = new CounterRows(this.#share(maps.counters, COUNTER_ROW_BYTES * cpus), cpus);
      const memory = this.#share(maps.arenas, arenaBytes);
      this.#readers = [0, 1].map((side) =>
        Array.from(
          { length: cpus },
          (_, cpu) => new ArenaReader(memory, (cpu * 2 + side) * arena.totalBytes, arena),
        ),
      );
      this.#barrier = this.#createBarrier();
      this.#mapMemoryBytes =
        arenaBytes +
        COUNTER_ROW_BYTES * cpus +
        (spec.targets.kind === "tasks" ? MAX_TARGETS * TARGET_ENTRY_BYTES : 0);
      const unwind = tables ? this.#createUnwindMaps(cpus) : undefined;
      this.#makeShard = unwind?.makeShard;

      const sampler = this.#loadPrograms(spec, arena, maps, hashMultiplier, unwind?.maps);
      seedTargets(spec, maps);
      this.#records = new ProcessRecords(recordsRingBytes(spec.kernelMemoryBytes, cpus));
      this.#closers.push(() => this.#records.close());
      this.#tablesBudget = spec.kernelMemoryBytes - this.#mapMemoryBytes - this.#records.memoryBytes;
      this.#clocks = new SamplingClocks(this.#records.cpus, sampler, NANOS_PER_SECOND / spec.frequencyHz);
      this.#closers.push(() => this.#clocks.close());
    } catch (error) {
      this.#free();
      throw error;
    }
  }

  /** Begins to sample: with unwind tables where they are asked for and this kernel can. */
  static async start(
    spec: RecordSpec,
    listener: StartListener = SILENT,
    hashMultiplier: bigint = HASH_MULTIPLIER,
  ): Promise<BpfSession> {
    const { unwind } = spec;
    const refusal = unwind && spec.mode !== "kernel" ? refusalOf(spec) : undefined;
    if (!unwind || spec.mode === "kernel") {
      return new BpfSession(spec, false, hashMultiplier).#begin(spec, undefined, listener);
    }
    let reason = refusal;
    if (reason === undefined) {
      try {
        return await new BpfSession(spec, true, hashMultiplier).#begin(spec, unwind.source, listener);
      } catch (error) {
        reason = tablesProblem(error);
        if (unwind.required || reason === undefined) throw error;
      }
    }
    if (unwind.required) throw tablesImpossible(reason);
    const session = await new BpfSession(spec, false, hashMultiplier).#begin(spec, undefined, listener);
    session.notes.push(withoutTables(reason));
    return session;
  }

  async #begin(
    spec: RecordSpec,
    source: UnwindTableSource | undefined,
    listener: StartListener,
  ): Promise<this> {
    try {
      this.#records.start();
      if (source && this.#makeShard) {
        const most = Math.floor(this.#tablesBudget / SHARD_BYTES);
        this.#unwinding = await Unwinding.create(source, spec.targets, this.#makeShard, most);
        await this.#unwinding.prepare(spec.targets, listener, (events) => this.#records.drain(events));
      }
      new BigUint64Array(this.#control)[CONTROL.startNanos / 8] = process.hrtime.bigint();
      this.#busy = new BusyMeter();
      this.#clocks.start();
      return this;
    } catch (error) {
      this.close();
      throw error;
    }
  }

  recordsCome(milliseconds: number): Promise<void> | undefined {
    return this.#unwinding?.recordsCome(milliseconds, (wait) => this.#records.come(wait));
  }

  get recordsFill(): number {
    return this.#records.fill;
  }

  drainProcesses(events: ProcessEvents): void {
    this.#records.drain(this.#following(events));
    this.#unwinding?.flush();
  }

  async drain(events: ProcessEvents, sink: RawStackSink): Promise<void> {
    const all = this.#following(events);
    if (!this.#stopped) {
      this.#busy.read();
      this.#clocks.followHotplug(this.#records.followHotplug(all));
    }
    const written = this.#side;
    this.#side = 1 - written;
    Atomics.store(new Int32Array(this.#control), CONTROL.side / 4, this.#side);
    if (!this.#stopped) await this.#waitForPrograms(events);
    this.#records.drain(all);
    const noted = this.#unwinding?.noting(sink) ?? sink;
    this.#read(written, noted);
    if (this.#stopped) this.#read(this.#side, noted);
    this.#unwinding?.endRound();
  }

  /** A program that saw the old side may still be writing to it: the kernel tells when none can be. */
  async #waitForPrograms(events: ProcessEvents): Promise<void> {
    const { map, key, value } = this.#barrier;
    const wait = () => updateElementAsync(map, key, value);
    const come = (milliseconds: number) => this.#records.come(milliseconds);
    await (this.#unwinding?.passBarrier(wait, come, () => this.drainProcesses(events)) ?? wait());
  }

  #following(events: ProcessEvents): ProcessEvents {
    return this.#unwinding?.following(events) ?? events;
  }

  counters(): SessionCounters {
    const busyTicks = this.#counters.sum("busyTicks");
    return {
      samples: this.#counters.sum("samples"),
      drops: this.#counters.drops(),
      busyTicks,
      achievedHz: this.#busy.rate(busyTicks),
      kernelMemoryBytes:
        this.#mapMemoryBytes + this.#records.memoryBytes + (this.#unwinding?.memoryBytes ?? 0),
      bytesRead: this.#arenaBytesRead + this.#records.bytesRead,
      lostProcessRecords: this.#records.lost,
      unfollowedChildren: this.#counters.sum("targetsFull"),
      unwindTables: this.#unwinding?.counters(),
    };
  }

  stop(): void {
    if (this.#stopped) return;
    this.#clocks.stop();
    this.#busy.read();
    this.#stopped = true;
  }

  close(): void {
    this.#stopped = true;
    this.#unwinding?.close();
    this.#free();
  }

  #read(side: number, sink: RawStackSink): void {
    for (const reader of this.#readers[side]) {
      this.#arenaBytesRead += reader.read(sink);
      reader.clear();
    }
  }

  #createMaps(spec: RecordSpec, arena: ArenaLayout, cpus: number): ProgramMaps {
    const { targets } = spec;
    const specs = mapSpecs(targets, arena, cpus, innerPidNamespace() !== undefined);
    const NONE = -1;
    const create = (map: MapSpec | undefined) => (map === undefined ? NONE : this.#create(map));
    const maps: ProgramMaps = {
      control: create(specs.control),
      counters: create(specs.counters),
      arenas: create(specs.arenas),
      targets: create(specs.targets),
      seeds: create(specs.seeds),
      cgroup: create(specs.cgroup),
    };
    if (targets.kind === "cgroup") putCgroup(maps.cgroup, targets.path);
    return maps;
  }

  #createUnwindMaps(cpus: number): { maps: UnwindMaps; makeShard: MakeShard } {
    const template = this.#create(SHARD_MAP);
    const specs = unwindMapSpecs(cpus, template);
    const maps: UnwindMaps = {
      shards: this.#create(specs.shards),
      walks: this.#create(specs.walks),
      steps: this.#create(specs.steps),
    };
    const create = (spec: MapSpec) => this.#create(spec);
    const share = (map: number, bytes: number) => this.#share(map, bytes);
    return { maps, makeShard: shardMaker(maps.shards, template, create, share) };
  }

  #create(spec: MapSpec): number {
    const fd = createMap(spec);
    this.#fds.push(fd);
    return fd;
  }

  /**
   * A map whose only use is that the kernel, when an element of it is replaced, waits until no BPF program runs that
   * could have seen the old one (maybe_wait_bpf_programs, kernel/bpf/syscall.c).
   */
  #createBarrier() {
    const inner = this.#create({
      type: MapType.array,
      keyBytes: 4,
      valueBytes: 4,
      entries: 1,
      name: "sf_inner",
    });
    const map = this.#create({
      type: MapType.arrayOfMaps,
      keyBytes: 4,
      valueBytes: 4,
      entries: 1,
      name: "sf_barrier",
      innerMapFd: inner,
    });
    return { map, key: new Uint8Array(4), value: new Uint8Array(new Uint32Array([inner]).buffer) };
  }

  /** Loads all programs and attaches those that follow forks. Returns the sampling program. */
  #loadPrograms(
    spec: RecordSpec,
    arena: ArenaLayout,
    maps: ProgramMaps,
    hashMultiplier: bigint,
    unwind: UnwindMaps | undefined,
  ): number {
    const plan = planPrograms(spec, arena, maps, hashMultiplier, unwind);
    const word = (value: number) => new Uint8Array(new Uint32Array([value]).buffer);
    let sampler = -1;
    for (const { name, type, tracepoint, step, code } of generatePrograms(plan)) {
      const fd = loadProgram(type, name, code);
      this.#fds.push(fd);
      if (tracepoint !== undefined) this.#fds.push(openRawTracepoint(tracepoint, fd));
      else if (unwind && step !== undefined) updateElement(unwind.steps, word(step), word(fd));
      else sampler = fd;
    }
    return sampler;
  }

  #share(map: number, bytes: number): ArrayBuffer {
    const page = pageSize();
    const memory = mapShared(map, Math.ceil(bytes / page) * page);
    this.#shared.push(memory);
    return memory.bytes;
  }

  #free(): void {
    for (const close of this.#closers.splice(0).reverse()) close();
    for (const memory of this.#shared.splice(0)) memory.unmap();
    for (const fd of this.#fds.splice(0).reverse()) closeFd(fd);
  }
}

const SILENT: StartListener = { progress() {}, detail() {} };

/** Why tables are not even tried; undefined: they are. */
function refusalOf(spec: RecordSpec): string | undefined {
  return userRegisters() === undefined ? `${process.arch} has no tables` : tablesRefusal(spec);
}

/** Whether the kernel refused what only tables need: what it said; undefined: another error. */
function tablesProblem(error: unknown): string | undefined {
  if (error instanceof VerifierError) return error.message;
  if (error instanceof BtfError || error instanceof SyscallError) return error.message;
  return undefined;
}

/** Makes the cgroup at `path` the one that the map holds. */
function putCgroup(map: number, path: string): void {
  const directory = openSync(path, "r");
  try {
    updateElement(map, new Uint8Array(4), new Uint8Array(new Uint32Array([directory]).buffer));
  } finally {
    closeSync(directory);
  }
}

/** Start time 0 in the value: the task's own is not known from outside, so any entry with its id is its. */
function seedTargets(spec: RecordSpec, maps: ProgramMaps): void {
  if (spec.targets.kind !== "tasks") return;
  const map = maps.seeds >= 0 ? maps.seeds : maps.targets;
  const put = (key: bigint) => {
    updateElement(map, new Uint8Array(new BigUint64Array([key]).buffer), new Uint8Array(8));
  };
  for (const pid of spec.targets.pids) put(BigInt(pid));
  for (const tid of spec.targets.tids) put(TID_KEY_BIT | BigInt(tid));
}
