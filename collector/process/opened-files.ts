import { closeSync, constants, fstatSync, openSync } from "node:fs";
import type { Mapping } from "./address-space.ts";
import { stripDeleted } from "./mapped-file.ts";
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

  #open(
    pid: number,
    path: string,
    mapping: Mapping,
  ): { fd: number | undefined; problem: string | undefined } {
    if (this.#held >= MAX_HELD) return { fd: undefined, problem: undefined };
    const range = `${mapping.start.toString(16)}-${mapping.end.toString(16)}`;
    // The first is the mapped file itself, whatever became of its name; the others go by name, so they are compared.
    const ways = [
      { way: `/proc/${pid}/map_files/${range}`, sure: true },
      { way: `/proc/${pid}/root${path}`, sure: false },
      { way: path, sure: false },
    ];
    let problem = "it is gone";
    for (const { way, sure } of ways) {
      const fd = tryOpen(way);
      if (fd === undefined) continue;
      if (sure || this.#isSame(fd, mapping.inode)) {
        this.#held++;
        return { fd, problem: undefined };
      }
      closeSync(fd);
      problem = "it was replaced since it was mapped";
    }
    return { fd: undefined, problem };
  }

  /** Inodes differ across overlay file systems, so a file older than the recording is taken for the one that ran too. */
  #isSame(fd: number, inode: number): boolean {
    const status = fstatSync(fd);
    return status.isFile() && (status.ino === inode || status.ctimeMs < this.#recordingStart);
  }
}

function tryOpen(path: string): number | undefined {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch {
    return undefined;
  }
}
