import { readFileSync } from "node:fs";

/** Text of /proc/ID/status, for a process or a thread; undefined when it is gone. See proc_pid_status(5). */
export function readStatus(id: number): string | undefined {
  try {
    return readFileSync(`/proc/${id}/status`, "latin1");
  } catch {
    return undefined;
  }
}
