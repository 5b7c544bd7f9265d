import { INDEX_BYTES, INDEX_MAX_PROBES, INDEX_SLOTS, INDEX_TOMBSTONE, indexHash } from "./memory-format.ts";

const LOW_BITS = 0xffff_ffffn;

/**
 * The process index at the beginning of shard 0: where each process's block lies. The kernel searches it while it is
 * written, so each change is one store of a slot, made when what it leads to is complete.
 */
export class ProcessIndex {
  readonly #slots: BigInt64Array;

  /** `shard`: the memory of shard 0. */
  constructor(shard: ArrayBuffer) {
    this.#slots = new BigInt64Array(shard, 0, INDEX_BYTES / 8);
  }

  /** Makes `tgid` lead to the block at `place`. False: there is no room near its hash, and it leads nowhere. */
  set(tgid: number, place: number): boolean {
    let free = -1;
    let at = -1;
    for (const slot of probes(tgid)) {
      const value = this.#read(slot);
      if (value === 0n || value === INDEX_TOMBSTONE) {
        if (free < 0) free = slot;
        if (value === 0n) break;
      } else if (Number(value & LOW_BITS) === tgid) {
        at = slot;
        break;
      }
    }
    if (at < 0) at = free;
    if (at < 0) return false;
    this.#write(at, (BigInt(place) << 32n) | BigInt(tgid));
    return true;
  }

  /** Makes `tgid` lead nowhere. */
  delete(tgid: number): void {
    for (const slot of probes(tgid)) {
      const value = this.#read(slot);
      if (value === 0n) return;
      if (value === INDEX_TOMBSTONE || Number(value & LOW_BITS) !== tgid) continue;
      // Searches for others must go on past it, unless they would end at the next slot anyway.
      const last = this.#read((slot + 1) % INDEX_SLOTS) === 0n;
      this.#write(slot, last ? 0n : INDEX_TOMBSTONE);
      return;
    }
  }

  /** The place that `tgid` leads to. */
  get(tgid: number): number | undefined {
    for (const slot of probes(tgid)) {
      const value = this.#read(slot);
      if (value === 0n) return undefined;
      if (value !== INDEX_TOMBSTONE && Number(value & LOW_BITS) === tgid) return Number(value >> 32n);
    }
    return undefined;
  }

  #read(slot: number): bigint {
    return BigInt.asUintN(64, this.#slots[slot]);
  }

  #write(slot: number, value: bigint): void {
    Atomics.store(this.#slots, slot, BigInt.asIntN(64, value));
  }
}

function* probes(tgid: number): Iterable<number> {
  const first = indexHash(tgid);
  for (let probe = 0; probe < INDEX_MAX_PROBES; probe++) yield (first + probe) % INDEX_SLOTS;
}
