import type { ArenaLayout } from "../../arena/layout.ts";
import type { RecordSpec } from "../../contract.ts";
import { innerPidNamespace } from "../../sys/pid-namespace.ts";
import type { CopyLayout } from "../../unwind/copied/copy-layout.ts";
import { copiesFor } from "../../unwind/start-unwinding.ts";
import { type KernelLayout, readKernelLayout } from "../kernel-layout.ts";
import { type UserRegisters, userRegisters } from "./registers.ts";

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
  /** Inode of the PID namespace in whose ids the user thinks; undefined for the machine's own. */
  pidNamespace: number | undefined;
  /** Needed for the target filter `tasks` and for PID namespaces. */
  layout: KernelLayout | undefined;
  maps: ProgramMaps;
  /** How user stacks are walked by unwind tables; undefined: by the kernel's own walk along frame pointers. */
  unwind: UnwindPlan | undefined;
}

/** What the programs that walk by unwind tables need besides. */
export interface UnwindPlan {
  registers: UserRegisters;
  layout: KernelLayout;
  maps: UnwindMaps;
  /** How user stacks are copied that cannot be walked yet; undefined: they are cut. */
  copies: CopyLayout | undefined;
}

/** Descriptors of the maps of a walk by unwind tables. */
export interface UnwindMaps {
  /** Array of maps: the shards, see collector/unwind/memory-format.ts. */
  shards: number;
  /** Array, the state of the walk for each CPU. */
  walks: number;
  /** Array of the programs that go over to each other. */
  steps: number;
}

/** Byte offsets in the map `control`. */
export const CONTROL = {
  /** u32: which side of the arenas is written (0 or 1). */
  side: 0,
  /** u64: CLOCK_MONOTONIC nanoseconds at which slice 0 begins. */
  startNanos: 8,
} as const;
export const CONTROL_BYTES = 16;

/** Descriptors of the maps that the programs share with the recorder. */
export interface ProgramMaps {
  /** Array of one element, see CONTROL. */
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

/** The plan for a recording on this machine. `unwindMaps`: for user stacks by unwind tables. Throws BtfError. */
export function planPrograms(
  spec: RecordSpec,
  arena: ArenaLayout,
  maps: ProgramMaps,
  hashMultiplier: bigint = HASH_MULTIPLIER,
  unwindMaps?: UnwindMaps,
): ProgramPlan {
  const { targets } = spec;
  const pidNamespace = innerPidNamespace();
  const registers = unwindMaps && spec.mode !== "kernel" ? userRegisters() : undefined;
  const needsLayout = targets.kind === "tasks" || pidNamespace !== undefined || registers !== undefined;
  const layout = needsLayout ? readKernelLayout() : undefined;
  return {
    filter:
      targets.kind === "tasks" ? { kind: "tasks", tids: targets.tids.length > 0 } : { kind: targets.kind },
    mode: spec.mode,
    idle: spec.idle,
    perThread: spec.perThread,
    arena,
    hashMultiplier,
    sliceNanos: spec.sliceNanos,
    pidNamespace,
    layout,
    maps,
    unwind:
      registers && layout && unwindMaps
        ? { registers, layout, maps: unwindMaps, copies: copiesFor(spec) }
        : undefined,
  };
}
