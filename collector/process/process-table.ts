import { readFileSync } from "node:fs";
import type { ProcessEvents, ProcessHistory } from "../contract.ts";
import { AddressSpace, type Mapping } from "./address-space.ts";
import { parseProcMaps } from "./proc-maps.ts";

/** What a process was at some time: mappings and name. */
export interface ProcessAt {
  process: TrackedProcess;
  space: AddressSpace;
  /** Name of its main thread; empty when not known. */
  comm: string;
}

/** Reads of /proc, so that tests can do without. Undefined: the process is gone. */
export interface ProcReader {
  maps(pid: number): string | undefined;
  comm(pid: number): string | undefined;
}

const liveProcReader: ProcReader = {
  maps: (pid) => readOrNothing(`/proc/${pid}/maps`),
  comm: (pid) => readOrNothing(`/proc/${pid}/comm`)?.trimEnd(),
};

function readOrNothing(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

/** Before anything that is recorded. */
const ALWAYS = Number.NEGATIVE_INFINITY;

class Timeline<T> {
  readonly #entries: { from: number; value: T }[] = [];

  set(from: number, value: T): void {
    let index = this.#entries.length;
    // Records of several CPUs come interleaved: nearly sorted.
    while (index > 0 && this.#entries[index - 1].from > from) index--;
    this.#entries.splice(index, 0, { from, value });
  }

  at(time: number): T | undefined {
    for (let i = this.#entries.length - 1; i >= 0; i--) {
      if (this.#entries[i].from <= time) return this.#entries[i].value;
    }
    return this.#entries[0]?.value;
  }
}

/** One life of a process id. */
export class TrackedProcess {
  readonly pid: number;
  /** Nanosecond of the fork that made it; ALWAYS when it was there before. */
  readonly from: number;
  readonly spaces = new Timeline<AddressSpace>();
  readonly comms = new Timeline<string>();
  /** An earlier process with the same id. */
  previous: TrackedProcess | undefined;
  /** Its main thread has ended: forgotten when no sample of it came since. */
  ended = false;
  lastUsedRound: number;

  constructor(pid: number, from: number, round: number) {
    this.pid = pid;
    this.from = from;
    this.lastUsedRound = round;
  }
}

/** Rounds (drains) that an ended process is kept after its last sample: late records may still name it. */
const ROUNDS_KEPT = 3;

/**
 * Follows all processes of the machine by the records of their forks, execs, mappings and ends, and by /proc for what
 * happened before. Processes that ended and are not asked for any more are forgotten, so memory stays bounded by what
 * lives and what is sampled.
 */
export class ProcessTable implements ProcessEvents, ProcessHistory {
  readonly #processes = new Map<number, TrackedProcess>();
  readonly #ended = new Set<number>();
  readonly #proc: ProcReader;
  #round = 0;

  constructor(proc: ProcReader = liveProcReader) {
    this.#proc = proc;
  }

  /** What process `pid` was at nanosecond `time`. Reads /proc when it is met for the first time. */
  at(pid: number, time: number): ProcessAt {
    let process = this.#processes.get(pid) ?? this.#snapshot(pid);
    process.lastUsedRound = this.#round;
    while (process.from > time && process.previous) process = process.previous;
    const space = process.spaces.at(time) ?? new AddressSpace();
    return { process, space, comm: process.comms.at(time) ?? "" };
  }

  mappingAt(pid: number, time: number, address: number): Mapping | undefined {
    return this.at(pid, time).space.find(address, time);
  }

  /** Reads /proc for `pid` now, unless it is known. */
  ensure(pid: number): void {
    if (!this.#processes.has(pid)) this.#snapshot(pid);
  }

  get size(): number {
    return this.#processes.size;
  }

  /** To be called once a drain, after its stacks were handled: forgets ended processes. */
  endRound(): void {
    this.#round++;
    for (const pid of this.#ended) {
      const process = this.#processes.get(pid);
      if (!process?.ended) this.#ended.delete(pid);
      else if (this.#round - process.lastUsedRound > ROUNDS_KEPT) {
        this.#ended.delete(pid);
        this.#processes.delete(pid);
      } else process.previous = undefined;
    }
  }

  mmap(pid: number, time: number, mapping: Parameters<ProcessEvents["mmap"]>[2]): void {
    const { start, length, fileOffset, inode, file } = mapping;
    const process = this.#processes.get(pid);
    // Not met yet: if it ever is, /proc tells all its mappings.
    process?.spaces.at(time)?.add({ start, end: start + length, fileOffset, inode, file }, time);
  }

  comm(pid: number, tid: number, time: number, comm: string, exec: boolean): void {
    // exec leaves one thread, which takes the process's id: the record bears it already.
    const process = this.#processes.get(pid) ?? (exec ? this.#add(pid, ALWAYS) : undefined);
    if (!process) return;
    if (exec) process.spaces.set(time, new AddressSpace());
    if (exec || pid === tid) process.comms.set(time, comm);
  }

  fork(pid: number, parentPid: number, time: number): void {
    const parent = this.#processes.get(parentPid) ?? this.#snapshot(parentPid);
    const child = this.#add(pid, time);
    const space = parent.spaces.at(time);
    child.spaces.set(time, new AddressSpace(space && { space, at: time }));
    child.comms.set(time, parent.comms.at(time) ?? "");
  }

  /** It shares its process's mappings. */
  newThread(): void {}

  exit(pid: number, tid: number, _time: number): void {
    const process = this.#processes.get(pid);
    if (!process || pid !== tid) return;
    process.ended = true;
    process.lastUsedRound = this.#round;
    this.#ended.add(pid);
  }

  gap(since: number): void {
    for (const [pid, { ended, spaces, comms }] of this.#processes) {
      const maps = ended ? undefined : this.#proc.maps(pid);
      if (maps === undefined) continue;
      // What is told twice changes nothing; an exec that was not told shows by its mappings.
      const space = spaces.at(since);
      for (const mapping of parseProcMaps(maps)) space?.add(mapping, since);
      const comm = this.#proc.comm(pid) ?? "";
      if (comm !== comms.at(since)) comms.set(since, comm);
    }
  }

  #add(pid: number, from: number): TrackedProcess {
    const process = new TrackedProcess(pid, from, this.#round);
    process.previous = this.#processes.get(pid);
    this.#processes.set(pid, process);
    return process;
  }

  #snapshot(pid: number): TrackedProcess {
    const process = this.#add(pid, ALWAYS);
    const space = new AddressSpace();
    const maps = this.#proc.maps(pid);
    for (const mapping of maps === undefined ? [] : parseProcMaps(maps)) space.add(mapping, ALWAYS);
    process.spaces.set(ALWAYS, space);
    process.comms.set(ALWAYS, this.#proc.comm(pid) ?? "");
    return process;
  }
}
