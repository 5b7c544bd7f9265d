import { BackwardBits } from "./backward-bits.ts";
import { buildTable, readDistribution } from "./fse-table.ts";
import { ZstdDamage } from "./zstd-damage.ts";

const MAX_BITS = 11;
const MAX_WEIGHTS = 255;
const WEIGHT_LOG = 6;

/** A Huffman code: for each value of the next `maxBits` bits, the symbol that they begin with and its length. */
export interface HuffmanTable {
  maxBits: number;
  symbol: Uint8Array;
  bits: Uint8Array;
}

/** Reads the description of a code (RFC 8878, 4.2.1) at `start`; gives where the bytes behind it begin. Throws `ZstdDamage`. */
export function readHuffmanTable(
  bytes: Uint8Array,
  start: number,
  end: number,
): { table: HuffmanTable; end: number } {
  if (start >= end) throw new ZstdDamage("a code without description");
  const head = bytes[start];
  const at = start + 1;
  const after = at + (head < 128 ? head : (head - 126) >> 1);
  if (after > end) throw new ZstdDamage("a code's description that ends early");
  const weights = new Uint8Array(MAX_WEIGHTS + 1);
  const count =
    head < 128 ? codedWeights(bytes, at, after, weights) : plainWeights(bytes, at, head - 127, weights);
  return { table: tableOf(weights, count), end: after };
}

/** Four bits each. */
function plainWeights(bytes: Uint8Array, at: number, count: number, weights: Uint8Array): number {
  for (let i = 0; i < count; i++) {
    const pair = bytes[at + (i >> 1)];
    weights[i] = i % 2 === 0 ? pair >> 4 : pair & 15;
  }
  return count;
}

/** By two states that take turns (4.2.1.2), until one would need bits that are not there. */
function codedWeights(bytes: Uint8Array, at: number, end: number, weights: Uint8Array): number {
  const { log, counts, end: start } = readDistribution(bytes, at, end, WEIGHT_LOG, MAX_BITS + 1);
  const table = buildTable(log, counts);
  const stream = new BackwardBits(bytes, start, end);
  let state = stream.read(log);
  let other = stream.read(log);
  if (stream.left < 0) throw new ZstdDamage("weights without states");
  for (let count = 0; count + 2 <= MAX_WEIGHTS; ) {
    weights[count++] = table.symbol[state];
    const bits = table.bits[state];
    if (stream.left < bits) {
      weights[count++] = table.symbol[other];
      return count;
    }
    const next = table.base[state] + stream.read(bits);
    state = other;
    other = next;
  }
  throw new ZstdDamage("too many weights");
}

/** The last symbol's weight is what the others leave of a power of two. */
function tableOf(weights: Uint8Array, count: number): HuffmanTable {
  let sum = 0;
  for (let i = 0; i < count; i++) {
    if (weights[i] > MAX_BITS) throw new ZstdDamage("a code that is too long");
    sum += (1 << weights[i]) >> 1;
  }
  const maxBits = 32 - Math.clz32(sum);
  const rest = (1 << maxBits) - sum;
  if (sum === 0 || maxBits > MAX_BITS || (rest & (rest - 1)) !== 0)
    throw new ZstdDamage("a code that does not add up");
  weights[count] = 32 - Math.clz32(rest);
  const symbol = new Uint8Array(1 << maxBits);
  const bits = new Uint8Array(1 << maxBits);
  let at = 0;
  for (let weight = 1; weight <= maxBits; weight++) {
    for (let s = 0; s <= count; s++) {
      if (weights[s] !== weight) continue;
      const end = at + (1 << (weight - 1));
      symbol.fill(s, at, end);
      bits.fill(maxBits + 1 - weight, at, end);
      at = end;
    }
  }
  return { maxBits, symbol, bits };
}

/** Decodes a stream `bytes[start … end - 1]` into `out[from … to - 1]`. Throws `ZstdDamage`. */
export function decodeHuffman(
  { maxBits, symbol, bits }: HuffmanTable,
  bytes: Uint8Array,
  start: number,
  end: number,
  out: Uint8Array,
  from: number,
  to: number,
): void {
  let { left } = new BackwardBits(bytes, start, end);
  const mask = (1 << maxBits) - 1;
  let at = from;
  for (; at < to && left >= maxBits; at++) {
    const low = left - maxBits;
    const place = start + (low >> 3);
    const word = bytes[place] | (bytes[place + 1] << 8) | (bytes[place + 2] << 16);
    const value = (word >>> (low & 7)) & mask;
    out[at] = symbol[value];
    left -= bits[value];
  }
  // The last codes may be shorter than what is looked at.
  for (; at < to && left > 0; at++) {
    const word = bytes[start] | (bytes[start + 1] << 8);
    const value = ((word & ((1 << left) - 1)) << (maxBits - left)) & mask;
    out[at] = symbol[value];
    left -= bits[value];
  }
  if (at < to || left !== 0) throw new ZstdDamage("literals that do not end where they should");
}
