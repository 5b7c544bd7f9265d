import { closeSync, openSync } from "node:fs";
import type { ProcessEvents, RawStackSink, RecordSpec, Session, SessionCounters } from "../contract.ts";
import { CollectorError } from "../contract.ts";
import { busySeconds } from "../sys/busy-time.ts";
import { presentCpuCount } from "../sys/cpus.ts";
import { pageSize } from "../sys/page-size.ts";
import { innerPidNamespace } from "../sys/pid-namespace.ts";
import { closeFd, liftLockedMemoryLimit, mapShared, type SharedMemory } from "../sys/syscall.ts";
import { type ArenaLayout, chooseArena } from "./arena.ts";
import { ArenaReader } from "./arena-reader.ts";
import { COUNTER_ROW_BYTES, COUNTERS, type CounterName, counterOffset } from "./counters.ts";
import { CpuEvents } from "./cpu-events.ts";
import { readKernelLayout } from "./kernel-layout.ts";
import { forkProgram, freeProgram } from "./programs/follow.ts";
import { HASH_MULTIPLIER, type ProgramMaps, type ProgramPlan, TID_KEY_BIT } from "./programs/plan.ts";
import { sampleProgram } from "./programs/sample.ts";
import {
  BPF_F_MMAPABLE,
  createMap,
  loadProgram,
  MapType,
  openRawTracepoint,
  ProgramType,
  updateElement,
  updateElementAsync,
} from "./syscall.ts";

/** Processes that can be followed at once. Preallocated: about 100 bytes each. */
const MAX_TARGETS = 32768;
const TARGET_ENTRY_BYTES = 96;
/** Share of the memory budget for the rings that carry process records; the rest is for stacks. */
const RING_SHARE = 0.25;
const MIN_RING_BYTES = 16 * 1024;
const MAX_RING_BYTES = 1024 * 1024;
/** Busy time is told in steps of 10 ms a CPU: below this the achieved rate would be a guess. */
const MIN_BUSY_SECONDS = 1;
const NANOS_PER_SECOND = 1e9;

/**
 * A recording by BPF. All that lives in the kernel hangs on file descriptors of this process, so it is gone with it,
 * however it dies.
 */
export class BpfSession implements Session {
  readonly #fds: number[] = [];
  readonly #shared: SharedMemory[] = [];
  readonly #control: Int32Array;
  readonly #counters: BigUint64Array;
  readonly #readers: ArenaReader[][];
  readonly #events: CpuEvents;
  readonly #barrier: { map: number; key: Uint8Array; value: Uint8Array };
  readonly #mapMemoryBytes: number;
  #side = 0;
  #stopped = false;
  #arenaBytesRead = 0;
  /** CPU-seconds all CPUs had been busy when sampling began, and when it was last looked at. */
  #busyAtStart = 0;
  #busyNow = 0;

  /** `hashMultiplier`: for tests only, see ProgramPlan. */
  constructor(spec: RecordSpec, hashMultiplier: bigint = HASH_MULTIPLIER) {
    liftLockedMemoryLimit();
    const cpus = presentCpuCount();
    try {
      const arena = layOut(spec, cpus);
      const maps = this.#createMaps(spec, arena, cpus);
      const arenaBytes = arena.totalBytes * cpus * 2;
      this.#control = new Int32Array(this.#share(maps.control, 8));
      this.#counters = new BigUint64Array(this.#share(maps.counters, COUNTER_ROW_BYTES * cpus));
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

      const sampler = this.#loadPrograms(spec, arena, maps, hashMultiplier);
      seedTargets(spec, maps);
      this.#events = new CpuEvents(sampler, NANOS_PER_SECOND / spec.frequencyHz, ringBytes(spec, cpus));
      this.#events.startRecords();
      this.#busyAtStart = busySeconds();
      this.#busyNow = this.#busyAtStart;
      this.#events.startSampling();
    } catch (error) {
      this.#free();
      throw error;
    }
  }

