/** More bytes no number of 32 bits has. */
const MAX_VARINT_BYTES = 5;

/**
 * Numbers of a function by address, as Go packs them: pairs of how far the number is from the one before (the first: from -1), zigzag, and
 * for how many of the machine's least instructions it holds; both in groups of 7 bits. A difference of 0 ends them, but for the first. Each step takes
 * two bytes at least and goes on in the code by one, so all is bounded by both.
 */
export class PcValues {
  /** `value` holds from here … */
  from: number;
  /** … to here, exclusive. */
  to: number;
  value = -1;
  readonly #bytes: Uint8Array;
  readonly #end: number;
  readonly #quantum: number;
  readonly #start: number;
  #at: number;

  /** Of the function from `start` to `end`, what is packed from byte `at` on. */
  constructor(bytes: Uint8Array, at: number, start: number, end: number, quantum: number) {
    this.#bytes = bytes;
    this.#at = at;
    this.#start = start;
    this.#end = end;
    this.#quantum = quantum;
    this.from = start;
    this.to = start;
  }

  /** Goes on to the next number. false: there is none, or it is damaged. */
  next(): boolean {
    const isFirst = this.to === this.#start;
    const difference = this.to < this.#end ? this.#varint() : -1;
    if (difference < 0 || (difference === 0 && !isFirst)) return false;
    const length = this.#varint();
    if (length <= 0) return false;
    this.value = (this.value + (difference & 1 ? -(difference + 1) / 2 : difference / 2)) | 0;
    this.from = this.to;
    this.to = Math.min(this.#end, this.from + length * this.#quantum);
    return true;
  }

  /** -1: it is damaged. */
  #varint(): number {
    let value = 0;
    for (let byte = 0; byte < MAX_VARINT_BYTES; byte++) {
      if (this.#at >= this.#bytes.length) return -1;
      const part = this.#bytes[this.#at++];
      value += (part & 0x7f) * 2 ** (7 * byte);
      if (part < 0x80) return value;
    }
    return -1;
  }
}
