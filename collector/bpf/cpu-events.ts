import type { ProcessEvents } from "../contract.ts";
import { onlineCpus } from "../sys/cpus.ts";
import {
  attachBpf,
  cpuClockAttributes,
  disableEvent,
  enabledNanos,
  enableEvent,
  processRecordsAttributes,
} from "../sys/perf-event.ts";
import { type ProcessRecord, parseProcessRecord } from "../sys/perf-records.ts";
import { RingBuffer } from "../sys/ring-buffer.ts";
import { closeFd, perfEventOpen } from "../sys/syscall.ts";

interface CpuEvent {
  clock: number;
  records: number;
  ring: RingBuffer;
  /** Of the clock, when last looked at. */
  enabledNanos: bigint;
}

type Timed = Exclude<ProcessRecord, { kind: "lost" }>;

const ALL_TASKS = -1;
/** Reading a counter interrupts its CPU, which should not be done at each drain. */
const LOOK_INTERVAL_MS = 2000;

/**
 * The perf events of a recording, two on each CPU: the clock that samples, and one that carries the records of
 * processes. Follows CPUs as they go and come: the kernel detaches the events of a CPU that is switched off, so they
 * are opened anew when it is back.
 */
export class CpuEvents {
  readonly #cpus = new Map<number, CpuEvent>();
  readonly #programFd: number;
  readonly #periodNanos: number;
  readonly #ringBytes: number;
  /** Read from the buffers, not handed over yet. */
  readonly #waiting: Timed[] = [];
  #running = false;
  /** When it was last looked whether all events are attached. */
  #lookedAt = performance.now();
  lostRecords = 0;
  #lostTold = 0;
  /** Nanosecond of the last time that the records of all CPUs were read. */
  #readAt = Number(process.hrtime.bigint());
  bytesRead = 0;
  /** How full the fullest buffer was when they were last read, 0 to 1. */
  fill = 0;

  /** Opens the events on all CPUs that run, without starting them. Throws SyscallError. */
  constructor(programFd: number, periodNanos: number, ringBytes: number) {
    this.#programFd = programFd;
    this.#periodNanos = periodNanos;
    this.#ringBytes = ringBytes;
    try {
      for (const cpu of onlineCpus()) this.#open(cpu);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  get ringMemoryBytes(): number {
    return this.#cpus.size * this.#ringBytes;
  }

  /** Process records first: a snapshot of /proc taken after this call misses nothing. */
  startRecords(): void {
    for (const event of this.#cpus.values()) enableEvent(event.records);
  }

  startSampling(): void {
    this.#running = true;
    for (const event of this.#cpus.values()) enableEvent(event.clock);
  }

  stopSampling(): void {
    this.#running = false;
    for (const event of this.#cpus.values()) disableEvent(event.clock);
  }

  /** Opens events on CPUs that came back or are new, closes those of CPUs that went. */
  followHotplug(events: ProcessEvents): void {
    const online = new Set(onlineCpus());
    const now = performance.now();
    const look = now - this.#lookedAt > LOOK_INTERVAL_MS;
    if (look) this.#lookedAt = now;
    for (const [cpu, event] of this.#cpus) {
      if (online.has(cpu) && (!look || this.#isAttached(event))) continue;
      this.#readRing(event);
      this.#close(cpu, event);
    }
    let opened = false;
    for (const cpu of online) {
      if (this.#cpus.has(cpu)) continue;
      const event = this.#tryOpen(cpu);
      if (!event) continue;
      opened = true;
      enableEvent(event.records);
      if (this.#running) enableEvent(event.clock);
    }
    // What ran on it before its events were opened has told nobody.
    if (opened) events.gap(this.#readAt);
  }

  /**
   * Hands over the records of all CPUs in the order of time. What was written after this call began is kept for the
   * next: of two records about one process, the earlier may lie on a CPU whose buffer was read already.
   */
  drainRecords(events: ProcessEvents): void {
    const now = Number(process.hrtime.bigint());
    this.fill = 0;
    for (const event of this.#cpus.values()) this.#readRing(event);
    this.#waiting.sort((a, b) => a.time - b.time);
    let due = 0;
    while (due < this.#waiting.length && this.#waiting[due].time <= now) hand(this.#waiting[due++], events);
    this.#waiting.splice(0, due);
    if (this.lostRecords > this.#lostTold) {
      this.#lostTold = this.lostRecords;
      events.gap(this.#readAt);
    }
    this.#readAt = now;
  }

  close(): void {
    for (const [cpu, event] of this.#cpus) this.#close(cpu, event);
  }

  #readRing(event: CpuEvent): void {
    const taken = event.ring.drain((type, misc, bytes) => {
      const record = parseProcessRecord(type, misc, bytes);
      if (record?.kind === "lost") this.lostRecords += record.count;
      else if (record) this.#waiting.push(record);
    });
    this.bytesRead += taken;
    this.fill = Math.max(this.fill, taken / event.ring.capacity);
  }

  /** A CPU that went and came back between two rounds is online, but its events are detached for good. */
  #isAttached(event: CpuEvent): boolean {
    const before = event.enabledNanos;
    event.enabledNanos = enabledNanos(event.clock);
    return event.enabledNanos > before;
  }

  /** A CPU may be gone again by the time it is opened: then the next round sees it. */
  #tryOpen(cpu: number): CpuEvent | undefined {
    try {
      return this.#open(cpu);
    } catch {
      return undefined;
    }
  }

  #open(cpu: number): CpuEvent {
    const opened: number[] = [];
    try {
      const records = perfEventOpen(processRecordsAttributes(), ALL_TASKS, cpu);
      opened.push(records);
      const clock = perfEventOpen(cpuClockAttributes(this.#periodNanos), ALL_TASKS, cpu);
      opened.push(clock);
      attachBpf(clock, this.#programFd);
      const event = { clock, records, ring: new RingBuffer(records, this.#ringBytes), enabledNanos: -1n };
      this.#cpus.set(cpu, event);
      return event;
    } catch (error) {
      for (const fd of opened) closeFd(fd);
      throw error;
    }
  }

  #close(cpu: number, event: CpuEvent): void {
    event.ring.close();
    closeFd(event.clock);
    closeFd(event.records);
    this.#cpus.delete(cpu);
  }
}

function hand(record: Timed, events: ProcessEvents): void {
  switch (record.kind) {
    case "mmap":
      events.mmap(record.pid, record.time, record);
      break;
    case "comm":
      events.comm(record.pid, record.tid, record.time, record.comm, record.exec);
      break;
    case "fork":
      // A new thread shares its process's mappings: only new processes matter.
      if (record.pid !== record.parentPid) events.fork(record.pid, record.parentPid, record.time);
      break;
    case "exit":
      events.exit(record.pid, record.tid, record.time);
      break;
  }
}
