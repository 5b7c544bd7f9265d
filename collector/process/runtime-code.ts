import { closeSync, constants, openSync } from "node:fs";
import { readStatus } from "./proc-status.ts";

/** What must be known of a process to find its perf map when it is gone. */
export interface RuntimeCodeOwner {
  pid: number;
  /** Its id in its own, innermost PID namespace. */
  nsPid: number | undefined;
  /** Real and effective user id. */
  uids: number[] | undefined;
  /** `/proc/self/fd/N` of its root directory, held open. */
  root: string | undefined;
}

/** Root directories held open at most. */
const MAX_HELD = 64;

/** Processes that run code made at run time, each looked at when it is met first. */
export class RuntimeCodeOwners {
  readonly #owners = new Map<number, RuntimeCodeOwner>();
  readonly #fds: number[] = [];

  /** To be called when a sample fell into run-time-made code of `pid`. */
  note(pid: number): void {
    if (this.#owners.has(pid)) return;
    const status = readStatus(pid);
    this.#owners.set(pid, {
      pid,
      nsPid: status === undefined ? undefined : Number(/^NStgid:.*?(\d+)\s*$/m.exec(status)?.[1] ?? pid),
      uids: status ? parseUids(status) : undefined,
      root: this.#holdRoot(pid),
    });
  }

  get(pid: number): RuntimeCodeOwner | undefined {
    return this.#owners.get(pid);
  }

  close(): void {
    for (const fd of this.#fds.splice(0)) closeSync(fd);
  }

  #holdRoot(pid: number): string | undefined {
    if (this.#fds.length >= MAX_HELD) return undefined;
    try {
      const fd = openSync(`/proc/${pid}/root`, constants.O_RDONLY | constants.O_DIRECTORY);
      this.#fds.push(fd);
      return `/proc/self/fd/${fd}`;
    } catch {
      return undefined;
    }
  }
}

function parseUids(status: string): number[] | undefined {
  const match = /^Uid:\s*(\d+)\s+(\d+)/m.exec(status);
  return match ? [Number(match[1]), Number(match[2])] : undefined;
}
