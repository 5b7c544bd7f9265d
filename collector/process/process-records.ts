import type { ProcessEvents } from "../contract.ts";
import { onlineCpus } from "../sys/cpus.ts";
import { pageSize } from "../sys/page-size.ts";
import { enabledNanos, enableEvent, processRecordsAttributes } from "../sys/perf-event.ts";
import { type ProcessRecord, parseProcessRecord } from "../sys/perf-records.ts";
import { RingBuffer } from "../sys/ring-buffer.ts";
import { closeFd, perfEventOpen, waitReadable } from "../sys/syscall.ts";

interface CpuRecords {
  fd: number;
  ring: RingBuffer;
  /** When last looked at. */
  enabledNanos: bigint;
}

export type Timed = Exclude<ProcessRecord, { kind: "lost" }>;

const ALL_TASKS = -1;
/** Reading a counter interrupts its CPU, which should not be done at each drain. */
const LOOK_INTERVAL_MS = 2000;

/** CPUs whose events were found gone, and CPUs on which events were opened since. One may be in both. */
export interface HotplugChange {
  gone: number[];
  come: number[];
}

/**
 * What the kernel tells about processes and their mappings: one event on each CPU that counts nothing and carries
 * perf's MMAP2, COMM, FORK and EXIT records. Follows CPUs as they go and come: the kernel detaches the events of a CPU
 * that is switched off, so they are opened anew when it is back.
 */
export class ProcessRecords {
  readonly #cpus = new Map<number, CpuRecords>();
  readonly #ringBytes: number;
  /** Read from the buffers, not handed over yet. */
  readonly #waiting: Timed[] = [];
  /** When it was last looked whether all events are attached. */
  #lookedAt = performance.now();
  /** While somebody waits for records. */
  #coming: Promise<void> | undefined;
  #lost = 0;
  #lostTold = 0;
  /** Nanosecond of the last time that the records of all CPUs were read. */
  #readAt = Number(process.hrtime.bigint());
  #bytesRead = 0;
  #fill = 0;

