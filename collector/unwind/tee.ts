import type { ProcessEvents } from "../contract.ts";

/** Tells both what happens to processes. */
export function tee(one: ProcessEvents, other: ProcessEvents): ProcessEvents {
  return {
    mmap(pid, time, mapping) {
      one.mmap(pid, time, mapping);
      other.mmap(pid, time, mapping);
    },
    comm(pid, tid, time, comm, exec) {
      one.comm(pid, tid, time, comm, exec);
      other.comm(pid, tid, time, comm, exec);
    },
    fork(pid, parentPid, time) {
      one.fork(pid, parentPid, time);
      other.fork(pid, parentPid, time);
    },
    newThread(pid) {
      one.newThread(pid);
      other.newThread(pid);
    },
    exit(pid, tid, time) {
      one.exit(pid, tid, time);
      other.exit(pid, tid, time);
    },
    gap(since) {
      one.gap(since);
      other.gap(since);
    },
  };
}
