import type { ArenaLayout } from "../arena/layout.ts";

/**
 * The ioctls of the module's device and what they carry; the other half is kmod-templates/kmod/abi.h, and a unit
 * test compares the two. Little-endian, as all machines that run this.
 */
export const ABI_VERSION = 4;

export const PlanFlag = {
  filterTasks: 1 << 0,
  filterCgroup: 1 << 1,
  idle: 1 << 2,
  perThread: 1 << 3,
  kernelOnly: 1 << 4,
  userOnly: 1 << 5,
} as const;

/** Offsets in struct sf_plan. */
export const PLAN_OFFSETS = {
  version: 0,
  flags: 4,
  kernel_depth: 8,
  user_depth: 12,
  data_bytes: 16,
  cgroup_fd: 20,
  period_ns: 24,
  slice_ns: 32,
  hash_multiplier: 40,
  ids: 48,
  pids: 56,
  tids: 60,
  cpus: 64,
  copied_words: 68,
  arenas_offset: 72,
  arena_bytes: 80,
  map_bytes: 88,
} as const;
export const PLAN_BYTES = 96;

/** `_IOC(direction, 's', number, size)`, include/uapi/asm-generic/ioctl.h. */
const READ_WRITE = 3;
const ioc = (direction: number, number: number, size: number) =>
  direction * 2 ** 30 + size * 2 ** 16 + "s".charCodeAt(0) * 2 ** 8 + number;

export const IOC_PREPARE = ioc(READ_WRITE, 0x51, PLAN_BYTES);
export const IOC_FLIP = ioc(0, 0x52, 0);
export const IOC_STOP = ioc(0, 0x53, 0);
export const IOC_RUN = ioc(0, 0x54, 0);
export const IOC_ADD_SHARD = ioc(0, 0x55, 0);

/** Where in the device shard 0 is mapped; the others follow, each of SHARD_BYTES (`../unwind/memory-format.ts`). */
export const SHARDS_OFFSET = 2 ** 40;

/** What the module is told, but for the addresses and descriptors that hold while the call lasts. */
export interface KmodPlan {
  flags: number;
  arena: ArenaLayout;
  periodNanos: number;
  sliceNanos: number;
  hashMultiplier: bigint;
  pids: readonly number[];
  tids: readonly number[];
}

/** What the module answers. */
export interface KmodMemory {
  /** CPUs that have arenas. */
  cpus: number;
  arenasOffset: number;
  arenaBytes: number;
  mapBytes: number;
}

/** struct sf_plan. `idsAddress`: where the ids of pids and tids lie as i32; `cgroupFd`: -1 without. */
export function encodePlan(plan: KmodPlan, idsAddress: bigint, cgroupFd: number): Uint8Array {
  const bytes = new Uint8Array(PLAN_BYTES);
  const view = new DataView(bytes.buffer);
  const at = PLAN_OFFSETS;
  view.setUint32(at.version, ABI_VERSION, true);
  view.setUint32(at.flags, plan.flags, true);
  view.setUint32(at.kernel_depth, plan.arena.depths.kernel, true);
  view.setUint32(at.user_depth, plan.arena.depths.user, true);
  view.setUint32(at.data_bytes, plan.arena.dataBytes, true);
  view.setBigUint64(at.period_ns, BigInt(Math.round(plan.periodNanos)), true);
  view.setBigUint64(at.slice_ns, BigInt(Math.round(plan.sliceNanos)), true);
  view.setBigUint64(at.hash_multiplier, plan.hashMultiplier, true);
  view.setBigUint64(at.ids, idsAddress, true);
  view.setUint32(at.pids, plan.pids.length, true);
  view.setUint32(at.tids, plan.tids.length, true);
  view.setUint32(at.copied_words, plan.arena.copiedWords, true);
  view.setInt32(at.cgroup_fd, cgroupFd, true);
  return bytes;
}

/** The answer in a plan after IOC_PREPARE. Throws RangeError when module and CLI lay out arenas differently. */
export function decodeMemory(bytes: Uint8Array, arena: ArenaLayout): KmodMemory {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const at = PLAN_OFFSETS;
  const memory = {
    cpus: view.getUint32(at.cpus, true),
    arenasOffset: Number(view.getBigUint64(at.arenas_offset, true)),
    arenaBytes: Number(view.getBigUint64(at.arena_bytes, true)),
    mapBytes: Number(view.getBigUint64(at.map_bytes, true)),
  };
  if (memory.arenaBytes !== arena.totalBytes) {
    throw new RangeError(`the module lays out arenas of ${memory.arenaBytes} bytes, not ${arena.totalBytes}`);
  }
  return memory;
}
