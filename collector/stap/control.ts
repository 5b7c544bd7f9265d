import { statSync } from "node:fs";
import type { RecordSpec, TargetSpec } from "../contract.ts";

/** A line for the module's control file, as `sf_obey` of kmod-templates/stap/state.stp takes it. */
export type ControlLine = string;

const FILTERS: Record<TargetSpec["kind"], number> = { all: 0, tasks: 1, cgroup: 2 };
const MODES: Record<RecordSpec["mode"], number> = { all: 0, kernel: 1, user: 2 };

export const OWNER: ControlLine = "owner 1";
export const RUN: ControlLine = "run 1";
export const STOP: ControlLine = "run 0";

/** From now on samples go to table `side`. */
export function takeSide(side: number): ControlLine {
  return `side ${side}`;
}

/**
 * All that the module must be told before it runs, in order. `cgroupId`: the number by which the kernel knows the target
 * cgroup; `startNanos`: CLOCK_MONOTONIC of the first slice.
 */
export function preparation(
  spec: RecordSpec,
  startNanos: bigint,
  cgroupId: bigint | undefined,
): ControlLine[] {
  const { targets } = spec;
  const lines = [
    `filter ${FILTERS[targets.kind]}`,
    `mode ${MODES[spec.mode]}`,
    `idle ${spec.idle && targets.kind === "all" ? 1 : 0}`,
    `per-thread ${spec.perThread ? 1 : 0}`,
    `start ${startNanos}`,
    `slice ${Math.round(spec.sliceNanos)}`,
  ];
  if (targets.kind === "cgroup") lines.push(`cgroup ${cgroupId ?? 0n}`);
  if (targets.kind === "tasks") {
    // Children are followed before the first target is known: none can slip in between.
    lines.push("follow 1");
    for (const pid of targets.pids) lines.push(`pid ${pid}`);
    for (const tid of targets.tids) lines.push(`tid ${tid}`);
  }
  return lines;
}

/** The id of a cgroup v2 is the inode number of its directory (cgroup_id, include/linux/cgroup.h). */
export function cgroupIdOf(path: string): bigint {
  return statSync(path, { bigint: true }).ino;
}
