import { hashPair } from "./stack-builder.ts";

/**
 * Interns tuples of `width` 32-bit integers to dense rows, exactly: the same row for the same tuple, always.
 */
export class TupleTable {
  readonly #width: number;
  #rows: Int32Array;
  /** Hash slots: row + 1, or 0 when free. */
  #slots = new Int32Array(1024);
  length = 0;

  constructor(width: number) {
    this.#width = width;
    this.#rows = new Int32Array(width * 256);
  }

  /** The row of `tuple` (of `width` elements), added if it is new. */
  intern(tuple: ArrayLike<number>): number {
    const mask = this.#slots.length - 1;
    let slot = this.#hash(tuple, 0) & mask;
    for (;;) {
      const entry = this.#slots[slot];
      if (entry === 0) break;
      if (this.#equals(entry - 1, tuple)) return entry - 1;
      slot = (slot + 1) & mask;
    }
    const row = this.#append(tuple);
    this.#slots[slot] = row + 1;
    if (this.length * 2 > this.#slots.length) this.#rehash();
    return row;
  }

  /** Element `index` of all rows. */
  column(index: number): Int32Array {
    const column = new Int32Array(this.length);
    for (let row = 0; row < this.length; row++) column[row] = this.#rows[row * this.#width + index];
    return column;
  }

  #append(tuple: ArrayLike<number>): number {
    const start = this.length * this.#width;
    if (start + this.#width > this.#rows.length) {
      const wider = new Int32Array(this.#rows.length * 2);
      wider.set(this.#rows);
      this.#rows = wider;
    }
    for (let i = 0; i < this.#width; i++) this.#rows[start + i] = tuple[i];
    return this.length++;
  }

  #equals(row: number, tuple: ArrayLike<number>): boolean {
    const start = row * this.#width;
    for (let i = 0; i < this.#width; i++) if (this.#rows[start + i] !== tuple[i]) return false;
    return true;
  }

  #hash(values: ArrayLike<number>, start: number): number {
    let hash = 0;
    for (let i = 0; i < this.#width; i++) hash = hashPair(hash, values[start + i]);
    return hash;
  }

  #rehash(): void {
    this.#slots = new Int32Array(this.#slots.length * 2);
    const mask = this.#slots.length - 1;
    for (let row = 0; row < this.length; row++) {
      let slot = this.#hash(this.#rows, row * this.#width) & mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
      this.#slots[slot] = row + 1;
    }
  }
}
