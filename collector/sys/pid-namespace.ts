import { readlinkSync } from "node:fs";

/** PROC_PID_INIT_INO (include/linux/proc_ns.h): the inode number of the machine's own PID namespace. */
const INITIAL_PID_NAMESPACE = 0xeffffffc;

/** Inode number of the PID namespace that this process runs in; undefined for the machine's own. */
export function innerPidNamespace(): number | undefined {
  const match = /^pid:\[(\d+)\]$/.exec(readlinkSync("/proc/self/ns/pid"));
  const inode = match ? Number(match[1]) : INITIAL_PID_NAMESPACE;
  return inode === INITIAL_PID_NAMESPACE ? undefined : inode;
}
