import type { AddressSpace } from "./address-space.ts";
import { stripDeleted } from "./mapped-file.ts";
import type { OpenedFiles } from "./opened-files.ts";

/**
 * `jit-PID.dump`, of JavaScriptCore `jit-TID-PID.dump`: what a run-time compiler tells of its code, which it has mapped as code so that
 * profilers meet it (jitdump).
 */
const DUMP = /\/jit-(\d+-)?\d+\.dump$/;

/** The dumps of processes that run code made at run time, each opened when it is met first: while its process lives. */
export class JitDumps {
  readonly #files: OpenedFiles;
  /** Row in `OpenedFiles.files` by process. */
  readonly #rows = new Map<number, number>();
  /** The version of each address space that was looked through. */
  readonly #looked = new WeakMap<AddressSpace, number>();

  constructor(files: OpenedFiles) {
    this.#files = files;
  }

  /** To be called when a sample fell into run-time-made code of `pid`. */
  note(pid: number, space: AddressSpace): void {
    if (this.#looked.get(space) === space.version) return;
    this.#looked.set(space, space.version);
    const mapping = space.mappingOf((file) => DUMP.test(stripDeleted(file)));
    if (mapping) this.#rows.set(pid, this.#files.fileOf(pid, mapping));
  }

  /** A descriptor of the process's dump. */
  fdOf(pid: number): number | undefined {
    const row = this.#rows.get(pid);
    return row === undefined ? undefined : this.#files.files[row].fd;
  }
}
