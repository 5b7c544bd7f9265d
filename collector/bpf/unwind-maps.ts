import { MAX_SHARDS, SHARD_BYTES } from "../unwind/memory-format.ts";
import type { MakeShard } from "../unwind/shards.ts";
import type { UnwindMaps } from "./programs/plan.ts";
import { STATE_BYTES, STEPS } from "./programs/walk-state.ts";
import { BPF_F_MMAPABLE, type MapSpec, MapType, updateElementAsync } from "./syscall.ts";

/** A shard: one value, shared with the kernel by mmap. */
export const SHARD_MAP: MapSpec = {
  type: MapType.array,
  keyBytes: 4,
  valueBytes: SHARD_BYTES,
  entries: 1,
  flags: BPF_F_MMAPABLE,
  name: "sf_shard",
};

/** What each map of a walk by unwind tables is made as. `template`: a map like those that `shards` will hold. */
export function unwindMapSpecs(cpus: number, template: number): Record<keyof UnwindMaps, MapSpec> {
  return {
    shards: {
      type: MapType.arrayOfMaps,
      keyBytes: 4,
      valueBytes: 4,
      entries: MAX_SHARDS,
      name: "sf_shards",
      innerMapFd: template,
    },
    walks: { type: MapType.array, keyBytes: 4, valueBytes: STATE_BYTES, entries: cpus, name: "sf_walks" },
    steps: { type: MapType.programArray, keyBytes: 4, valueBytes: 4, entries: STEPS, name: "sf_steps" },
  };
}

/**
 * Makes shards within `shards`. `create` and `share` are those of the session, which frees what they make. The first is the
 * template.
 */
export function shardMaker(
  shards: number,
  template: number,
  create: (spec: MapSpec) => number,
  share: (map: number, bytes: number) => ArrayBuffer,
): MakeShard {
  return async (shard) => {
    const map = shard === 0 ? template : create(SHARD_MAP);
    const memory = share(map, SHARD_BYTES);
    const word = (value: number) => new Uint8Array(new Uint32Array([value]).buffer);
    await updateElementAsync(shards, word(shard), word(map));
    return memory;
  };
}
