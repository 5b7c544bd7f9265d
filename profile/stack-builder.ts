import type { StackTable } from "./profile.ts";

/**
 * Builds the prefix tree of stacks: `child(parent, location)` gives the row of that frame below that caller, the same
 * row each time it is asked. Open addressing over the pair, exact (no pair is ever taken for another).
 *
 * A look-up costs what its cache misses cost, so both halves of a pair lie side by side.
 */
export class StackBuilder {
  /** Row i is (parent, location) at 2i and 2i + 1. */
  #pairs: Int32Array;
  #length = 0;
  /** Hash slots: row + 1, or 0 when free. Twice as many as there can be rows, a power of two. */
  #slots: Int32Array;

  /** `expected` rows have room from the start: growing to them takes as long as a third of the look-ups. */
  constructor(expected = 0) {
    const size = 2 ** Math.ceil(Math.log2(Math.max(2048, 2 * expected + 2)));
    this.#pairs = new Int32Array(size);
    this.#slots = new Int32Array(size);
  }

  get length(): number {
    return this.#length;
  }

  child(parent: number, location: number): number {
    const slots = this.#slots;
    const pairs = this.#pairs;
    const mask = slots.length - 1;
    let slot = hashPair(parent, location) & mask;
    for (;;) {
      const entry = slots[slot];
      if (entry === 0) break;
      const at = (entry - 1) * 2;
      if (pairs[at] === parent && pairs[at + 1] === location) return entry - 1;
      slot = (slot + 1) & mask;
    }
    const row = this.#length++;
    pairs[row * 2] = parent;
    pairs[row * 2 + 1] = location;
    slots[slot] = row + 1;
    if (this.#length * 2 === slots.length) this.#grow();
    return row;
  }

  finish(): StackTable {
    const length = this.#length;
    const pairs = this.#pairs;
    const parent = new Int32Array(length);
    const location = new Int32Array(length);
    for (let row = 0; row < length; row++) {
      parent[row] = pairs[row * 2];
      location[row] = pairs[row * 2 + 1];
    }
    return { length, parent, location };
  }

  #grow(): void {
    const pairs = new Int32Array(this.#pairs.length * 2);
    pairs.set(this.#pairs);
    const slots = new Int32Array(this.#slots.length * 2);
    const mask = slots.length - 1;
    for (let row = 0; row < this.#length; row++) {
      let slot = hashPair(pairs[row * 2], pairs[row * 2 + 1]) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = row + 1;
    }
    this.#pairs = pairs;
    this.#slots = slots;
  }
}

/** Mixes two 32-bit integers (the finalizer of MurmurHash3 over a multiplicative combination). */
export function hashPair(a: number, b: number): number {
  let h = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca77);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
