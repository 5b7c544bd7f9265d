import { closeSync, openSync } from "node:fs";
import { layOutFor } from "../arena/budget.ts";
import { COUNTER_ROW_BYTES, CounterRows } from "../arena/counters.ts";
import type { ArenaLayout } from "../arena/layout.ts";
import { ArenaReader } from "../arena/reader.ts";
import type { ProcessEvents, RawStackSink, RecordSpec, Session, SessionCounters } from "../contract.ts";
import { ProcessRecords, recordsRingBytes } from "../process/process-records.ts";
import { BusyMeter } from "../sys/busy-time.ts";
import { presentCpuCount } from "../sys/cpus.ts";
import { pageSize } from "../sys/page-size.ts";
import { innerPidNamespace } from "../sys/pid-namespace.ts";
import { closeFd, liftLockedMemoryLimit, mapShared, type SharedMemory } from "../sys/syscall.ts";
import { MAX_TARGETS, mapSpecs } from "./maps.ts";
import { generatePrograms } from "./programs/generate.ts";
import { HASH_MULTIPLIER, type ProgramMaps, planPrograms, TID_KEY_BIT } from "./programs/plan.ts";
import { SamplingClocks } from "./sampling-clocks.ts";
import {
  createMap,
  loadProgram,
  type MapSpec,
  MapType,
  openRawTracepoint,
  updateElement,
  updateElementAsync,
} from "./syscall.ts";

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
  readonly #control: Int32Array;
  readonly #counters: CounterRows;
  readonly #readers: ArenaReader[][];
  readonly #records: ProcessRecords;
  readonly #clocks: SamplingClocks;
  readonly #barrier: { map: number; key: Uint8Array; value: Uint8Array };
  readonly #mapMemoryBytes: number;
  #side = 0;
  #stopped = false;
  #arenaBytesRead = 0;
  readonly #busy: BusyMeter;

  /** `hashMultiplier`: for tests only, see ProgramPlan. */
  constructor(spec: RecordSpec, hashMultiplier: bigint = HASH_MULTIPLIER) {
    liftLockedMemoryLimit();
    const cpus = presentCpuCount();
    try {
      const arena = layOutFor(spec, cpus);
      const maps = this.#createMaps(spec, arena, cpus);
      const arenaBytes = arena.totalBytes * cpus * 2;
      this.#control = new Int32Array(this.#share(maps.control, 8));
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

      const sampler = this.#loadPrograms(spec, arena, maps, hashMultiplier);
      seedTargets(spec, maps);
      this.#records = new ProcessRecords(recordsRingBytes(spec.kernelMemoryBytes, cpus));
      this.#closers.push(() => this.#records.close());
      this.#clocks = new SamplingClocks(this.#records.cpus, sampler, NANOS_PER_SECOND / spec.frequencyHz);
      this.#closers.push(() => this.#clocks.close());
      this.#records.start();
      this.#busy = new BusyMeter();
      this.#clocks.start();
    } catch (error) {
      this.#free();
      throw error;
    }
  }

  get recordsFill(): number {
    return this.#records.fill;
  }

  drainProcesses(events: ProcessEvents): void {
    this.#records.drain(events);
  }

  async drain(events: ProcessEvents, sink: RawStackSink): Promise<void> {
    if (!this.#stopped) {
      this.#busy.read();
      this.#clocks.followHotplug(this.#records.followHotplug(events));
    }
    const written = this.#side;
    this.#side = 1 - written;
    Atomics.store(this.#control, 0, this.#side);
    // A program that saw the old side may still be writing to it: the kernel tells when none can be.
    if (!this.#stopped) await updateElementAsync(this.#barrier.map, this.#barrier.key, this.#barrier.value);
    this.#records.drain(events);
    this.#read(written, sink);
    if (this.#stopped) this.#read(this.#side, sink);
  }

  counters(): SessionCounters {
    const busyTicks = this.#counters.sum("busyTicks");
    return {
      samples: this.#counters.sum("samples"),
      drops: this.#counters.drops(),
      busyTicks,
      achievedHz: this.#busy.rate(busyTicks),
      kernelMemoryBytes: this.#mapMemoryBytes + this.#records.memoryBytes,
      bytesRead: this.#arenaBytesRead + this.#records.bytesRead,
      lostProcessRecords: this.#records.lost,
      unfollowedChildren: this.#counters.sum("targetsFull"),
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
    const create = (map: MapSpec | undefined) => {
      const NONE = -1;
      if (map === undefined) return NONE;
      const fd = createMap(map);
      this.#fds.push(fd);
      return fd;
    };
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
    const plan = planPrograms(spec, arena, maps, process.hrtime.bigint(), hashMultiplier);
    let sampler = -1;
    for (const { name, type, tracepoint, code } of generatePrograms(plan)) {
      const fd = loadProgram(type, name, code);
      this.#fds.push(fd);
      if (tracepoint === undefined) sampler = fd;
      else this.#fds.push(openRawTracepoint(tracepoint, fd));
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
