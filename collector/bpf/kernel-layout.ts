import { readFileSync } from "node:fs";
import { Btf, BtfError } from "./btf.ts";

export const BTF_PATH = "/sys/kernel/btf/vmlinux";

/** Byte offsets of the members that the programs read, on the running kernel. */
export interface KernelLayout {
  task: {
    pid: number;
    tgid: number;
    startTime: number;
    groupLeader: number;
    threadPid: number;
    flags: number;
    mm: number;
    realParent: number;
    /** x86-64: the base of fs. undefined: another machine, or a kernel that calls it otherwise. */
    threadPointer: number | undefined;
  };
  mm: { startStack: number; endCode: number };
  pid: { level: number; numbers: number };
  upid: { nr: number; ns: number; size: number };
  pidNamespace: { inum: number };
}

/** Reads the layout from the kernel's BTF. Throws BtfError. */
export function readKernelLayout(path = BTF_PATH): KernelLayout {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch {
    throw new BtfError(`this kernel does not tell its structures' layout (no ${path})`);
  }
  const btf = new Btf(bytes, ["task_struct", "mm_struct", "pid", "upid", "pid_namespace"]);
  return {
    task: {
      pid: btf.memberOffset("task_struct", "pid"),
      tgid: btf.memberOffset("task_struct", "tgid"),
      startTime: btf.memberOffset("task_struct", "start_time"),
      groupLeader: btf.memberOffset("task_struct", "group_leader"),
      threadPid: btf.memberOffset("task_struct", "thread_pid"),
      flags: btf.memberOffset("task_struct", "flags"),
      mm: btf.memberOffset("task_struct", "mm"),
      realParent: btf.memberOffset("task_struct", "real_parent"),
      threadPointer: memberOrNone(btf, "task_struct", "thread", "fsbase"),
    },
    mm: {
      startStack: btf.memberOffset("mm_struct", "start_stack"),
      endCode: btf.memberOffset("mm_struct", "end_code"),
    },
    pid: { level: btf.memberOffset("pid", "level"), numbers: btf.memberOffset("pid", "numbers") },
    upid: {
      nr: btf.memberOffset("upid", "nr"),
      ns: btf.memberOffset("upid", "ns"),
      size: btf.structSize("upid"),
    },
    pidNamespace: { inum: btf.memberOffset("pid_namespace", "ns", "inum") },
  };
}

function memberOrNone(btf: Btf, struct: string, ...path: string[]): number | undefined {
  try {
    return btf.memberOffset(struct, ...path);
  } catch (error) {
    if (error instanceof BtfError) return undefined;
    throw error;
  }
}
