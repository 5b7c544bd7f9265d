import { layOutFor } from "../arena/budget.ts";
import { COUNTER_ROW_BYTES, CounterRows } from "../arena/counters.ts";
import type { ArenaLayout } from "../arena/layout.ts";
import { ArenaReader, type CopySink } from "../arena/reader.ts";
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
import { innerPidNamespace } from "../sys/pid-namespace.ts";
import { liftLockedMemoryLimit } from "../sys/syscall.ts";
import { SHARD_BYTES } from "../unwind/memory-format.ts";
import { ProcessFollower } from "../unwind/process-follower.ts";
import type { MakeShard } from "../unwind/shards.ts";
import { Barrier } from "./barrier.ts";
import { KernelObjects } from "./kernel-objects.ts";
import { MAX_TARGETS, mapSpecs } from "./maps.ts";
import { generatePrograms } from "./programs/generate.ts";
import { CONTROL, CONTROL_BYTES, type ProgramMaps, planPrograms, type UnwindMaps } from "./programs/plan.ts";
import { SamplingClocks } from "./sampling-clocks.ts";
import { seedTargets } from "./seed-targets.ts";
import { loadProgram, type MapSpec, openRawTracepoint, updateElement } from "./syscall.ts";
import { SHARD_MAP, shardMaker, unwindMapSpecs } from "./unwind-maps.ts";

const TARGET_ENTRY_BYTES = 96;
const NANOS_PER_SECOND = 1e9;

/**
 * A recording by BPF. All that lives in the kernel hangs on file descriptors of this process, so it is gone with it,
 * however it dies.
 */
export class BpfSession implements Session {
  readonly #kernel = new KernelObjects();
  readonly #control: ArrayBuffer;
  readonly #counters: CounterRows;
  readonly #readers: ArenaReader[][];
  readonly #records: ProcessRecords;
  readonly #clocks: SamplingClocks;
  readonly #barrier: Barrier;
  readonly #mapMemoryBytes: number;
  readonly #makeShard: MakeShard | undefined;
  readonly #follower: ProcessFollower;
  #side = 0;
  #stopped = false;
  #arenaBytesRead = 0;
  #busy = new BusyMeter();
  startedAt = Number.NaN;
  readonly notes: string[] = [];
  readonly depths: StackDepths;

