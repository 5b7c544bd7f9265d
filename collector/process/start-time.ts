import { readFileSync } from "node:fs";
import { bootTimeNanos } from "../sys/syscall.ts";
import { statField } from "./proc-stat.ts";

/** proc_pid_stat(5): when the process started, in ticks since the machine did. */
const START_FIELD = 22;
/** USER_HZ is 100 on every architecture that Node runs on. */
const NANOS_PER_TICK = 1e7;
const NANOS_PER_MS = 1e6;

/** When a process was made, in milliseconds of Unix time by the clock as it stands now; undefined when it is gone, or on machines whose system calls are not known. */
export function processStartedAt(pid: number): number | undefined {
  try {
    const ticks = Number(statField(readFileSync(`/proc/${pid}/stat`, "latin1"), START_FIELD));
    return Date.now() - (bootTimeNanos() - ticks * NANOS_PER_TICK) / NANOS_PER_MS;
  } catch {
    return undefined;
  }
}
