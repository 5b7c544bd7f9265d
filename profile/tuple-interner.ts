import { GrowableInt32 } from "./growable.ts";

/**
 * Gives each distinct sequence of 32-bit integers a row, from 0 on. Open addressing, exact. The sequence is put
 * together with `add…` and taken in by `intern`.
 */
export class TupleInterner {
  readonly #words = new GrowableInt32(1024);
  /** Where each row's words begin; one more entry than rows. */
  readonly #start = new GrowableInt32(256);
  /** Hash slots: row + 1, or 0 when free. */
  #slots = new Int32Array(1024);
  #hashes = new GrowableInt32(256);
  /** The sequence being put together. */
  #pending = new Int32Array(64);
  #pendingLength = 0;
  readonly #float = new Float64Array(1);
  readonly #floatWords = new Int32Array(this.#float.buffer);

  constructor() {
    this.#start.push(0);
  }

  get length(): number {
    return this.#start.length - 1;
  }

  add(word: number): void {
    if (this.#pendingLength === this.#pending.length) {
      const wide = new Int32Array(this.#pending.length * 2);
      wide.set(this.#pending);
      this.#pending = wide;
    }
    this.#pending[this.#pendingLength++] = word;
  }

  /** Adds a number as the two words of its bits; -0 is 0. */
  addFloat(value: number): void {
    this.#float[0] = value + 0;
    this.add(this.#floatWords[0]);
    this.add(this.#floatWords[1]);
  }

  /** The row of the sequence added since the last call; a new one is `length` as it was before. */
  intern(): number {
    const hash = this.#hash();
    let slot = hash & (this.#slots.length - 1);
    for (;;) {
      const row = this.#slots[slot] - 1;
      if (row < 0) break;
      if (this.#hashes.get(row) === hash && this.#equals(row)) {
        this.#pendingLength = 0;
        return row;
      }
      slot = (slot + 1) & (this.#slots.length - 1);
    }
    const row = this.length;
    for (let at = 0; at < this.#pendingLength; at++) this.#words.push(this.#pending[at]);
    this.#start.push(this.#words.length);
    this.#hashes.push(hash);
    this.#slots[slot] = row + 1;
    this.#pendingLength = 0;
    if (this.length * 2 > this.#slots.length) this.#rehash();
    return row;
  }

  /** The words of row i are `word(start(i)) … word(start(i + 1) - 1)`. */
  start(row: number): number {
    return this.#start.get(row);
  }

  word(at: number): number {
    return this.#words.get(at);
  }

  /** The number that `addFloat` put at `at`. */
  float(at: number): number {
    this.#floatWords[0] = this.#words.get(at);
    this.#floatWords[1] = this.#words.get(at + 1);
    return this.#float[0];
  }

  #equals(row: number): boolean {
    const start = this.#start.get(row);
    if (this.#start.get(row + 1) - start !== this.#pendingLength) return false;
    for (let at = 0; at < this.#pendingLength; at++) {
      if (this.#words.get(start + at) !== this.#pending[at]) return false;
    }
    return true;
  }

  /** MurmurHash3 (32 bits) of the pending words. */
  #hash(): number {
    let hash = 0;
    for (let at = 0; at < this.#pendingLength; at++) {
      let word = Math.imul(this.#pending[at], 0xcc9e2d51);
      word = (word << 15) | (word >>> 17);
      hash ^= Math.imul(word, 0x1b873593);
      hash = (hash << 13) | (hash >>> 19);
      hash = Math.imul(hash, 5) + 0xe6546b64;
    }
    hash ^= this.#pendingLength;
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    return hash ^ (hash >>> 16);
  }

  #rehash(): void {
    this.#slots = new Int32Array(this.#slots.length * 2);
    const mask = this.#slots.length - 1;
    for (let row = 0; row < this.length; row++) {
      let slot = this.#hashes.get(row) & mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
      this.#slots[slot] = row + 1;
    }
  }
}