  /**
   * Loads everything; `begin` starts to sample. `tables`: whether user stacks are walked by unwind tables.
   * `hashMultiplier`: for tests only, see ProgramPlan.
   */
  constructor(spec: RecordSpec, tables: boolean, hashMultiplier: bigint) {
    this.depths = spec.depths;
    liftLockedMemoryLimit();
    const cpus = presentCpuCount();
    try {
      const arena = layOutFor(spec, cpus, tables);
      const maps = this.#createMaps(spec, arena, cpus);
      const arenaBytes = arena.totalBytes * cpus * 2;
      this.#control = this.#kernel.share(maps.control, CONTROL_BYTES);
      this.#counters = new CounterRows(this.#kernel.share(maps.counters, COUNTER_ROW_BYTES * cpus), cpus);
      const memory = this.#kernel.share(maps.arenas, arenaBytes);
      this.#readers = [0, 1].map((side) =>
        Array.from(
          { length: cpus },
          (_, cpu) => new ArenaReader(memory, (cpu * 2 + side) * arena.totalBytes, arena),
        ),
      );
      this.#barrier = new Barrier(this.#kernel);
      this.#mapMemoryBytes =
        arenaBytes +
        COUNTER_ROW_BYTES * cpus +
        (spec.targets.kind === "tasks" ? MAX_TARGETS * TARGET_ENTRY_BYTES : 0);
      const unwind = tables ? this.#createUnwindMaps(cpus) : undefined;
      this.#makeShard = unwind?.makeShard;

      const sampler = this.#loadPrograms(spec, arena, maps, hashMultiplier, unwind?.maps);
      seedTargets(spec, maps);
      this.#records = new ProcessRecords(recordsRingBytes(spec.kernelMemoryBytes, cpus));
      this.#follower = new ProcessFollower(this.#records);
      this.#kernel.beforeThem(() => this.#follower.close());
      this.#clocks = new SamplingClocks(this.#records.cpus, sampler, NANOS_PER_SECOND / spec.frequencyHz);
      this.#kernel.beforeThem(() => this.#clocks.close());
    } catch (error) {
      this.#kernel.free();
      throw error;
    }
  }

  /**
   * Begins to sample. `source`: of unwind tables, for a session that has the programs for them; what runs already has its
   * tables then.
   */
  async begin(spec: RecordSpec, listener: StartListener, source?: UnwindTableSource): Promise<this> {
    try {
      this.#records.start();
      if (source && this.#makeShard) {
        const budget = spec.kernelMemoryBytes - this.#mapMemoryBytes - this.#follower.memoryBytes;
        const maxShards = Math.floor(budget / SHARD_BYTES);
        if (maxShards < 1) {
          throw new CollectorError(
            `${Math.floor(spec.kernelMemoryBytes / 1024)} KiB of kernel memory are too few for them`,
            "Give more with --kernel-memory.",
          );
        }
        const kernelSide = { makeShard: this.#makeShard, maxShards };
        await this.#follower.beginTables(spec, source, kernelSide);
        await this.#follower.prepareTables(spec.targets, listener);
      }
      new BigUint64Array(this.#control)[CONTROL.startNanos / 8] = process.hrtime.bigint();
      this.#busy = new BusyMeter();
      this.startedAt = performance.now();
      this.#clocks.start();
      return this;
    } catch (error) {
      this.close();
      throw error;
    }
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
      this.#clocks.followHotplug(this.#follower.followHotplug(events));
    }
    const written = this.#side;
    this.#side = 1 - written;
    Atomics.store(new Int32Array(this.#control), CONTROL.side / 4, this.#side);
    await this.#follower.drain(events, sink, {
      // A program that saw the old side may still be writing to it: the kernel tells when none can be.
      barrier: last ? undefined : () => this.#barrier.wait(),
      read: (noted, takeCopy) => {
        this.#read(written, noted, takeCopy);
        if (last) this.#read(this.#side, noted, takeCopy);
      },
      last,
    });
  }

  counters(): SessionCounters {
    const busyTicks = this.#counters.sum("busyTicks");
    const followed = this.#follower.counters();
    return {
      samples: this.#counters.sum("samples"),
      drops: this.#counters.drops(),
      busyTicks,
      achievedHz: this.#busy.rate(busyTicks),
      kernelMemoryBytes: this.#mapMemoryBytes + this.#follower.memoryBytes,
      unfollowedChildren: this.#counters.sum("targetsFull"),
      ...followed,
      bytesRead: this.#arenaBytesRead + followed.bytesRead,
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
    this.#kernel.free();
  }

  #read(side: number, sink: RawStackSink, takeCopy: CopySink): void {
    for (const reader of this.#readers[side]) {
      this.#arenaBytesRead += reader.read(sink, takeCopy);
      reader.clear();
    }
  }

  #createMaps(spec: RecordSpec, arena: ArenaLayout, cpus: number): ProgramMaps {
    const specs = mapSpecs(spec.targets, arena, cpus, innerPidNamespace() !== undefined);
    const NONE = -1;
    const create = (map: MapSpec | undefined) => (map === undefined ? NONE : this.#kernel.createMap(map));
    return {
      control: create(specs.control),
      counters: create(specs.counters),
      arenas: create(specs.arenas),
      targets: create(specs.targets),
      seeds: create(specs.seeds),
      cgroup: create(specs.cgroup),
    };
  }

  #createUnwindMaps(cpus: number): { maps: UnwindMaps; makeShard: MakeShard } {
    const template = this.#kernel.createMap(SHARD_MAP);
    const specs = unwindMapSpecs(cpus, template);
    const maps: UnwindMaps = {
      shards: this.#kernel.createMap(specs.shards),
      walks: this.#kernel.createMap(specs.walks),
      steps: this.#kernel.createMap(specs.steps),
    };
    const create = (spec: MapSpec) => this.#kernel.createMap(spec);
    const share = (map: number, bytes: number) => this.#kernel.share(map, bytes);
    return { maps, makeShard: shardMaker(maps.shards, template, create, share) };
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
    for (const program of generatePrograms(plan)) {
      const { tracepoint, step } = program;
      const fd = this.#kernel.keep(loadProgram(program));
      if (tracepoint !== undefined) this.#kernel.keep(openRawTracepoint(tracepoint, fd));
      else if (unwind && step !== undefined) updateElement(unwind.steps, word(step), word(fd));
      else sampler = fd;
    }
    return sampler;
  }
}
