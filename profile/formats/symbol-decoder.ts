import {
  EXACT,
  frequencies,
  LEAST_STATE,
  MAX_EVEN_BITS,
  restBits,
  SCALE,
  SCALE_BITS,
  SYMBOLS,
} from "./symbol-code.ts";

/** Reads what `SymbolEncoder` wrote. Of other bytes, and past the end, it reads some symbols or other. */
export class SymbolDecoder {
  readonly #bytes: Uint8Array;
  #pos = 0;
  #state: number;
  /**
   * By context and the low bits of the state: symbol, its frequency - 1, and the first of its low bits, in 8, 12 and 12
   * bits. Made of a context when it is first read; what was not told of reads as 0, without end.
   */
  readonly #slots: Int32Array;
  /** By context: 1 when its slots are made. */
  readonly #isMade: Uint8Array;
  /** By context: the frequency of 0. */
  readonly #zeros: Int32Array;
  readonly #counts: Int32Array[] = [];

  constructor(bytes: Uint8Array, contexts: number) {
    this.#bytes = bytes;
    this.#slots = new Int32Array(contexts * SCALE);
    this.#isMade = new Uint8Array(contexts);
    this.#zeros = new Int32Array(contexts);
    for (let context = 0; context < contexts; context++) {
      const counts = this.#readCounts();
      this.#counts.push(counts);
      this.#zeros[context] = counts.length === 0 ? SCALE : frequencies(counts)[0];
    }
    this.#state = this.#word() | (this.#word() << 16);
  }

  symbol(context: number): number {
    if (this.#isMade[context] === 0) this.#make(context);
    const state = this.#state;
    const slot = this.#slots[(context << SCALE_BITS) | (state & (SCALE - 1))];
    const next =
      (((slot >> 12) & 0xfff) + 1) * (state >> SCALE_BITS) + (state & (SCALE - 1)) - (slot & 0xfff);
    this.#state = next < LEAST_STATE ? (next << 16) | this.#word() : next;
    return slot >>> 24;
  }

  number(context: number): number {
    const symbol = this.symbol(context);
    return symbol < EXACT ? symbol : this.#rest(symbol);
  }

  /** A symbol that is 0 or 1. */
  bit(context: number): number {
    const zeros = this.#zeros[context];
    const state = this.#state;
    const low = state & (SCALE - 1);
    const isOne = low >= zeros;
    const next = isOne
      ? (SCALE - zeros) * (state >> SCALE_BITS) + low - zeros
      : zeros * (state >> SCALE_BITS) + low;
    this.#state = next < LEAST_STATE ? (next << 16) | this.#word() : next;
    return isOne ? 1 : 0;
  }

  /**
   * Fills the column with numbers, the context of each being `contextOf` (16 entries) of the one before it. As many calls of
   * `number` would give the same: this has its state at hand.
   */
  numbers(column: Int32Array | Float64Array, contextOf: Uint8Array): void {
    for (let context = 0; context < this.#isMade.length; context++) this.#make(context);
    const slots = this.#slots;
    const bytes = this.#bytes;
    let state = this.#state;
    let pos = this.#pos;
    let before = 0;
    for (let row = 0; row < column.length; row++) {
      const slot = slots[(contextOf[before] << SCALE_BITS) | (state & (SCALE - 1))];
      state = (((slot >> 12) & 0xfff) + 1) * (state >> SCALE_BITS) + (state & (SCALE - 1)) - (slot & 0xfff);
      if (state < LEAST_STATE) {
        state = (state << 16) | bytes[pos] | (bytes[pos + 1] << 8);
        pos += 2;
      }
      const symbol = slot >>> 24;
      if (symbol < EXACT) {
        column[row] = before = symbol;
        continue;
      }
      let number = 4 + (symbol & 3);
      for (let left = restBits(symbol); left > 0; ) {
        const bits = left < MAX_EVEN_BITS ? left : MAX_EVEN_BITS;
        left -= bits;
        number = number * (1 << bits) + (state & ((1 << bits) - 1));
        state >>= bits;
        if (state < LEAST_STATE) {
          state = (state << 16) | bytes[pos] | (bytes[pos + 1] << 8);
          pos += 2;
        }
      }
      column[row] = number;
      before = EXACT - 1;
    }
    this.#state = state;
    this.#pos = pos;
  }

  #rest(symbol: number): number {
    let left = restBits(symbol);
    let number = 4 + (symbol & 3);
    while (left > 0) {
      const bits = Math.min(left, MAX_EVEN_BITS);
      left -= bits;
      number = number * 2 ** bits + (this.#state & ((1 << bits) - 1));
      const next = this.#state >> bits;
      this.#state = next < LEAST_STATE ? (next << 16) | this.#word() : next;
    }
    return number;
  }

  #word(): number {
    const at = this.#pos;
    this.#pos = at + 2;
    // Past the end there is undefined, which counts as 0 here.
    return this.#bytes[at] | (this.#bytes[at + 1] << 8);
  }

  #readCounts(): Int32Array {
    const counts = new Int32Array(Math.min(SYMBOLS, this.#varint()));
    for (let symbol = 0; symbol < counts.length; symbol++) counts[symbol] = this.#varint();
    return counts;
  }

  /** Below 2^14, as all that is told here is. */
  #varint(): number {
    const low = this.#bytes[this.#pos++];
    return low < 0x80 ? low : (low & 0x7f) | ((this.#bytes[this.#pos++] & 0x7f) << 7);
  }

  #make(context: number): void {
    this.#isMade[context] = 1;
    const frequency = frequencies(this.#counts[context]);
    const first = context << SCALE_BITS;
    let start = 0;
    for (let symbol = 0; symbol < frequency.length; symbol++) {
      const end = start + frequency[symbol];
      this.#slots.fill((symbol << 24) | ((frequency[symbol] - 1) << 12) | start, first + start, first + end);
      start = end;
    }
  }
}
