import { GrowableInt32 } from "./growable.ts";
import type { StackTable } from "./profile.ts";

/**
 * Builds the prefix tree of stacks: `child(parent, location)` gives the row of that frame below that caller, the same
 * row each time it is asked. Open addressing over the pair, exact (no pair is ever taken for another).
 */
export class StackBuilder {
  readonly #parent = new GrowableInt32(1024);
  readonly #location = new GrowableInt32(1024);
  /** Hash slots: row + 1, or 0 when free. */
  #slots = new Int32Array(4096);
  #mask = 4095;

  get length(): number {
    return this.#parent.length;
  }

  child(parent: number, location: number): number {
    let slot = hashPair(parent, location) & this.#mask;
    for (;;) {
      const entry = this.#slots[slot];
      if (entry === 0) break;
      const row = entry - 1;
      if (this.#parent.get(row) === parent && this.#location.get(row) === location) return row;
      slot = (slot + 1) & this.#mask;
    }
    const row = this.#parent.push(parent);
    this.#location.push(location);
    this.#slots[slot] = row + 1;
    if (this.length * 2 > this.#slots.length) this.#rehash();
    return row;
  }

  finish(): StackTable {
    return { length: this.length, parent: this.#parent.finish(), location: this.#location.finish() };
  }

  #rehash(): void {
    this.#slots = new Int32Array(this.#slots.length * 2);
    this.#mask = this.#slots.length - 1;
    for (let row = 0; row < this.length; row++) {
      let slot = hashPair(this.#parent.get(row), this.#location.get(row)) & this.#mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & this.#mask;
      this.#slots[slot] = row + 1;
    }
  }
}

/** Mixes two 32-bit integers (the finalizer of MurmurHash3 over a multiplicative combination). */
export function hashPair(a: number, b: number): number {
  let h = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca77);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
