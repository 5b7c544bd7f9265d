import { COUNTER_ROW_BYTES } from "../arena/counters.ts";
import type { ArenaLayout } from "../arena/layout.ts";
import type { RecordSpec } from "../contract.ts";
import { CONTROL_BYTES, type ProgramMaps } from "./programs/plan.ts";
import { BPF_F_MMAPABLE, type MapSpec, MapType } from "./syscall.ts";

/** Processes that can be followed at once. Preallocated: about 100 bytes each. */
export const MAX_TARGETS = 32768;
/** More targets than a command line names. */
const MAX_SEEDS = 4096;

/** What each map of a recording is made as; undefined for those that it does not need. */
export type MapSpecs = Record<keyof ProgramMaps, MapSpec | undefined> &
  Record<"control" | "counters" | "arenas", MapSpec>;

/** The maps that the programs share with the recorder. `cpus`: for which there is room. */
export function mapSpecs(
  targets: RecordSpec["targets"],
  arena: ArenaLayout,
  cpus: number,
  inNamespace: boolean,
): MapSpecs {
  const shared = { type: MapType.array, keyBytes: 4, flags: BPF_F_MMAPABLE };
  const tasks = { type: MapType.hash, keyBytes: 8, valueBytes: 8 };
  const followed = targets.kind === "tasks";
  return {
    control: { ...shared, valueBytes: CONTROL_BYTES, entries: 1, name: "sf_control" },
    counters: { ...shared, valueBytes: COUNTER_ROW_BYTES, entries: cpus, name: "sf_counters" },
    arenas: { ...shared, valueBytes: arena.totalBytes, entries: cpus * 2, name: "sf_arenas" },
    targets: followed ? { ...tasks, entries: MAX_TARGETS, name: "sf_targets" } : undefined,
    seeds: followed && inNamespace ? { ...tasks, entries: MAX_SEEDS, name: "sf_seeds" } : undefined,
    cgroup:
      targets.kind === "cgroup"
        ? { type: MapType.cgroupArray, keyBytes: 4, valueBytes: 4, entries: 1, name: "sf_cgroup" }
        : undefined,
  };
}
