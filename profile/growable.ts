/**
 * Typed arrays that grow by doubling, for building columns whose length is not known beforehand.
 */
export class GrowableInt32 {
  #data: Int32Array;
  length = 0;

  constructor(capacity = 64) {
    this.#data = new Int32Array(capacity);
  }

  push(value: number): number {
    if (this.length === this.#data.length) {
      const wider = new Int32Array(this.#data.length * 2);
      wider.set(this.#data);
      this.#data = wider;
    }
    this.#data[this.length] = value;
    return this.length++;
  }

  get(index: number): number {
    return this.#data[index];
  }

  set(index: number, value: number): void {
    this.#data[index] = value;
  }

  /** A copy of exactly `length` elements. */
  finish(): Int32Array {
    return this.#data.slice(0, this.length);
  }
}

/** As `GrowableInt32`, for 64-bit floats. */
export class GrowableFloat64 {
  #data: Float64Array;
  length = 0;

  constructor(capacity = 64) {
    this.#data = new Float64Array(capacity);
  }

  push(value: number): number {
    if (this.length === this.#data.length) {
      const wider = new Float64Array(this.#data.length * 2);
      wider.set(this.#data);
      this.#data = wider;
    }
    this.#data[this.length] = value;
    return this.length++;
  }

  get(index: number): number {
    return this.#data[index];
  }

  set(index: number, value: number): void {
    this.#data[index] = value;
  }

  add(index: number, value: number): void {
    this.#data[index] += value;
  }

  /** A copy of exactly `length` elements. */
  finish(): Float64Array {
    return this.#data.slice(0, this.length);
  }
}
