import type { CopySink } from "../arena/reader.ts";
import type {
  ProcessEvents,
  RawStackSink,
  RecordSpec,
  SessionCounters,
  StartListener,
  TargetSpec,
  UnwindTableSource,
} from "../contract.ts";
import type { HotplugChange, ProcessRecords } from "../process/process-records.ts";
import type { LateWalks } from "./copied/late-walks.ts";
import { startUnwinding } from "./start-unwinding.ts";
import type { KernelSide, Unwinding } from "./unwinding.ts";

/** What is read of the kernel side in one drain, and how. */
export interface DrainedSide {
  /** Waits until nobody writes any more what `read` reads; undefined: nobody does. */
  barrier: (() => Promise<unknown>) | undefined;
  /** Hands over the stacks that were counted, and those that were copied. */
  read(sink: RawStackSink, takeCopy: CopySink): void;
  /** Whether sampling has stopped, so that nothing will come after this. */
  last: boolean;
}

/**
 * The part in user space of a session whose kernel side counts stacks: it reads the records of processes, keeps the unwind
 * tables true by them, and walks the stacks that were copied.
 */
export class ProcessFollower {
  readonly #records: ProcessRecords;
  #unwinding: Unwinding | undefined;
  #late: LateWalks | undefined;

  /** Takes over the records. */
  constructor(records: ProcessRecords) {
    this.#records = records;
  }

  /** Of the kernel, for records and tables. */
  get memoryBytes(): number {
    return this.#records.memoryBytes + (this.#unwinding?.memoryBytes ?? 0);
  }

  /** From now on user stacks are walked by tables. Rejects with what `side.makeShard` rejects with. */
  async beginTables(spec: RecordSpec, source: UnwindTableSource, side: KernelSide): Promise<void> {
    const { unwinding, late } = await startUnwinding(spec, source, side);
    this.#unwinding = unwinding;
    this.#late = late;
  }

  /** What runs already gets its tables, if there are tables; see Unwinding.prepare. The records must be on. */
  async prepareTables(targets: TargetSpec, listener: StartListener): Promise<void> {
    await this.#unwinding?.prepare(targets, listener, (events) => this.#records.drain(events));
  }

  get recordsFill(): number {
    return this.#records.fill;
  }

  /** See Session.recordsCome. */
  recordsCome(milliseconds: number): Promise<void> | undefined {
    return this.#unwinding?.recordsCome(milliseconds, (wait) => this.#records.come(wait));
  }

  /** See Session.drainProcesses. */
  drainProcesses(events: ProcessEvents): void {
    this.#records.drain(this.#following(events));
    this.#unwinding?.flush();
  }

  /** See ProcessRecords.followHotplug. */
  followHotplug(events: ProcessEvents): HotplugChange {
    return this.#records.followHotplug(this.#following(events));
  }

  /** See Session.drain. */
  async drain(
    events: ProcessEvents,
    sink: RawStackSink,
    { barrier, read, last }: DrainedSide,
  ): Promise<void> {
    if (barrier !== undefined) await this.#pass(barrier, events);
    this.#records.drain(this.#following(events));
    const noted = this.#unwinding?.noting(sink) ?? sink;
    read(noted, (stack, copy) => this.#late?.take(stack, copy));
    await this.#late?.hand(noted, last);
    this.#unwinding?.endRound();
  }

  counters(): Pick<SessionCounters, "bytesRead" | "lostProcessRecords" | "unwindTables"> {
    return {
      bytesRead: this.#records.bytesRead,
      lostProcessRecords: this.#records.lost,
      unwindTables: this.#unwinding?.counters(),
    };
  }

  /** To be called before the kernel side's memory is let go of. */
  close(): void {
    this.#unwinding?.close();
    this.#records.close();
  }

  async #pass(barrier: () => Promise<unknown>, events: ProcessEvents): Promise<void> {
    if (this.#unwinding === undefined) {
      await barrier();
      return;
    }
    const come = (milliseconds: number) => this.#records.come(milliseconds);
    await this.#unwinding.passBarrier(barrier, come, () => this.drainProcesses(events));
  }

  #following(events: ProcessEvents): ProcessEvents {
    return this.#unwinding?.following(events) ?? events;
  }
}
