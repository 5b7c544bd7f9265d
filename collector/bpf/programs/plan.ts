import type { ArenaLayout } from "../../arena/layout.ts";
import type { RecordSpec } from "../../contract.ts";
import { innerPidNamespace } from "../../sys/pid-namespace.ts";
import { type KernelLayout, readKernelLayout } from "../kernel-layout.ts";

/**
 * What the programs are generated from: they are written anew for each recording, so what does not vary during it is
 * an immediate in the code, and what is not asked for is not in the code at all.
 */
export interface ProgramPlan {
  filter: { kind: "all" } | { kind: "tasks"; tids: boolean } | { kind: "cgroup" };
  mode: "all" | "kernel" | "user";
  idle: boolean;
  perThread: boolean;
  arena: ArenaLayout;
  /** Multiplier of the stack hash: odd and random-looking, but for tests that make all stacks collide. */
  hashMultiplier: bigint;
  sliceNanos: number;
  /** CLOCK_MONOTONIC nanoseconds at which slice 0 begins. */
  startNanos: bigint;
  /** Inode of the PID namespace in whose ids the user thinks; undefined for the machine's own. */
  pidNamespace: number | undefined;
  /** Needed for the target filter `tasks` and for PID namespaces. */
  layout: KernelLayout | undefined;
  maps: ProgramMaps;
}

/** Descriptors of the maps that the programs share with the recorder. */
export interface ProgramMaps {
  /** Array of one u32: which side of the arenas is written (0 or 1). */
  control: number;
  /** Array, a row of counters a CPU. */
  counters: number;
  /** Array of arenas: element cpu * 2 + side. */
  arenas: number;
  /** Hash from target key to the task's start time (0: unknown). */
  targets: number;
  /** As `targets`, with ids of the user's PID namespace, until a task with that id is met. */
  seeds: number;
  /** Cgroup array of one. */
  cgroup: number;
}

/** Of good avalanche (from MurmurHash3's finalizer). */
export const HASH_MULTIPLIER = 0xff51afd7ed558ccdn;

/** Keys of `targets` and `seeds`: u64, a thread group's id, or a thread's with this bit set. */
export const TID_KEY_BIT = 1n << 32n;
export const TID_KEY_HIGH = 1;

/** The plan for a recording on this machine that begins at `startNanos`. Throws BtfError. */
export function planPrograms(
  spec: RecordSpec,
  arena: ArenaLayout,
  maps: ProgramMaps,
  startNanos: bigint,
  hashMultiplier: bigint = HASH_MULTIPLIER,
): ProgramPlan {
  const { targets } = spec;
  const pidNamespace = innerPidNamespace();
  const needsLayout = targets.kind === "tasks" || pidNamespace !== undefined;
  return {
    filter:
      targets.kind === "tasks" ? { kind: "tasks", tids: targets.tids.length > 0 } : { kind: targets.kind },
    mode: spec.mode,
    idle: spec.idle,
    perThread: spec.perThread,
    arena,
    hashMultiplier,
    sliceNanos: spec.sliceNanos,
    startNanos,
    pidNamespace,
    layout: needsLayout ? readKernelLayout() : undefined,
    maps,
  };
}
