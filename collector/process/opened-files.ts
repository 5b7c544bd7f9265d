import { closeSync } from "node:fs";
import type { Mapping } from "./address-space.ts";
import { stripDeleted } from "./mapped-file.ts";
import { type OpenedMapped, openMapped } from "./open-mapped.ts";
import type { ProcessRoots } from "./process-roots.ts";

/** A file that samples fell into. */
export interface MappedFile {
  /** As the process saw it, without the kernel's mark of deleted files. */
  path: string;
  inode: number;
  /** Descriptor held open, so that the very file that ran is read even when it is replaced; undefined if none could be. */
  fd: number | undefined;
  /** Root of the process that mapped it, as `ProcessRoots` tells it: where what belongs to the file is looked for. */
  root: string | undefined;
  /** Why the file that ran cannot be read any more. Without: it may be opened by its path. */
  problem: string | undefined;
}

/** Descriptors held at most: half of what many systems allow a process. Files beyond are opened by path when named. */
const MAX_HELD = 512;

/**
 * The files that are mapped where samples fell, each opened when it is met first: while its process lives and has it.
 */
export class OpenedFiles {
  readonly files: MappedFile[] = [];
  readonly #index = new Map<string, number>();
  /** A file changed after this may not be the one that ran, if its inode cannot be compared. Milliseconds, Unix time. */
  readonly #recordingStart: number;
  readonly #roots: ProcessRoots;
  #held = 0;

  constructor(recordingStart: number, roots: ProcessRoots) {
    this.#roots = roots;
    this.#recordingStart = recordingStart;
  }

  /** Row in `files` of the file behind a mapping of process `pid`. */
  fileOf(pid: number, mapping: Mapping): number {
    const path = stripDeleted(mapping.file);
    const key = `${mapping.inode} ${path}`;
    const known = this.#index.get(key);
    if (known !== undefined) return known;
    const row = this.files.length;
    this.files.push({
      path,
      inode: mapping.inode,
      root: this.#roots.of(pid),
      ...this.#open(pid, path, mapping),
    });
    this.#index.set(key, row);
    return row;
  }

  close(): void {
    for (const file of this.files) {
      if (file.fd !== undefined) closeSync(file.fd);
      file.fd = undefined;
    }
  }

  #open(pid: number, path: string, mapping: Mapping): OpenedMapped {
    if (this.#held >= MAX_HELD) return { fd: undefined, problem: undefined };
    const opened = openMapped(pid, path, mapping, this.#recordingStart);
    if (opened.fd !== undefined) this.#held++;
    return opened;
  }
}
