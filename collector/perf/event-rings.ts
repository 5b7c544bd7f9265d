import { readdirSync } from "node:fs";
import { constants } from "node:os";
import { CollectorError } from "../contract.ts";
import { onlineCpus, presentCpus } from "../sys/cpus.ts";
import { SyscallError } from "../sys/errno.ts";
import { openFilesLimit } from "../sys/open-files.ts";
import {
  disableEvent,
  enableEvent,
  readCounts,
  type SampleAttributes,
  sampleAttributes,
  shareRing,
} from "../sys/perf-event.ts";
import { startSpread } from "../sys/spread-clocks.ts";
import { closeFd, perfEventOpen, perfEventOpenCgroup } from "../sys/syscall.ts";
import { RECORD } from "./record.ts";
import { RingReader } from "./ring-reader.ts";

/** Whose time the events take. */
export type EventTargets =
  | { kind: "tasks"; pids: readonly number[]; tids: readonly number[] }
  | { kind: "all" }
  /** `directory`: its descriptor. */
  | { kind: "cgroup"; directory: number };

/** The events that write to one CPU's ring buffer: one of each task, or one of all. */
interface CpuEvents {
  fds: number[];
  ring: RingReader;
  /** When last looked at. */
  enabledNanos: bigint;
}

const ALL_TASKS = -1;
const FORK = 7;
/** Word of the new thread's id in a FORK record. */
const FORK_TID_WORD = 4;
const FDS_LEFT = 192;
/** Threads that come while threads are being looked up are looked up again so often. */
const ROUNDS = 10;
/** Reading a counter interrupts its CPU, which should not be done at each drain. */
const LOOK_INTERVAL_MS = 2000;

/**
 * Sampling events and the ring buffers they write to, one a CPU. A task's events are inherited by what it forks and
 * clones, and such an event writes to a buffer only if it belongs to one CPU; so each thread that is there at the start
 * has an event on each CPU, and all on one CPU share its buffer.
 */
export class EventRings {
  readonly #targets: EventTargets;
  readonly #periodNanos: number;
  readonly #cpus = new Map<number, CpuEvents>();
  #attributes: Uint8Array;
  readonly #attributesWithoutLost: Uint8Array;
  #ringBytes: number;
  /** Descriptors from here on are left to the rest of us: binaries to be named, results to be written. */
  readonly #mostFds: number;
  #running = false;
  #lookedAt = performance.now();

