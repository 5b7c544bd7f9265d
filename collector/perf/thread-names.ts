import { readFileSync } from "node:fs";

/** Reads a thread's name as it is now; empty: it is gone. */
export type ReadThreadName = (pid: number, tid: number) => string;

const fromProc: ReadThreadName = (pid, tid) => {
  try {
    return readFileSync(`/proc/${pid}/task/${tid}/comm`, "utf8").trimEnd();
  } catch {
    return "";
  }
};

/** The idle task, which has no directory in /proc. */
const IDLE = "swapper";

/** The names of threads at the time of the records that were told last; of those that were there before, from /proc. */
export class ThreadNames {
  readonly #names = new Map<number, string>();
  readonly #read: ReadThreadName;

  constructor(read: ReadThreadName = fromProc) {
    this.#read = read;
  }

  of(pid: number, tid: number): string {
    if (tid === 0) return IDLE;
    const known = this.#names.get(tid);
    if (known !== undefined) return known;
    const name = this.#read(pid, tid);
    this.#names.set(tid, name);
    return name;
  }

  renamed(tid: number, name: string): void {
    this.#names.set(tid, name);
  }

  /** A new thread or process is called as whoever made it. */
  forked(parentPid: number, parentTid: number, tid: number): void {
    this.#names.set(tid, this.of(parentPid, parentTid));
  }

  ended(tid: number): void {
    this.#names.delete(tid);
  }

  /** Records were lost: names may have changed. */
  forget(): void {
    this.#names.clear();
  }
}
