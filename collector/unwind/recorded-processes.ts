import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { TargetSpec } from "../contract.ts";
import { processOfThread, runningProcesses } from "../targets.ts";

/** The processes that will be recorded and are there already. */
export function recordedProcesses(targets: TargetSpec): number[] {
  switch (targets.kind) {
    case "all":
      return runningProcesses();
    case "tasks":
      return [...new Set([...targets.pids, ...targets.tids.map(processOfThread)])];
    case "cgroup":
      return processesOfCgroup(targets.path);
  }
}

/** Processes in a cgroup (version 2) and those below it. */
function processesOfCgroup(path: string): number[] {
  const pids: number[] = [];
  const folders = [path];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    try {
      const listed = readFileSync(join(folder, "cgroup.procs"), "latin1");
      pids.push(...listed.split("\n").filter(Boolean).map(Number));
      for (const entry of readdirSync(folder, { withFileTypes: true })) {
        if (entry.isDirectory()) folders.push(join(folder, entry.name));
      }
    } catch {
      // Removed meanwhile.
    }
  }
  // A process of another PID namespace is listed as 0.
  return pids.filter((pid) => pid > 0);
}