  /**
   * Opens the events: those of tasks run from now on, others when they are started. Buffers have `wantedBytes`, or
   * as much as this user may lock, `leastBytes` at least. Throws SyscallError, CollectorError.
   */
  constructor(asked: SampleAttributes, targets: EventTargets, wantedBytes: number, leastBytes: number) {
    this.#attributes = sampleAttributes(asked);
    this.#attributesWithoutLost = sampleAttributes({ ...asked, countLost: false });
    this.#targets = targets;
    this.#periodNanos = asked.periodNanos;
    const limit = openFilesLimit();
    this.#mostFds = limit - Math.min(FDS_LEFT, limit / 2);
    this.#ringBytes = wantedBytes;
    try {
      if (targets.kind === "tasks") this.#openTasks(targets, leastBytes);
      else this.#openCpus(onlineCpus(), leastBytes);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  get rings(): RingReader[] {
    return Array.from(this.#cpus.values(), ({ ring }) => ring);
  }

  get ringBytes(): number {
    return this.#ringBytes;
  }

  get memoryBytes(): number {
    return this.#cpus.size * this.#ringBytes;
  }

  get events(): number {
    let events = 0;
    for (const { fds } of this.#cpus.values()) events += fds.length;
    return events;
  }

  start(): void {
    this.#running = true;
    // Tasks' clocks are enabled already, and begin with each turn of their task.
    if (this.#targets.kind === "tasks") return;
    const clocks = [...this.#cpus.values()].flatMap(({ fds }) => fds);
    startSpread(clocks, this.#periodNanos);
  }

  stop(): void {
    this.#running = false;
    this.#each(disableEvent);
  }

  /** What all events have counted, see `readCounts`. */
  counts(): { nanos: number; lost: number } {
    const sum = { nanos: 0, lost: 0 };
    this.#each((fd) => {
      const { nanos, lost } = readCounts(fd);
      sum.nanos += nanos;
      sum.lost += lost;
    });
    return sum;
  }

  /**
   * Opens events on CPUs that came back or are new, and closes those of CPUs that went, having called `gone` with the
   * buffer. Returns whether CPUs came. Tasks' events stay good while CPUs go and come.
   */
  followHotplug(gone: (ring: RingReader) => void): boolean {
    if (this.#targets.kind === "tasks") return false;
    const online = new Set(onlineCpus());
    const now = performance.now();
    const look = now - this.#lookedAt > LOOK_INTERVAL_MS;
    if (look) this.#lookedAt = now;
    for (const [cpu, events] of this.#cpus) {
      if (online.has(cpu) && (!look || isAttached(events))) continue;
      gone(events.ring);
      this.#close(cpu, events);
    }
    const come = [...online].filter((cpu) => !this.#cpus.has(cpu));
    for (const cpu of come) {
      try {
        this.#openCpus([cpu], this.#ringBytes);
        if (this.#running) for (const fd of this.#cpus.get(cpu)?.fds ?? []) enableEvent(fd);
      } catch {
        // Gone again already: the next round sees it.
      }
    }
    return come.length > 0;
  }

  close(): void {
    for (const [cpu, events] of this.#cpus) this.#close(cpu, events);
  }

  #openTasks({ pids, tids }: { pids: readonly number[]; tids: readonly number[] }, leastBytes: number): void {
    const seen = new Set<number>();
    for (let round = 0; round < ROUNDS; round++) {
      const listed = [...pids.flatMap(threadsOf), ...tids];
      // A thread that a thread with events has made since has inherited them, and a record tells so.
      for (const tid of this.#forkedThreads()) seen.add(tid);
      const found = listed.filter((tid) => !seen.has(tid));
      if (found.length === 0) break;
      for (const tid of found) {
        seen.add(tid);
        this.#openTask(tid, leastBytes);
      }
    }
    if (this.#cpus.size === 0) {
      throw new CollectorError("nothing is left to record: all that was named has ended", "Name what runs.");
    }
  }

  /** Events of one task on each CPU. Of one that has ended, none. */
  #openTask(tid: number, leastBytes: number): void {
    const opened = new Map<number, number>();
    try {
      for (const cpu of presentCpus()) opened.set(cpu, this.#open(tid, cpu));
      if (this.#cpus.size === 0) this.#mapRings(opened, leastBytes);
      else for (const [cpu, fd] of opened) this.#joinRing(cpu, fd);
      for (const fd of opened.values()) enableEvent(fd);
    } catch (error) {
      const kept = new Set([...this.#cpus.values()].flatMap(({ fds }) => fds));
      for (const fd of opened.values()) if (!kept.has(fd)) closeFd(fd);
      if (!(error instanceof SyscallError) || error.code !== "ESRCH") throw error;
    }
  }

  #joinRing(cpu: number, fd: number): void {
    const events = this.#cpus.get(cpu);
    if (events === undefined) return;
    shareRing(fd, events.fds[0]);
    events.fds.push(fd);
  }

  #openCpus(cpus: readonly number[], leastBytes: number): void {
    const opened = new Map<number, number>();
    try {
      for (const cpu of cpus) opened.set(cpu, this.#open(ALL_TASKS, cpu));
      this.#mapRings(opened, leastBytes);
    } catch (error) {
      for (const fd of opened.values()) closeFd(fd);
      throw error;
    }
  }

  #open(tid: number, cpu: number): number {
    const fd = this.#openEvent(tid, cpu);
    if (fd < this.#mostFds) return fd;
    closeFd(fd);
    throw new SyscallError("perfEventOpen", constants.errno.EMFILE);
  }

  #openEvent(tid: number, cpu: number): number {
    const targets = this.#targets;
    const open = (attributes: Uint8Array) =>
      targets.kind === "cgroup"
        ? perfEventOpenCgroup(attributes, targets.directory, cpu)
        : perfEventOpen(attributes, tid, cpu);
    try {
      return open(this.#attributes);
    } catch (error) {
      // Before Linux 6.0 an event cannot tell what it has lost.
      if (!(error instanceof SyscallError) || error.code !== "EINVAL") throw error;
      const fd = open(this.#attributesWithoutLost);
      this.#attributes = this.#attributesWithoutLost;
      return fd;
    }
  }

  /** Maps a buffer for each event, all of one size: half of it, and so on, where this user may not lock so much. */
  #mapRings(opened: ReadonlyMap<number, number>, leastBytes: number): void {
    for (; ; this.#ringBytes /= 2) {
      const rings = new Map<number, RingReader>();
      try {
        for (const [cpu, fd] of opened) rings.set(cpu, new RingReader(fd, this.#ringBytes));
        for (const [cpu, fd] of opened) {
          const ring = rings.get(cpu);
          if (ring) this.#cpus.set(cpu, { fds: [fd], ring, enabledNanos: -1n });
        }
        return;
      } catch (error) {
        for (const ring of rings.values()) ring.close();
        const tooMuch = error instanceof SyscallError && (error.code === "EPERM" || error.code === "ENOMEM");
        if (!tooMuch || this.#ringBytes / 2 < leastBytes) throw error;
      }
    }
  }

  /** Threads that were made by such as have events already. Takes what is in the buffers. */
  #forkedThreads(): number[] {
    const forked: number[] = [];
    for (const ring of this.rings) {
      for (ring.begin(); ring.present; ring.next()) {
        if (ring.type === FORK && ring.bytes > RECORD.headerBytes + 16)
          forked.push(ring.words[ring.at + FORK_TID_WORD]);
      }
      ring.end();
    }
    return forked;
  }

  #each(act: (fd: number) => void): void {
    for (const { fds } of this.#cpus.values()) for (const fd of fds) act(fd);
  }

  #close(cpu: number, { ring, fds }: CpuEvents): void {
    ring.close();
    for (const fd of fds) closeFd(fd);
    this.#cpus.delete(cpu);
  }
}

/** A CPU that went and came back between two rounds is online, but its events are detached for good. */
function isAttached(events: CpuEvents): boolean {
  const before = events.enabledNanos;
  events.enabledNanos = readCounts(events.fds[0]).enabledNanos;
  return events.enabledNanos > before;
}

function threadsOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).map(Number);
  } catch {
    return [];
  }
}
