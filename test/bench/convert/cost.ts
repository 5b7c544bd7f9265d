import { spawnSync } from "node:child_process";

/** What a whole process took. CPU time, as the machine may be busy with something else. */
export interface Cost {
  cpuSeconds: number;
  wallSeconds: number;
  /** Largest resident set. */
  peakBytes: number;
}

/** Runs a command under GNU time; undefined when it failed, which `why` then tells. */
export function costOf(command: readonly string[]): Cost | { why: string } {
  const { status, stderr } = spawnSync("/usr/bin/time", ["-q", "-f", "%U %S %e %M", ...command], {
    stdio: ["ignore", "ignore", "pipe"],
    maxBuffer: 2 ** 26,
  });
  const lines = stderr.toString().trimEnd().split("\n");
  if (status !== 0)
    return {
      why:
        lines
          .find((line) => /error/i.test(line))
          ?.trim()
          .slice(0, 80) ?? `exit ${status}`,
    };
  const [user, system, wall, kilobytes] = (lines.at(-1) ?? "").split(" ").map(Number);
  return { cpuSeconds: user + system, wallSeconds: wall, peakBytes: kilobytes * 1024 };
}

/** The cost in the middle, by CPU time; the first failure when there is one. */
export function medianCost(runs: readonly (Cost | { why: string })[]): Cost | { why: string } {
  const good = runs.filter((run) => "cpuSeconds" in run);
  if (good.length < runs.length) return runs.find((run) => "why" in run) ?? { why: "no run" };
  return good.sort((a, b) => a.cpuSeconds - b.cpuSeconds)[Math.floor(good.length / 2)];
}