  get recordsFill(): number {
    return this.#events.fill;
  }

  drainProcesses(events: ProcessEvents): void {
    this.#events.drainRecords(events);
  }

  async drain(events: ProcessEvents, sink: RawStackSink): Promise<void> {
    if (!this.#stopped) {
      this.#busyNow = busySeconds();
      this.#events.followHotplug(events);
    }
    const written = this.#side;
    this.#side = 1 - written;
    Atomics.store(this.#control, 0, this.#side);
    // A program that saw the old side may still be writing to it: the kernel tells when none can be.
    if (!this.#stopped) await updateElementAsync(this.#barrier.map, this.#barrier.key, this.#barrier.value);
    this.#events.drainRecords(events);
    this.#read(written, sink);
    if (this.#stopped) this.#read(this.#side, sink);
  }

  counters(): SessionCounters {
    const busyTicks = this.#sum("busyTicks");
    const busy = this.#busyNow - this.#busyAtStart;
    return {
      samples: this.#sum("samples"),
      drops: COUNTERS.flatMap(({ name, drop }) => {
        const count = drop === undefined ? 0 : this.#sum(name);
        return drop !== undefined && count > 0 ? [{ cause: drop, count }] : [];
      }),
      busyTicks,
      achievedHz: busy >= MIN_BUSY_SECONDS ? busyTicks / busy : Number.NaN,
      kernelMemoryBytes: this.#mapMemoryBytes + this.#events.ringMemoryBytes,
      bytesRead: this.#arenaBytesRead + this.#events.bytesRead,
      lostProcessRecords: this.#events.lostRecords,
      unfollowedChildren: this.#sum("targetsFull"),
    };
  }

  stop(): void {
    if (this.#stopped) return;
    this.#events.stopSampling();
    this.#busyNow = busySeconds();
    this.#stopped = true;
  }

  close(): void {
    this.#stopped = true;
    this.#events.close();
    this.#free();
  }

  #read(side: number, sink: RawStackSink): void {
    for (const reader of this.#readers[side]) this.#arenaBytesRead += reader.drain(sink);
  }

  #sum(name: CounterName): number {
    const words = COUNTER_ROW_BYTES / 8;
    let sum = 0;
    for (let i = counterOffset(name) / 8; i < this.#counters.length; i += words)
      sum += Number(this.#counters[i]);
    return sum;
  }

  #createMaps(spec: RecordSpec, arena: ArenaLayout, cpus: number): ProgramMaps {
    const keep = (fd: number) => {
      this.#fds.push(fd);
      return fd;
    };
    const shared = { type: MapType.array, keyBytes: 4, flags: BPF_F_MMAPABLE };
    const tasks = { type: MapType.hash, keyBytes: 8, valueBytes: 8 };
    const { kind } = spec.targets;
    const none = -1;
    return {
      control: keep(createMap({ ...shared, valueBytes: 8, entries: 1, name: "sf_control" })),
      counters: keep(
        createMap({ ...shared, valueBytes: COUNTER_ROW_BYTES, entries: cpus, name: "sf_counters" }),
      ),
      arenas: keep(
        createMap({ ...shared, valueBytes: arena.totalBytes, entries: cpus * 2, name: "sf_arenas" }),
      ),
      targets:
        kind === "tasks" ? keep(createMap({ ...tasks, entries: MAX_TARGETS, name: "sf_targets" })) : none,
      seeds:
        kind === "tasks" && innerPidNamespace() !== undefined
          ? keep(createMap({ ...tasks, entries: 4096, name: "sf_seeds" }))
          : none,
      cgroup: spec.targets.kind === "cgroup" ? keep(this.#createCgroupMap(spec.targets.path)) : none,
    };
  }

  #createCgroupMap(path: string): number {
    const map = createMap({
      type: MapType.cgroupArray,
      keyBytes: 4,
      valueBytes: 4,
      entries: 1,
      name: "sf_cgroup",
    });
    const directory = openSync(path, "r");
    try {
      updateElement(map, new Uint8Array(4), new Uint8Array(new Uint32Array([directory]).buffer));
    } finally {
      closeSync(directory);
    }
    return map;
  }

  /**
   * A map whose only use is that the kernel, when an element of it is replaced, waits until no BPF program runs that
   * could have seen the old one (maybe_wait_bpf_programs, kernel/bpf/syscall.c).
   */
  #createBarrier() {
    const inner = createMap({
      type: MapType.array,
      keyBytes: 4,
      valueBytes: 4,
      entries: 1,
      name: "sf_inner",
    });
    this.#fds.push(inner);
    const map = createMap({
      type: MapType.arrayOfMaps,
      keyBytes: 4,
      valueBytes: 4,
      entries: 1,
      name: "sf_barrier",
      innerMapFd: inner,
    });
    this.#fds.push(map);
    return { map, key: new Uint8Array(4), value: new Uint8Array(new Uint32Array([inner]).buffer) };
  }

  /** Loads all programs and attaches those that follow forks. Returns the sampling program. */
  #loadPrograms(spec: RecordSpec, arena: ArenaLayout, maps: ProgramMaps, hashMultiplier: bigint): number {
    const pidNamespace = innerPidNamespace();
    const { targets } = spec;
    const needsLayout = targets.kind === "tasks" || pidNamespace !== undefined;
    const plan: ProgramPlan = {
      filter:
        targets.kind === "tasks" ? { kind: "tasks", tids: targets.tids.length > 0 } : { kind: targets.kind },
      mode: spec.mode,
      idle: spec.idle,
      perThread: spec.perThread,
      arena,
      hashMultiplier,
      sliceNanos: spec.sliceNanos,
      startNanos: process.hrtime.bigint(),
      pidNamespace,
      layout: needsLayout ? readKernelLayout() : undefined,
      maps,
    };
    const load = (type: number, name: string, code: Uint8Array) => {
      const fd = loadProgram(type, name, code);
      this.#fds.push(fd);
      return fd;
    };
    const { filter, layout } = plan;
    if (filter.kind === "tasks" && layout) {
      const following = { ...plan, filter, layout };
      const fork = load(ProgramType.rawTracepoint, "sf_fork", forkProgram(following));
      const free = load(ProgramType.rawTracepoint, "sf_free", freeProgram(following));
      this.#fds.push(openRawTracepoint("sched_process_fork", fork));
      this.#fds.push(openRawTracepoint("sched_process_free", free));
    }
    return load(ProgramType.perfEvent, "sf_sample", sampleProgram(plan));
  }

  #share(map: number, bytes: number): ArrayBuffer {
    const page = pageSize();
    const memory = mapShared(map, Math.ceil(bytes / page) * page);
    this.#shared.push(memory);
    return memory.bytes;
  }

  #free(): void {
    for (const memory of this.#shared.splice(0)) memory.unmap();
    for (const fd of this.#fds.splice(0).reverse()) closeFd(fd);
  }
}

function layOut(spec: RecordSpec, cpus: number): ArenaLayout {
  const budget = spec.kernelMemoryBytes * (1 - RING_SHARE);
  const arena = chooseArena(budget, cpus * 2, spec.frequencyHz, spec.maxDepth);
  if (arena) return arena;
  throw new CollectorError(
    `${Math.floor(spec.kernelMemoryBytes / 1024)} KiB of kernel memory are too few for ${cpus} CPUs`,
    "Give more with --kernel-memory, or lower --max-depth.",
  );
}

function ringBytes(spec: RecordSpec, cpus: number): number {
  const share = (spec.kernelMemoryBytes * RING_SHARE) / cpus;
  let bytes = Math.max(MIN_RING_BYTES, pageSize());
  while (bytes * 2 <= share && bytes < MAX_RING_BYTES) bytes *= 2;
  return bytes;
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
