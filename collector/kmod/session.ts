import { closeSync, openSync } from "node:fs";
import { layOutFor } from "../arena/budget.ts";
import { COUNTER_ROW_BYTES, CounterRows } from "../arena/counters.ts";
import type { ArenaLayout } from "../arena/layout.ts";
import { ArenaReader } from "../arena/reader.ts";
import type { ProcessEvents, RawStackSink, RecordSpec, Session, SessionCounters } from "../contract.ts";
import { ProcessRecords, recordsRingBytes } from "../process/process-records.ts";
import { BusyMeter } from "../sys/busy-time.ts";
import { presentCpuCount } from "../sys/cpus.ts";
import { address, ioctl, ioctlAsync, mapShared, type SharedMemory } from "../sys/syscall.ts";
import {
  decodeMemory,
  encodePlan,
  IOC_FLIP,
  IOC_START,
  IOC_STOP,
  type KmodMemory,
  type KmodPlan,
  PlanFlag,
} from "./abi.ts";

/** Of good avalanche, as in the BPF programs. */
const HASH_MULTIPLIER = 0xff51afd7ed558ccdn;
const NANOS_PER_SECOND = 1e9;
/** struct sf_targets: 32768 entries of 24 bytes and as many buckets of 4. */
const TARGETS_BYTES = 32768 * 28;

/** The device of a loaded module, already open, and how to let go of both. */
export interface OpenedDevice {
  fd: number;
  /** Closes the device, which stops all sampling, and removes the module unless another recording uses it. */
  release(): void;
}

/**
 * A recording by the module. All that lives in the kernel hangs on the device's descriptor, so sampling ends with this
 * process, however it dies; only the module itself, idle then, may be left.
 */
export class KmodSession implements Session {
  readonly #device: OpenedDevice;
  readonly #memory: KmodMemory;
  readonly #mapped: SharedMemory;
  readonly #counters: CounterRows;
  readonly #readers: ArenaReader[][];
  readonly #records: ProcessRecords;
  readonly #busy: BusyMeter;
  readonly #follows: boolean;
  #stopped = false;
  #closed = false;
  #arenaBytesRead = 0;

  /** Begins to sample. `hashMultiplier`: for tests only. Throws SyscallError, CollectorError. */
  constructor(spec: RecordSpec, device: OpenedDevice, hashMultiplier: bigint = HASH_MULTIPLIER) {
    this.#device = device;
    this.#follows = spec.targets.kind === "tasks";
    const cpus = presentCpuCount();
    const arena = layOutFor(spec, cpus);
    this.#records = new ProcessRecords(recordsRingBytes(spec.kernelMemoryBytes, cpus));
    try {
      // Before sampling begins: a snapshot of /proc taken after this misses nothing.
      this.#records.start();
      this.#busy = new BusyMeter();
      this.#memory = start(device.fd, spec, arena, hashMultiplier);
      this.#mapped = mapShared(device.fd, this.#memory.mapBytes, "read");
    } catch (error) {
      this.#records.close();
      throw error;
    }
    const { bytes } = this.#mapped;
    this.#counters = new CounterRows(bytes, Math.floor(this.#memory.arenasOffset / COUNTER_ROW_BYTES));
    this.#readers = [0, 1].map((side) =>
      Array.from({ length: this.#memory.cpus }, (_, cpu) => {
        const offset = this.#memory.arenasOffset + (cpu * 2 + side) * arena.totalBytes;
        return new ArenaReader(bytes, offset, arena);
      }),
    );
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
      this.#records.followHotplug(events);
    }
    const side = await ioctlAsync(this.#device.fd, IOC_FLIP, 0);
    this.#records.drain(events);
    for (const reader of this.#readers[side]) this.#arenaBytesRead += reader.read(sink);
  }

  counters(): SessionCounters {
    const busyTicks = this.#counters.sum("busyTicks");
    const samples = this.#counters.sum("samples");
    const drops = this.#counters.drops();
    const measured = samples - drops.reduce((sum, drop) => sum + drop.count, 0);
    return {
      samples,
      drops,
      busyTicks,
      achievedHz: this.#busy.rate(busyTicks),
      sampleNanos: measured > 0 ? this.#counters.sum("sampleNanos") / measured : undefined,
      kernelMemoryBytes:
        this.#memory.mapBytes + this.#records.memoryBytes + (this.#follows ? TARGETS_BYTES : 0),
      bytesRead: this.#arenaBytesRead + this.#records.bytesRead,
      lostProcessRecords: this.#records.lost,
      unfollowedChildren: this.#counters.sum("targetsFull"),
    };
  }

  stop(): void {
    if (this.#stopped) return;
    ioctl(this.#device.fd, IOC_STOP, 0);
    this.#busy.read();
    this.#stopped = true;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#stopped = true;
    this.#mapped.unmap();
    this.#device.release();
    this.#records.close();
  }
}

function start(fd: number, spec: RecordSpec, arena: ArenaLayout, hashMultiplier: bigint): KmodMemory {
  const { targets } = spec;
  const tasks = targets.kind === "tasks" ? targets : { pids: [], tids: [] };
  const plan: KmodPlan = {
    flags: planFlags(spec),
    arena,
    periodNanos: NANOS_PER_SECOND / spec.frequencyHz,
    sliceNanos: spec.sliceNanos,
    startNanos: process.hrtime.bigint(),
    hashMultiplier,
    pids: tasks.pids,
    tids: tasks.tids,
  };
  // One more than needed: an empty buffer has no address.
  const ids = new Int32Array([...tasks.pids, ...tasks.tids, 0]);
  const cgroup = targets.kind === "cgroup" ? openSync(targets.path, "r") : -1;
  try {
    const bytes = encodePlan(plan, address(new Uint8Array(ids.buffer)), cgroup);
    ioctl(fd, IOC_START, address(bytes));
    return decodeMemory(bytes, arena);
  } finally {
    if (cgroup >= 0) closeSync(cgroup);
  }
}

function planFlags({ targets, idle, perThread, mode }: RecordSpec): number {
  return (
    (targets.kind === "tasks" ? PlanFlag.filterTasks : 0) |
    (targets.kind === "cgroup" ? PlanFlag.filterCgroup : 0) |
    (idle ? PlanFlag.idle : 0) |
    (perThread ? PlanFlag.perThread : 0) |
    (mode === "kernel" ? PlanFlag.kernelOnly : 0) |
    (mode === "user" ? PlanFlag.userOnly : 0)
  );
}
