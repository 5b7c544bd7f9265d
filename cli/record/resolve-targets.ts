import { readFileSync } from "node:fs";
import type { TargetSpec } from "../../collector/contract.ts";
import { findCommand } from "../../collector/launch.ts";
import { checkPid, checkTid, resolveCgroup } from "../../collector/targets.ts";
import type { Target } from "./plan.ts";

/**
 * The target as collectors know it, made sure to be there. `commandPid`: the process that will become the command;
 * undefined where none is started. Throws CollectorError.
 */
export function resolveTargets(target: Target, commandPid?: number): TargetSpec {
  switch (target.kind) {
    case "all":
      return { kind: "all" };
    case "cgroup":
      return { kind: "cgroup", path: resolveCgroup(target.path) };
    case "command":
      return {
        kind: "tasks",
        pids: commandPid === undefined ? [] : [commandPid],
        tids: [],
        launched: findCommand(target.command),
      };
    case "tasks":
      for (const pid of target.pids) checkPid(pid);
      for (const tid of target.tids) checkTid(tid);
      return { kind: "tasks", pids: target.pids, tids: target.tids };
  }
}

export function processName(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, "utf8").trim() || String(pid);
  } catch {
    return `pid-${pid}`;
  }
}
