import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { isAbsolute, join, resolve } from "node:path";
import { CollectorError } from "./contract.ts";
import { readStatus } from "./process/proc-status.ts";

/** Throws CollectorError unless `pid` is a process that lives (not one of its further threads). */
export function checkPid(pid: number): void {
  const status = readStatus(pid);
  if (status === undefined) {
    throw new CollectorError(`there is no process ${pid}`, "Find it with `ps -e` or `pgrep NAME`.");
  }
  const tgid = Number(/^Tgid:\s*(\d+)/m.exec(status)?.[1] ?? pid);
  if (tgid !== pid) {
    throw new CollectorError(
      `${pid} is a thread of process ${tgid}, not a process`,
      `Use -p ${tgid} for the whole process or -t ${pid} for this thread.`,
    );
  }
}

/** Throws CollectorError unless `tid` is a thread that lives. */
export function checkTid(tid: number): void {
  if (readStatus(tid) === undefined) {
    throw new CollectorError(`there is no thread ${tid}`, "Find it with `ps -eL`.");
  }
}

/** Process that thread `tid` belongs to; itself when that cannot be told. */
export function processOfThread(tid: number): number {
  return Number(/^Tgid:\s*(\d+)/m.exec(readStatus(tid) ?? "")?.[1] ?? tid);
}

/** Ids of all processes that this PID namespace shows. */
export function runningProcesses(): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

/** Processes that `pid` has started and that still run; empty where the kernel does not tell (CONFIG_PROC_CHILDREN). */
export function childrenOf(pid: number): number[] {
  try {
    const threads = readdirSync(`/proc/${pid}/task`);
    const lists = threads.map((tid) => readFileSync(`/proc/${pid}/task/${tid}/children`, "latin1"));
    return lists.flatMap((list) => list.trim().split(" ").filter(Boolean).map(Number));
  } catch {
    return [];
  }
}

/** Whether a process or thread still runs: one that only waits for its parent to notice its end does not. */
export function isLive(id: number): boolean {
  const status = readStatus(id);
  return status !== undefined && !/^State:\s*[ZX]/m.test(status);
}

/**
 * Absolute path of a cgroup v2 directory from what a user may write: its absolute path, or its name below the mount of
 * cgroup v2 (`system.slice/nginx.service`, also with a leading `/` as systemd prints it). Throws CollectorError.
 */
export function resolveCgroup(name: string, mounts = cgroup2Mounts()): string {
  if (mounts.length === 0) {
    throw new CollectorError(
      "no cgroup v2 is mounted here",
      "Mount it: `mount -t cgroup2 none /sys/fs/cgroup`.",
    );
  }
  const candidates = [
    ...(isAbsolute(name) ? [name] : [resolve(name)]),
    ...mounts.map((mount) => join(mount, name)),
  ];
  for (const path of candidates) {
    if (!mounts.some((mount) => path === mount || path.startsWith(`${mount}/`))) continue;
    if (existsSync(join(path, "cgroup.procs")) && statSync(path).isDirectory()) return path;
  }
  if (isAbsolute(name) && existsSync(join(name, "cgroup.procs"))) {
    throw new CollectorError(
      `${name} is a cgroup of version 1, which the kernel cannot sample by`,
      `Use a cgroup below ${mounts[0]}.`,
    );
  }
  throw new CollectorError(
    `there is no cgroup ${name}`,
    `Look below ${mounts.join(" or ")}, or at \`systemd-cgls\`.`,
  );
}

/** Mount points of cgroup v2. */
export function cgroup2Mounts(mountInfo = readFileSync("/proc/self/mountinfo", "utf8")): string[] {
  return mountInfo
    .split("\n")
    .filter((line) => / - cgroup2 /.test(line))
    .map((line) => line.split(" ")[4]);
}
