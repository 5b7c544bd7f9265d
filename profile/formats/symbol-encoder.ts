import { GrowableInt32 } from "../growable.ts";
import { ProtobufWriter } from "./protobuf-writer.ts";
import {
  frequencies,
  LEAST_STATE,
  MAX_EVEN_BITS,
  restBits,
  SCALE,
  SCALE_BITS,
  STATE_BITS,
  SYMBOLS,
  symbolOf,
} from "./symbol-code.ts";

/** Entries with this bit are even bits: how many, and which. */
const EVEN = 1 << 30;

/**
 * Writes symbols so that frequent ones take few bits. Symbols of one context are alike; how frequent each is in which is
 * written before all. The first that is written is the first that `SymbolDecoder` reads.
 */
export class SymbolEncoder {
  readonly #counts: Int32Array;
  /** All that was written: 256 × context + symbol, or even bits. */
  readonly #entries = new GrowableInt32();

  constructor(contexts: number) {
    this.#counts = new Int32Array(contexts * SYMBOLS);
  }

  symbol(context: number, symbol: number): void {
    const entry = context * SYMBOLS + symbol;
    this.#counts[entry]++;
    this.#entries.push(entry);
  }

  /** A whole number from 0 to 2^53 - 1, of which small ones are frequent. */
  number(context: number, number: number): void {
    const symbol = symbolOf(number);
    this.symbol(context, symbol);
    for (let left = restBits(symbol); left > 0; ) {
      const bits = Math.min(left, MAX_EVEN_BITS);
      left -= bits;
      this.#entries.push(EVEN | (bits << 16) | (Math.floor(number / 2 ** left) & ((1 << bits) - 1)));
    }
  }

  finish(): Uint8Array {
    const out = new ProtobufWriter();
    const frequency = this.#writeTables(out);
    const start = starts(frequency);
    // What is written last is read first, so it goes backwards.
    const words = new GrowableInt32();
    let state = LEAST_STATE;
    const entries = this.#entries.finish();
    for (let at = entries.length - 1; at >= 0; at--) {
      const entry = entries[at];
      const isEven = (entry & EVEN) !== 0;
      const bits = isEven ? (entry >> 16) & 15 : SCALE_BITS;
      const width = isEven ? 1 : frequency[entry];
      if (state >> (STATE_BITS - bits) >= width) {
        words.push(state & 0xffff);
        state >>= 16;
      }
      if (isEven) state = (state << bits) | (entry & 0xffff);
      else {
        const quotient = (state / width) | 0;
        state = (quotient << SCALE_BITS) + (state - quotient * width) + start[entry];
      }
    }
    out.reserve(words.length * 2 + 4);
    const bytes = new Uint8Array(words.length * 2 + 4);
    bytes.set(Uint8Array.of(state, state >> 8, state >> 16, state >> 24));
    for (let at = 0; at < words.length; at++) {
      const word = words.get(words.length - 1 - at);
      bytes[4 + 2 * at] = word;
      bytes[5 + 2 * at] = word >> 8;
    }
    out.raw(bytes);
    return out.finish();
  }

  /** For each context how many symbols are told of, then counts of them. Gives all frequencies. */
  #writeTables(out: ProtobufWriter): Int32Array {
    const all = new Int32Array(this.#counts.length);
    for (let first = 0; first < all.length; first += SYMBOLS) {
      const counts = this.#counts.subarray(first, first + SYMBOLS);
      let size = SYMBOLS;
      while (size > 0 && counts[size - 1] === 0) size--;
      const told = scaledDown(counts.subarray(0, size));
      out.reserve(2 * size + 2);
      out.uint31(size);
      for (const count of told) out.uint31(count);
      if (size > 0) all.set(frequencies(told), first);
    }
    return all;
  }
}

/** Counts with a sum of at most SCALE; what counts still does. */
function scaledDown(counts: Int32Array): Int32Array {
  let sum = counts.reduce((total, count) => total + count, 0);
  if (sum <= SCALE) return counts;
  const kinds = counts.reduce((total, count) => total + (count > 0 ? 1 : 0), 0);
  const scaled = counts.map((count) =>
    count === 0 ? 0 : Math.max(1, Math.round((count * (SCALE - kinds)) / sum)),
  );
  sum = scaled.reduce((total, count) => total + count, 0);
  // Rounding, and what is at least 1, may have come to more.
  while (sum > SCALE) {
    const most = scaled.indexOf(Math.max(...scaled));
    const less = Math.min(sum - SCALE, scaled[most] - 1);
    scaled[most] -= less;
    sum -= less;
  }
  return scaled;
}

/** By entry: the sum of the frequencies before it in its context. */
function starts(frequency: Int32Array): Int32Array {
  const start = new Int32Array(frequency.length);
  for (let at = 1; at < start.length; at++) {
    start[at] = at % SYMBOLS === 0 ? 0 : start[at - 1] + frequency[at - 1];
  }
  return start;
}
