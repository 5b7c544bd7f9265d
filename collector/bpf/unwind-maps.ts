import { SyscallError } from "../sys/errno.ts";
import type { FileIdentity, FileIndex } from "../unwind/file-index.ts";
import { MAX_SHARDS, SHARD_BYTES } from "../unwind/memory-format.ts";
import type { MakeShard } from "../unwind/shards.ts";
import { FILE_KEY, FILE_KEY_BYTES, MAPPED_BYTES } from "./programs/mapped.ts";
import type { UnwindMaps } from "./programs/plan.ts";
import { STATE_BYTES, STEPS } from "./programs/walk-state.ts";
import {
  BPF_F_MMAPABLE,
  deleteElement,
  type MapSpec,
  MapType,
  updateElement,
  updateElementAsync,
} from "./syscall.ts";

/** Young processes whose mappings are kept; those that were sampled longest ago go first. */
const MAPPED_PROCESSES = 1024;
/** Files with tables; beyond them, what executes others is walked when its mappings were read. */
const MOST_FILES = 4096;
const ENTRY_OVERHEAD_BYTES = 48;
/** Kernel memory of the maps beside shards. */
export const UNWIND_MAPS_BYTES =
  MAPPED_PROCESSES * (MAPPED_BYTES + 8 + ENTRY_OVERHEAD_BYTES) +
  MOST_FILES * (FILE_KEY_BYTES + 8 + ENTRY_OVERHEAD_BYTES);

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
    mapped: {
      type: MapType.lruHash,
      keyBytes: 8,
      valueBytes: MAPPED_BYTES,
      entries: MAPPED_PROCESSES,
      name: "sf_mapped",
    },
    blank: { type: MapType.array, keyBytes: 4, valueBytes: MAPPED_BYTES, entries: 1, name: "sf_blank" },
    files: {
      type: MapType.hash,
      keyBytes: FILE_KEY_BYTES,
      valueBytes: 4,
      entries: MOST_FILES,
      name: "sf_files",
    },
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

/** The map `files` as what user space writes. */
export function fileIndex(files: number): FileIndex {
  const keyOf = ({ inode, size, device }: FileIdentity) => {
    const key = new Uint8Array(FILE_KEY_BYTES);
    const view = new DataView(key.buffer);
    view.setBigUint64(FILE_KEY.inode, inode, true);
    view.setBigUint64(FILE_KEY.size, size, true);
    view.setUint32(FILE_KEY.device, device, true);
    return key;
  };
  const attempt = (change: () => void) => {
    try {
      change();
      return true;
    } catch (error) {
      if (error instanceof SyscallError) return false;
      throw error;
    }
  };
  return {
    set: (file, block) =>
      attempt(() => updateElement(files, keyOf(file), new Uint8Array(new Uint32Array([block]).buffer))),
    delete: (file) => void attempt(() => deleteElement(files, keyOf(file))),
  };
}