  /** Opens the events on all CPUs that run, without starting them. Throws SyscallError. */
  constructor(ringBytes: number) {
    this.#ringBytes = ringBytes;
    try {
      for (const cpu of onlineCpus()) this.#open(cpu);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  get cpus(): Iterable<number> {
    return this.#cpus.keys();
  }

  get memoryBytes(): number {
    return this.#cpus.size * this.#ringBytes;
  }

  /** Records that the kernel could not hand over. */
  get lost(): number {
    return this.#lost;
  }

  get bytesRead(): number {
    return this.#bytesRead;
  }

  /** How full the fullest buffer was when they were last read, 0 to 1. */
  get fill(): number {
    return this.#fill;
  }

  /** To be called before sampling begins: a snapshot of /proc taken after this call misses nothing. */
  start(): void {
    for (const records of this.#cpus.values()) enableEvent(records.fd);
  }

  /**
   * Waits until there are records to drain, about `milliseconds` at most. The kernel tells of a record once: of two who wait, one would wait in vain, so all
   * wait for the one answer.
   */
  come(milliseconds: number): Promise<void> {
    const records = [...this.#cpus.values()];
    if (this.#waiting.length > 0 || records.some(({ ring }) => !ring.isEmpty)) return Promise.resolve();
    this.#coming ??= waitReadable(
      records.map(({ fd }) => fd),
      milliseconds,
    ).finally(() => {
      this.#coming = undefined;
    });
    return this.#coming;
  }

  /** Opens events on CPUs that came back or are new, closes those of CPUs that went. */
  followHotplug(events: ProcessEvents): HotplugChange {
    const change: HotplugChange = { gone: [], come: [] };
    const online = new Set(onlineCpus());
    const now = performance.now();
    const look = now - this.#lookedAt > LOOK_INTERVAL_MS;
    if (look) this.#lookedAt = now;
    for (const [cpu, records] of this.#cpus) {
      if (online.has(cpu) && (!look || this.#isAttached(records))) continue;
      this.#readRing(records);
      this.#close(cpu, records);
      change.gone.push(cpu);
    }
    for (const cpu of online) {
      if (this.#cpus.has(cpu)) continue;
      const records = this.#tryOpen(cpu);
      if (!records) continue;
      change.come.push(cpu);
      enableEvent(records.fd);
    }
    // What ran on it before its events were opened has told nobody.
    if (change.come.length > 0) events.gap(this.#readAt);
    return change;
  }

  /**
   * Hands over the records of all CPUs in the order of time. What was written after this call began is kept for the
   * next: of two records about one process, the earlier may lie on a CPU whose buffer was read already.
   */
  drain(events: ProcessEvents): void {
    const now = Number(process.hrtime.bigint());
    this.#fill = 0;
    for (const records of this.#cpus.values()) this.#readRing(records);
    this.#waiting.sort((a, b) => a.time - b.time);
    let due = 0;
    while (due < this.#waiting.length && this.#waiting[due].time <= now) hand(this.#waiting[due++], events);
    this.#waiting.splice(0, due);
    if (this.#lost > this.#lostTold) {
      this.#lostTold = this.#lost;
      events.gap(this.#readAt);
    }
    this.#readAt = now;
  }

  close(): void {
    for (const [cpu, records] of this.#cpus) this.#close(cpu, records);
  }

  #readRing(records: CpuRecords): void {
    const taken = records.ring.drain((type, misc, bytes) => {
      const record = parseProcessRecord(type, misc, bytes);
      if (record?.kind === "lost") this.#lost += record.count;
      else if (record) this.#waiting.push(record);
    });
    this.#bytesRead += taken;
    this.#fill = Math.max(this.#fill, taken / records.ring.capacity);
  }

  /** A CPU that went and came back between two rounds is online, but its events are detached for good. */
  #isAttached(records: CpuRecords): boolean {
    const before = records.enabledNanos;
    records.enabledNanos = enabledNanos(records.fd);
    return records.enabledNanos > before;
  }

  /** A CPU may be gone again by the time it is opened: then the next round sees it. */
  #tryOpen(cpu: number): CpuRecords | undefined {
    try {
      return this.#open(cpu);
    } catch {
      return undefined;
    }
  }

  #open(cpu: number): CpuRecords {
    const fd = perfEventOpen(processRecordsAttributes(), ALL_TASKS, cpu);
    try {
      const records = { fd, ring: new RingBuffer(fd, this.#ringBytes), enabledNanos: -1n };
      this.#cpus.set(cpu, records);
      return records;
    } catch (error) {
      closeFd(fd);
      throw error;
    }
  }

  #close(cpu: number, records: CpuRecords): void {
    records.ring.close();
    closeFd(records.fd);
    this.#cpus.delete(cpu);
  }
}

/** Share of a recording's kernel memory for these buffers; the rest is for stacks. */
export const RECORDS_SHARE = 0.25;
const MIN_RING_BYTES = 16 * 1024;
const MAX_RING_BYTES = 1024 * 1024;

/** Size of each CPU's buffer of process records within a budget for all of a recording: a power of two. */
export function recordsRingBytes(kernelMemoryBytes: number, cpus: number): number {
  const share = (kernelMemoryBytes * RECORDS_SHARE) / cpus;
  let bytes = Math.max(MIN_RING_BYTES, pageSize());
  while (bytes * 2 <= share && bytes < MAX_RING_BYTES) bytes *= 2;
  return bytes;
}

/** Tells one record. */
export function hand(record: Timed, events: ProcessEvents): void {
  switch (record.kind) {
    case "mmap":
      events.mmap(record.pid, record.time, record);
      break;
    case "comm":
      events.comm(record.pid, record.tid, record.time, record.comm, record.exec);
      break;
    case "fork":
      if (record.pid === record.parentPid) events.newThread(record.pid);
      else events.fork(record.pid, record.parentPid, record.time);
      break;
    case "exit":
      events.exit(record.pid, record.tid, record.time);
      break;
  }
}
