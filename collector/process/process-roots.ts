import { closeSync, constants, fstatSync, openSync, statSync } from "node:fs";

/** Root directories held open at most. */
const MAX_HELD = 64;

/**
 * The root directories of processes, each held open once, so that what lies in a container can be read when its last
 * process has gone.
 */
export class ProcessRoots {
  readonly #held = new Map<string, number>();
  readonly #own = identity(statSync("/"));

  /** What to put before a path of process `pid`: "" where its root is ours; undefined: it can't be told any more. */
  of(pid: number): string | undefined {
    let fd: number;
    try {
      fd = openSync(`/proc/${pid}/root`, constants.O_RDONLY | constants.O_DIRECTORY);
    } catch {
      return undefined;
    }
    const key = identity(fstatSync(fd));
    const known = key === this.#own ? undefined : this.#held.get(key);
    if (key === this.#own || known !== undefined || this.#held.size >= MAX_HELD) {
      closeSync(fd);
      if (key === this.#own) return "";
      return known === undefined ? undefined : heldPath(known);
    }
    this.#held.set(key, fd);
    return heldPath(fd);
  }

  close(): void {
    for (const fd of this.#held.values()) closeSync(fd);
    this.#held.clear();
  }
}

function identity({ dev, ino }: { dev: number; ino: number }): string {
  return `${dev} ${ino}`;
}

function heldPath(fd: number): string {
  return `/proc/self/fd/${fd}`;
}
