import { closeSync, openSync } from "node:fs";
import { constants } from "node:os";
import { layOutFor } from "../arena/budget.ts";
import { COUNTER_ROW_BYTES, CounterRows } from "../arena/counters.ts";
import type { ArenaLayout } from "../arena/layout.ts";
import { ArenaReader } from "../arena/reader.ts";
import {
  CollectorError,
  type ProcessEvents,
  type RawStackSink,
  type RecordSpec,
  type Session,
  type SessionCounters,
  type StackDepths,
  type StartListener,
  type UnwindTableSource,
} from "../contract.ts";
import { ProcessRecords, recordsRingBytes } from "../process/process-records.ts";
import { BusyMeter } from "../sys/busy-time.ts";
import { presentCpuCount } from "../sys/cpus.ts";
import { SyscallError } from "../sys/errno.ts";
import { address, ioctl, ioctlAsync, mapShared, type SharedMemory } from "../sys/syscall.ts";
import { SHARD_BYTES } from "../unwind/memory-format.ts";
import { ProcessFollower } from "../unwind/process-follower.ts";
import { tablesImpossible, tablesRefusal, withoutTables } from "../unwind/unwinding.ts";
import {
  decodeMemory,
  encodePlan,
  IOC_ADD_SHARD,
  IOC_FLIP,
  IOC_PREPARE,
  IOC_RUN,
  IOC_STOP,
  type KmodMemory,
  type KmodPlan,
  PlanFlag,
  SHARDS_OFFSET,
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
  readonly #mapped: SharedMemory[] = [];
  readonly #counters: CounterRows;
  readonly #readers: ArenaReader[][];
  readonly #follower: ProcessFollower;
  readonly #follows: boolean;
  #busy = new BusyMeter();
  #stopped = false;
  #closed = false;
  #arenaBytesRead = 0;
  startedAt = Number.NaN;
  readonly notes: string[] = [];
  readonly depths: StackDepths;

  /**
   * Begins to sample: user stacks by unwind tables where they are asked for and there is room. The device is let go of by
   * `close`, or if this rejects, by the caller. `hashMultiplier`: for tests only. Rejects with SyscallError, CollectorError.
   */
  static async start(
    spec: RecordSpec,
    device: OpenedDevice,
    listener: StartListener,
    hashMultiplier: bigint = HASH_MULTIPLIER,
  ): Promise<KmodSession> {
    const wanted = spec.mode === "kernel" ? undefined : spec.unwind;
    const refusal = wanted && refusalOf(spec);
    if (wanted?.required && refusal !== undefined) throw tablesImpossible(refusal);
    const source = refusal === undefined ? wanted?.source : undefined;
    const session = new KmodSession(spec, device, source !== undefined, hashMultiplier);
    if (refusal !== undefined) session.notes.push(withoutTables(refusal));
    try {
      if (source) await session.#prepareTables(spec, source, listener);
      session.#busy = new BusyMeter();
      session.startedAt = performance.now();
      ioctl(device.fd, IOC_RUN, 0);
      return session;
    } catch (error) {
      session.#free();
      throw error;
    }
  }

  /** Prepares everything. `tables`: whether there will be unwind tables. */
  private constructor(spec: RecordSpec, device: OpenedDevice, tables: boolean, hashMultiplier: bigint) {
    this.#device = device;
    this.depths = spec.depths;
    this.#follows = spec.targets.kind === "tasks";
    const cpus = presentCpuCount();
    const arena = layOutFor(spec, cpus, tables);
    const records = new ProcessRecords(recordsRingBytes(spec.kernelMemoryBytes, cpus));
    this.#follower = new ProcessFollower(records);
    try {
      // Before sampling begins: a snapshot of /proc taken after this misses nothing.
      records.start();
      this.#memory = prepare(device.fd, spec, arena, hashMultiplier);
      const mapped = mapShared(device.fd, this.#memory.mapBytes, "read");
      this.#mapped.push(mapped);
      const { bytes } = mapped;
      this.#counters = new CounterRows(bytes, Math.floor(this.#memory.arenasOffset / COUNTER_ROW_BYTES));
      this.#readers = [0, 1].map((side) =>
        Array.from({ length: this.#memory.cpus }, (_, cpu) => {
          const offset = this.#memory.arenasOffset + (cpu * 2 + side) * arena.totalBytes;
          return new ArenaReader(bytes, offset, arena);
        }),
      );
    } catch (error) {
      this.#free();
      throw error;
    }
  }

  async #prepareTables(spec: RecordSpec, source: UnwindTableSource, listener: StartListener): Promise<void> {
    const maxShards = Math.floor((spec.kernelMemoryBytes - this.#kernelMemoryBytes) / SHARD_BYTES);
    const kernelSide = { makeShard: () => this.#addShard(), maxShards };
    try {
      await this.#follower.beginTables(spec, source, kernelSide);
    } catch (error) {
      // All recordings of the module have a bound together.
      if (!(error instanceof SyscallError)) throw error;
      if (spec.unwind?.required) throw tablesImpossible(error.message);
      this.notes.push(withoutTables(error.message));
    }
    await this.#follower.prepareTables(spec.targets, listener);
  }

  async #addShard(): Promise<ArrayBuffer> {
    const { fd } = this.#device;
    const number = await ioctlAsync(fd, IOC_ADD_SHARD, 0);
    // The descriptor may be another file's by now.
    if (this.#closed) throw new SyscallError("ioctl", constants.errno.EBADF);
    const mapped = mapShared(fd, SHARD_BYTES, "write", SHARDS_OFFSET + number * SHARD_BYTES);
    this.#mapped.push(mapped);
    return mapped.bytes;
  }

  recordsCome(milliseconds: number): Promise<void> | undefined {
    return this.#follower.recordsCome(milliseconds);
  }

  get recordsFill(): number {
    return this.#follower.recordsFill;
  }

  drainProcesses(events: ProcessEvents): void {
    this.#follower.drainProcesses(events);
  }

  async drain(events: ProcessEvents, sink: RawStackSink): Promise<void> {
    const last = this.#stopped;
    if (!last) {
      this.#busy.read();
      this.#follower.followHotplug(events);
    }
    let written = 0;
    await this.#follower.drain(events, sink, {
      // Turns to the other side and waits until no handler runs that began before.
      barrier: async () => {
        written = await ioctlAsync(this.#device.fd, IOC_FLIP, 0);
      },
      read: (noted, takeCopy) => {
        for (const reader of this.#readers[written]) this.#arenaBytesRead += reader.read(noted, takeCopy);
      },
      last,
    });
  }

  counters(): SessionCounters {
    const busyTicks = this.#counters.sum("busyTicks");
    const samples = this.#counters.sum("samples");
    const drops = this.#counters.drops();
    const followed = this.#follower.counters();
    const measured = samples - drops.reduce((sum, drop) => sum + drop.count, 0);
    return {
      samples,
      drops,
      busyTicks,
      achievedHz: this.#busy.rate(busyTicks),
      sampleNanos: measured > 0 ? this.#counters.sum("sampleNanos") / measured : undefined,
      kernelMemoryBytes: this.#kernelMemoryBytes,
      unfollowedChildren: this.#counters.sum("targetsFull"),
      ...followed,
      bytesRead: this.#arenaBytesRead + followed.bytesRead,
    };
  }

  get #kernelMemoryBytes(): number {
    return this.#memory.mapBytes + this.#follower.memoryBytes + (this.#follows ? TARGETS_BYTES : 0);
  }

  stop(): void {
    if (this.#stopped) return;
    ioctl(this.#device.fd, IOC_STOP, 0);
    this.#busy.read();
    this.#stopped = true;
  }

  close(): void {
    if (this.#closed) return;
    this.#stopped = true;
    this.#free();
    this.#device.release();
  }

  /** Lets go of all but the device. */
  #free(): void {
    this.#closed = true;
    this.#follower.close();
    for (const memory of this.#mapped.splice(0)) memory.unmap();
  }
}

/** Why tables are not even tried; undefined: they are. */
function refusalOf(spec: RecordSpec): string | undefined {
  const refusal = tablesRefusal(spec);
  if (refusal !== undefined) return refusal;
  try {
    layOutFor(spec, presentCpuCount(), true);
    return undefined;
  } catch (error) {
    // Two arenas a CPU may have room without the share of tables.
    if (error instanceof CollectorError) return error.message;
    throw error;
  }
}

function prepare(fd: number, spec: RecordSpec, arena: ArenaLayout, hashMultiplier: bigint): KmodMemory {
  const { targets } = spec;
  const tasks = targets.kind === "tasks" ? targets : { pids: [], tids: [] };
  const plan: KmodPlan = {
    flags: planFlags(spec),
    arena,
    periodNanos: NANOS_PER_SECOND / spec.frequencyHz,
    sliceNanos: spec.sliceNanos,
    hashMultiplier,
    pids: tasks.pids,
    tids: tasks.tids,
  };
  // One more than needed: an empty buffer has no address.
  const ids = new Int32Array([...tasks.pids, ...tasks.tids, 0]);
  const cgroup = targets.kind === "cgroup" ? openSync(targets.path, "r") : -1;
  try {
    const bytes = encodePlan(plan, address(new Uint8Array(ids.buffer)), cgroup);
    ioctl(fd, IOC_PREPARE, address(bytes));
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
