/**
 * What `SymbolEncoder` and `SymbolDecoder` agree on: rANS (J. Duda, "Asymmetric numeral systems", 2013, arXiv:1311.2540).
 * A symbol of which there is one in n takes log2 n bits, fractions and all; reading one takes a look into a table, and no guessing
 * of branches.
 */

/** Frequencies of a context's symbols are of 2^10: a symbol costs 10 bits at most. */
export const SCALE_BITS = 10;
export const SCALE = 1 << SCALE_BITS;
/** Symbols are from 0 to 255. */
export const SYMBOLS = 256;
/** The state is from 2^14 to below 2^30, a small integer for the engine, and takes in 16 bits at a time. */
export const LEAST_STATE = 1 << 14;
export const STATE_BITS = 30;
/** Bits that are as likely as not come in at most so many at a time. */
export const MAX_EVEN_BITS = 10;

/** Frequencies with the sum SCALE from counts, each from 0, with a sum from 1 to SCALE. What counts has a frequency. */
export function frequencies(counts: Int32Array): Int32Array {
  let sum = 0;
  for (let symbol = 0; symbol < counts.length; symbol++) sum += counts[symbol];
  const frequency = new Int32Array(counts.length);
  let most = 0;
  let rest = SCALE;
  for (let symbol = 0; symbol < counts.length; symbol++) {
    frequency[symbol] = Math.floor((counts[symbol] * SCALE) / sum);
    rest -= frequency[symbol];
    if (counts[symbol] > counts[most]) most = symbol;
  }
  frequency[most] += rest;
  return frequency;
}

/**
 * Whole numbers from 0 to 2^53 - 1 as symbols: up to 15 as they are, then four symbols an octave, the rest of the number being
 * bits.
 */
export const EXACT = 16;

export function symbolOf(number: number): number {
  if (number < EXACT) return number;
  const octave = octaveOf(number);
  return EXACT + (octave - 4) * 4 + (Math.floor(number / 2 ** (octave - 2)) & 3);
}

/** Bits that follow a symbol. */
export function restBits(symbol: number): number {
  return symbol < EXACT ? 0 : ((symbol - EXACT) >> 2) + 2;
}

/** The place of the highest bit of a number from 1. */
function octaveOf(number: number): number {
  if (number < 2 ** 31) return 31 - Math.clz32(number);
  let octave = 31;
  while (number >= 2 ** (octave + 1)) octave++;
  return octave;
}
