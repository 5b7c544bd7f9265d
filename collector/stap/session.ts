import { setTimeout as sleep } from "node:timers/promises";
import {
  CollectorError,
  type ProcessEvents,
  type RawStackSink,
  type RecordSpec,
  type Session,
  type SessionCounters,
  type StackDepths,
} from "../contract.ts";
import { ProcessRecords, recordsRingBytes } from "../process/process-records.ts";
import { BusyMeter } from "../sys/busy-time.ts";
import { presentCpuCount } from "../sys/cpus.ts";
import { cgroupIdOf, OWNER, preparation, RUN, STOP, takeSide } from "./control.ts";
import type { LoadedModule } from "./load.ts";
import { ModuleFiles } from "./module-files.ts";
import { OutputParser } from "./output-parser.ts";
import type { ScriptPlan } from "./script.ts";

/** The last read must not be missed because SystemTap was busy on this CPU at the moment. */
const LAST_READS = 20;
const BETWEEN_LAST_READS_MS = 5;

/**
 * A recording by a SystemTap module. Results are read from the module's own files in /proc, so a dead stapio loses none;
 * the module ends with this process, by its own watch and by the guard.
 */
export class StapSession implements Session {
  readonly startedAt: number;
  readonly depths: StackDepths;
  readonly #module: LoadedModule;
  readonly #files: ModuleFiles;
  readonly #parser: OutputParser;
  readonly #records: ProcessRecords;
  readonly #busy: BusyMeter;
  readonly #memoryBytes: number;
  #side = 0;
  #bytesRead = 0;
  #stopped = false;
  #closed = false;

  private constructor(module: LoadedModule, files: ModuleFiles, spec: RecordSpec, plan: ScriptPlan) {
    this.#module = module;
    this.#files = files;
    const most = plan.limits.depth;
    this.#parser = new OutputParser(most);
    this.depths = { kernel: Math.min(spec.depths.kernel, most), user: Math.min(spec.depths.user, most) };
    this.#memoryBytes = plan.limits.memoryBytes;
    this.#records = new ProcessRecords(recordsRingBytes(spec.kernelMemoryBytes, presentCpuCount()));
    try {
      files.tell(OWNER);
      const cgroup = spec.targets.kind === "cgroup" ? cgroupIdOf(spec.targets.path) : undefined;
      for (const line of preparation(spec, process.hrtime.bigint(), cgroup)) files.tell(line);
      // Before sampling begins: a snapshot of /proc taken after this misses nothing.
      this.#records.start();
      this.#busy = new BusyMeter();
      this.startedAt = performance.now();
      files.tell(RUN);
    } catch (error) {
      this.#records.close();
      throw error;
    }
  }

  /** Begins to sample with a loaded module, which it takes over. Throws CollectorError, SyscallError. */
  static async start(module: LoadedModule, spec: RecordSpec, plan: ScriptPlan): Promise<StapSession> {
    let files: ModuleFiles | undefined;
    try {
      files = await ModuleFiles.open(module.folder);
      return new StapSession(module, files, spec, plan);
    } catch (error) {
      files?.close();
      module.release();
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
    this.#checkAlive();
    if (!this.#stopped) {
      this.#busy.read();
      this.#records.followHotplug(events);
    }
    const written = this.#side;
    if (!this.#stopped) {
      this.#side = 1 - written;
      this.#files.tell(takeSide(this.#side));
    }
    this.#records.drain(events);
    this.#read(written, sink);
    if (this.#stopped) await this.#readRest(sink);
  }

  counters(): SessionCounters {
    const { counters, delivered } = this.#parser;
    const { tableFull, noTime, outputFull, skipped, errors } = counters;
    const taken = counters.samples - tableFull - noTime;
    const missing = this.#stopped ? Math.max(0, taken - outputFull - errors - delivered) : 0;
    const drops = [
      { cause: "the module's table was full (raise --kernel-memory)", count: tableFull },
      { cause: "samples took more than 70% of a CPU (lower -F)", count: noTime },
      { cause: "the module's output did not fit its buffer", count: outputFull },
      { cause: "SystemTap skipped the probe because it was busy on that CPU", count: skipped },
      { cause: "SystemTap's probe failed", count: errors },
      { cause: "the module's output did not arrive whole", count: missing },
    ];
    return {
      // What SystemTap skips, our probe does not see.
      samples: counters.samples + skipped,
      drops: drops.filter(({ count }) => count > 0),
      busyTicks: counters.busyTicks,
      achievedHz: this.#busy.rate(counters.busyTicks),
      sampleNanos: taken > 0 ? counters.sampleNanos / taken : undefined,
      kernelMemoryBytes: this.#memoryBytes + this.#records.memoryBytes,
      bytesRead: this.#bytesRead + this.#records.bytesRead,
      lostProcessRecords: this.#records.lost,
      unfollowedChildren: 0,
    };
  }

  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#busy.read();
    try {
      this.#files.tell(STOP);
    } catch {
      // The module is gone already: so is its sampling.
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.stop();
    this.#files.close();
    this.#module.release();
    this.#records.close();
  }

  #read(side: number, sink: RawStackSink): boolean {
    return this.#files.read(side, (bytes) => {
      this.#bytesRead += bytes.length;
      this.#parser.push(bytes, sink);
    });
  }

  /** Both tables once more: a sampler that saw a side as the one to use may have come to it after it was emptied. */
  async #readRest(sink: RawStackSink): Promise<void> {
    for (const side of [0, 1]) {
      for (let attempt = 0; attempt < LAST_READS && !this.#read(side, sink); attempt++) {
        await sleep(BETWEEN_LAST_READS_MS);
      }
    }
  }

  #checkAlive(): void {
    if (this.#module.ended === undefined) return;
    this.close();
    const { complaint, ended } = this.#module;
    throw new CollectorError(
      complaint === undefined
        ? `SystemTap's stapio ended while it was needed (${ended})`
        : `SystemTap ended the recording: ${complaint}`,
      "Look at the last lines of `dmesg`, and record again.",
    );
  }
}
