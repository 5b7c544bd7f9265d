import { closeSync, constants, fstatSync, openSync } from "node:fs";
import type { Mapping } from "./address-space.ts";

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
    if (sure || isSame(fd, mapping.inode, unchangedSince)) return { fd, problem: undefined };
    closeSync(fd);
    problem = "it was replaced since it was mapped";
  }
  return { fd: undefined, problem };
}

/** Inodes differ across overlay file systems, so a file that is old enough is taken for the one that ran too. */
function isSame(fd: number, inode: number, unchangedSince: number): boolean {
  const status = fstatSync(fd);
  return status.isFile() && (status.ino === inode || status.ctimeMs < unchangedSince);
}

function tryOpen(path: string): number | undefined {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch {
    return undefined;
  }
}
