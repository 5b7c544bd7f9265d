import { readFileSync } from "node:fs";

/** Files that may be open at once (the soft limit of RLIMIT_NOFILE), from the text of /proc/PID/limits; Infinity: no limit. */
export function parseOpenFilesLimit(limits: string): number {
  const soft = /^Max open files\s+(\d+)/m.exec(limits)?.[1];
  return soft === undefined ? Number.POSITIVE_INFINITY : Number(soft);
}

/** Files that this process may have open at once. */
export function openFilesLimit(): number {
  return parseOpenFilesLimit(readFileSync("/proc/self/limits", "latin1"));
}
