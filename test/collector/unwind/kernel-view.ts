import {
  BLOCK,
  BLOCK_HEADER_BYTES,
  ENTRY,
  ENTRY_BYTES,
  INDEX_MAX_PROBES,
  INDEX_SLOTS,
  offsetOf,
  shardOf,
} from "../../../collector/unwind/memory-format.ts";

/** The shards as the kernel's programs read them, written anew from UNWIND's description: the judge of what is written. */
export class KernelView {
  readonly #shards: readonly ArrayBuffer[];

  constructor(shards: readonly ArrayBuffer[]) {
    this.#shards = shards;
  }

  /** Place of a process's block; undefined: the kernel finds none. */
  blockOf(tgid: number): number | undefined {
    const view = new DataView(this.#shards[0]);
    const first = Number(((BigInt(tgid) * 0x9e3779b1n) & 0xffff_ffffn) >> 19n);
    for (let probe = 0; probe < INDEX_MAX_PROBES; probe++) {
      const at = ((first + probe) & (INDEX_SLOTS - 1)) * 8;
      if (view.getBigUint64(at, true) === 0n) return undefined;
      if (view.getUint32(at, true) === tgid) return view.getUint32(at + 4, true);
    }
    return undefined;
  }

  /** The image check of a block and its entries. */
  block(place: number): {
    check: number;
    entries: { start: number; end: number; origin: number; table: number }[];
  } {
    const view = new DataView(this.#shards[shardOf(place)], offsetOf(place));
    const entries = Array.from({ length: view.getUint32(BLOCK.count, true) }, (_, index) => {
      const at = BLOCK_HEADER_BYTES + index * ENTRY_BYTES;
      return {
        start: Number(view.getBigUint64(at + ENTRY.start, true)),
        end: Number(view.getBigUint64(at + ENTRY.end, true)),
        origin: Number(view.getBigInt64(at + ENTRY.origin, true)),
        table: view.getUint32(at + ENTRY.table, true),
      };
    });
    return { check: view.getUint32(BLOCK.imageCheck, true), entries };
  }

  bytes(place: number, length: number): Uint8Array {
    return new Uint8Array(this.#shards[shardOf(place)], offsetOf(place), length);
  }
}
