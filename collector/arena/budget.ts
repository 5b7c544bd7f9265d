import { CollectorError, type RecordSpec } from "../contract.ts";
import { RECORDS_SHARE } from "../process/process-records.ts";
import { copiesFor } from "../unwind/start-unwinding.ts";
import { TABLES_SHARE } from "../unwind/unwinding.ts";
import { type ArenaLayout, chooseArena } from "./layout.ts";

/**
 * Two arenas for each of `cpus` CPUs within a recording's bound of memory. `tables`: whether unwind tables have a share of it, and
 * user stacks may be copied. Throws CollectorError when there is too little.
 */
export function layOutFor(spec: RecordSpec, cpus: number, tables: boolean): ArenaLayout {
  const budget = spec.kernelMemoryBytes * (1 - RECORDS_SHARE - (tables ? TABLES_SHARE : 0));
  const copies = tables ? copiesFor(spec) : undefined;
  const arena = chooseArena(budget, cpus * 2, spec.frequencyHz, spec.depths, copies?.words);
  if (arena) return arena;
  throw new CollectorError(
    `${Math.floor(spec.kernelMemoryBytes / 1024)} KiB of kernel memory are too few for ${cpus} CPUs`,
    "Give more with --kernel-memory, or lower --max-depth.",
  );
}
