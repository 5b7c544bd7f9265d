import { readStatus } from "./proc-status.ts";
import type { ProcessRoots } from "./process-roots.ts";
import { processStartedAt } from "./start-time.ts";

/** What must be known of a process to find its perf map when it is gone. */
export interface RuntimeCodeOwner {
  pid: number;
  /** Its id in its own, innermost PID namespace. */
  nsPid: number | undefined;
  /** Real and effective user id. */
  uids: number[] | undefined;
  /** When it was made, in milliseconds of Unix time. */
  startedAt: number | undefined;
  /** Its root directory, as `ProcessRoots` tells it. */
  root: string | undefined;
}

/** Processes that run code made at run time, each looked at when it is met first. */
export class RuntimeCodeOwners {
  readonly #owners = new Map<number, RuntimeCodeOwner>();
  readonly #roots: ProcessRoots;

  constructor(roots: ProcessRoots) {
    this.#roots = roots;
  }

  /** To be called when a sample fell into run-time-made code of `pid`. */
  note(pid: number): void {
    if (this.#owners.has(pid)) return;
    const status = readStatus(pid);
    this.#owners.set(pid, {
      pid,
      nsPid: status === undefined ? undefined : Number(/^NStgid:.*?(\d+)\s*$/m.exec(status)?.[1] ?? pid),
      uids: status ? parseUids(status) : undefined,
      startedAt: processStartedAt(pid),
      root: this.#roots.of(pid),
    });
  }

  get(pid: number): RuntimeCodeOwner | undefined {
    return this.#owners.get(pid);
  }
}

function parseUids(status: string): number[] | undefined {
  const match = /^Uid:\s*(\d+)\s+(\d+)/m.exec(status);
  return match ? [Number(match[1]), Number(match[2])] : undefined;
}
