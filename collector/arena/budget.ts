import { CollectorError, type RecordSpec } from "../contract.ts";
import { RECORDS_SHARE } from "../process/process-records.ts";
import type { CopyLayout } from "../unwind/copied/copy-layout.ts";
import { type ArenaLayout, chooseArena } from "./layout.ts";

/**
 * Two arenas for each of `cpus` CPUs within a recording's bound of memory, of which `otherShare` is for something else.
 * `copies`: of user stacks, where some are made. Throws CollectorError when there is too little.
 */
export function layOutFor(spec: RecordSpec, cpus: number, otherShare = 0, copies?: CopyLayout): ArenaLayout {
  const budget = spec.kernelMemoryBytes * (1 - RECORDS_SHARE - otherShare);
  const arena = chooseArena(budget, cpus * 2, spec.frequencyHz, spec.depths, copies?.words);
  if (arena) return arena;
  throw new CollectorError(
    `${Math.floor(spec.kernelMemoryBytes / 1024)} KiB of kernel memory are too few for ${cpus} CPUs`,
    "Give more with --kernel-memory, or lower --max-depth.",
  );
}
