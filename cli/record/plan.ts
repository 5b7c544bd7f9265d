import { basename, resolve } from "node:path";
import type { RecordSpec } from "../../collector/contract.ts";
import { type KernelLimits, stackDepths } from "../../collector/limits.ts";
import type { RecordOptions } from "../commands/record-options.ts";
import { Failure, usageFailure } from "../failure.ts";

/** What is to be recorded, before anything was looked up. */
export type Target =
  | { kind: "tasks"; pids: number[]; tids: number[] }
  | { kind: "all" }
  | { kind: "cgroup"; path: string }
  | { kind: "command"; command: string; args: string[] };

const CHOICES =
  "Give one of: -p PID (a process), -t TID (a thread), -a (all processes), --cgroup PATH, or -- COMMAND (to start one).";

/** The one target of a command line. Throws Failure (usage) when there is none or more than one. */
export function chooseTarget(command: readonly string[], options: RecordOptions): Target {
  const tasks = options.pid !== undefined || options.tid !== undefined;
  const given = [
    tasks && "-p/-t",
    options.all && "-a",
    options.cgroup !== undefined && "--cgroup",
    command.length > 0 && "a command",
  ];
  const named = given.filter((name): name is string => typeof name === "string");
  if (named.length === 0) throw usageFailure("nothing was named to record", CHOICES);
  if (named.length > 1)
    throw usageFailure(`${named.join(" and ")} were given, but one target is recorded`, CHOICES);
  if (tasks) return { kind: "tasks", pids: options.pid ?? [], tids: options.tid ?? [] };
  if (options.all) return { kind: "all" };
  if (options.cgroup !== undefined) return { kind: "cgroup", path: options.cgroup };
  return { kind: "command", command: command[0], args: command.slice(1) };
}

/** More ids than that are told by names and numbers. */
const MAX_TOLD_IDS = 3;

/** The target in words, for the summary and the page. */
export function describeTarget(target: Target, nameOf: (pid: number) => string): string {
  const ids = (one: string, many: string, list: number[]) => {
    if (list.length === 0) return [];
    if (list.length > MAX_TOLD_IDS) return [`${list.length} ${many} (${countedNames(list.map(nameOf))})`];
    return [`${list.length === 1 ? one : many} ${list.map((id) => `${id} (${nameOf(id)})`).join(", ")}`];
  };
  switch (target.kind) {
    case "tasks":
      return [...ids("process", "processes", target.pids), ...ids("thread", "threads", target.tids)].join(
        " and ",
      );
    case "all":
      return "all processes";
    case "cgroup":
      return `cgroup ${target.path}`;
    case "command":
      return [target.command, ...target.args].join(" ");
  }
}

/** `8 × postgres, redis-server`: in the order of their first. */
function countedNames(names: string[]): string {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return Array.from(counts, ([name, count]) => (count === 1 ? name : `${count} × ${name}`)).join(", ");
}

/** A word for file names. */
export function targetName(target: Target, nameOf: (pid: number) => string): string {
  switch (target.kind) {
    case "tasks":
      return nameOf(target.pids[0] ?? target.tids[0]);
    case "all":
      return "all";
    case "cgroup":
      return basename(target.path) || "cgroup";
    case "command":
      return basename(target.command);
  }
}

const NANOS_PER_MS = 1e6;
const SLICES_OF_A_RECORDING = 60;
const SHORTEST_SLICE_MS = 100;
const LONGEST_SLICE_MS = 10_000;
const SLICE_OF_OPEN_END_MS = 1000;

/** Length of a time slice: as asked, or so that a recording of known length has about sixty. */
export function sliceNanos(options: Pick<RecordOptions, "slice" | "duration">): number {
  if (options.slice !== undefined) return options.slice * NANOS_PER_MS;
  if (options.duration === undefined) return SLICE_OF_OPEN_END_MS * NANOS_PER_MS;
  const even = options.duration / SLICES_OF_A_RECORDING;
  return Math.round(Math.min(Math.max(even, SHORTEST_SLICE_MS), LONGEST_SLICE_MS) * NANOS_PER_MS);
}

/** What a collector is told. `defaultFrequencyHz`: the rate where none was asked for; `unwind`: how user stacks are walked. */
export function recordSpec(
  options: RecordOptions,
  targets: RecordSpec["targets"],
  defaultFrequencyHz: number,
  limits: KernelLimits,
  { unwind }: Pick<RecordSpec, "unwind"> = {},
): RecordSpec {
  if (options.idle && targets.kind !== "all") {
    throw usageFailure(
      "--idle goes with -a only",
      "The idle task belongs to no process: leave --idle out or use -a.",
    );
  }
  return {
    targets,
    frequencyHz: options.frequency ?? defaultFrequencyHz,
    depths: stackDepths(options.maxDepth, limits, unwind !== undefined),
    depthsRequired: options.maxDepth !== undefined,
    mode: options.kernelOnly ? "kernel" : options.userOnly ? "user" : "all",
    idle: options.idle === true,
    perThread: options.perThread === true,
    sliceNanos: sliceNanos(options),
    kernelMemoryBytes: options.kernelMemory,
    ...(unwind === undefined ? {} : { unwind }),
    ...(options.stackSize === undefined ? {} : { stackBytes: options.stackSize }),
    ...(options.module === undefined ? {} : { module: resolve(options.module) }),
  };
}

/** Recording needs Linux; reading profiles does not. Throws Failure. */
export function requireLinux(platform: string = process.platform): void {
  if (platform === "linux") return;
  const name = platform === "darwin" ? "macOS" : platform;
  throw new Failure(
    `recording needs a Linux kernel, and this is ${name}`,
    "Record on the Linux machine and open the page here; `stapflame report` and `convert` work anywhere.",
    3,
  );
}
