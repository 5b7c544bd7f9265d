import { closeSync, constants, fstatSync, openSync, readlinkSync } from "node:fs";
import type { Mapping } from "./address-space.ts";
import { isDeleted } from "./mapped-file.ts";

/** A descriptor of the very file that is mapped, or why it cannot be read any more. Neither: it was not tried. */
export interface OpenedMapped {
  fd: number | undefined;
  problem: string | undefined;
}

/**
 * Opens the file behind a mapping of process `pid`. `path`: its name without the kernel's mark of deleted files. A file
 * changed after `unchangedSince` (milliseconds, Unix time) may not be the one that is mapped, if its inode cannot be compared.
 */
export function openMapped(
  pid: number,
  path: string,
  mapping: Mapping,
  unchangedSince: number,
): OpenedMapped {
  const range = `${mapping.start.toString(16)}-${mapping.end.toString(16)}`;
  // The mapped file itself, whatever became of its name: any for privileged users, and for others the program.
  const sure = [`/proc/${pid}/map_files/${range}`];
  if (isProgram(pid, mapping.file)) sure.push(`/proc/${pid}/exe`);
  for (const way of sure) {
    const fd = tryOpen(way);
    if (fd !== undefined) return { fd, problem: undefined };
  }
  let problem = "it is gone";
  for (const way of [`/proc/${pid}/root${path}`, path]) {
    const fd = tryOpen(way);
    if (fd === undefined) continue;
    if (isSame(fd, mapping, unchangedSince)) return { fd, problem: undefined };
    closeSync(fd);
    problem = "it was replaced since it was mapped";
  }
  return { fd: undefined, problem };
}

/**
 * Whether what has a mapping's name is what is mapped. Inodes differ across overlay file systems, so a file that is old enough is
 * taken for the one that ran, too, unless the kernel has told that that is gone.
 */
function isSame(fd: number, { inode, file }: Mapping, unchangedSince: number): boolean {
  const status = fstatSync(fd);
  if (!status.isFile()) return false;
  return status.ino === inode || (status.ctimeMs < unchangedSince && !isDeleted(file));
}

/** Whether a mapping's name, with the mark if the file was deleted, is that of the program which the process runs. */
function isProgram(pid: number, file: string): boolean {
  try {
    return readlinkSync(`/proc/${pid}/exe`) === file;
  } catch {
    return false;
  }
}

function tryOpen(path: string): number | undefined {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch {
    return undefined;
  }
}
