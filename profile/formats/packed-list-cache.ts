/** 8 MiB. Four times as many and half as many were not measurably faster with 150,000 distinct stacks. */
const MAX_SLOTS = 2 ** 19;
const WORDS = 4;

/**
 * Remembers which stack row a packed list of location ids led to, by the bytes of the list: samples that differ in
 * labels only (time slices, threads) have the same stack many times over. Exact, as a hit is compared byte by byte; a
 * mere cache, as a later list may take an earlier one's slot, so no input can make it slow.
 */
export class PackedListCache {
  readonly #bytes: Uint8Array;
  /** Each slot is (hash, start, end, row) of a list, all 0 when free. */
  readonly #slots: Int32Array;
  readonly #mask: number;

  constructor(bytes: Uint8Array, sampleCount: number) {
    this.#bytes = bytes;
    const slots = Math.min(MAX_SLOTS, 2 ** Math.ceil(Math.log2(sampleCount * 2 + 1)));
    this.#slots = new Int32Array(slots * WORDS);
    this.#mask = slots - 1;
  }

  /** Hash of the bytes from `start` to `end`, for `find` and `put`. */
  hash(start: number, end: number): number {
    const bytes = this.#bytes;
    let hash = 0x811c9dc5;
    let at = start;
    // Four bytes a multiplication, as each has to wait for the one before.
    for (; at + 4 <= end; at += 4) {
      const word = bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24);
      hash = Math.imul(hash ^ word, 0x9e3779b1);
      hash ^= hash >>> 15;
    }
    for (; at < end; at++) hash = Math.imul(hash ^ bytes[at], 0x01000193);
    hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
    return hash ^ (hash >>> 13);
  }

  /** The row of an equal list, or -1. */
  find(hash: number, start: number, end: number): number {
    const bytes = this.#bytes;
    const slots = this.#slots;
    const slot = (hash & this.#mask) * WORDS;
    const known = slots[slot + 1];
    if (slots[slot] !== hash || slots[slot + 2] - known !== end - start) return -1;
    const shift = known - start;
    for (let at = start; at < end; at++) if (bytes[at] !== bytes[at + shift]) return -1;
    return slots[slot + 3];
  }

  put(hash: number, start: number, end: number, row: number): void {
    const slot = (hash & this.#mask) * WORDS;
    this.#slots[slot] = hash;
    this.#slots[slot + 1] = start;
    this.#slots[slot + 2] = end;
    this.#slots[slot + 3] = row;
  }
}
