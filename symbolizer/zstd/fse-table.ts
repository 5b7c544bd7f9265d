import { ZstdDamage } from "./zstd-damage.ts";

/** A decoding table of finite state entropy (RFC 8878, 4.1): columns by state. */
export interface FseTable {
  /** Bits that tell the first state. */
  log: number;
  symbol: Uint8Array;
  /** Bits that are added to `base` for the next state. */
  bits: Uint8Array;
  base: Uint16Array;
}

/** What stands before coded data: probabilities by symbol, in units of 2^-log; -1: less than one. */
export interface Distribution {
  log: number;
  counts: Int16Array;
  /** Where the bytes behind it begin. */
  end: number;
}

/** Reads a table's probabilities (4.1.1) at `start`, of symbols up to `lastSymbol`. Throws `ZstdDamage`. */
export function readDistribution(
  bytes: Uint8Array,
  start: number,
  end: number,
  maxLog: number,
  lastSymbol: number,
): Distribution {
  // Bits, from the lowest of the first byte on; what lies behind the end reads as zeros.
  let bit = 0;
  const peek = (count: number): number => {
    const at = start + (bit >> 3);
    const word = byteAt(at) | (byteAt(at + 1) << 8) | (byteAt(at + 2) << 16);
    return (word >>> (bit & 7)) & ((1 << count) - 1);
  };
  const byteAt = (at: number): number => (at < end ? bytes[at] : 0);

  const log = 5 + peek(4);
  bit = 4;
  if (log > maxLog) throw new ZstdDamage("a table that is too fine");
  const counts = new Int16Array(lastSymbol + 1);
  let remaining = 1 << log;
  let symbol = 0;
  while (remaining > 0) {
    if (symbol > lastSymbol) throw new ZstdDamage("a table of too many symbols");
    // The values 0 … remaining + 1, of which as many as can be take one bit less.
    const width = 32 - Math.clz32(remaining + 1);
    const short = (1 << width) - 1 - (remaining + 1);
    const half = 1 << (width - 1);
    let value = peek(width);
    if ((value & (half - 1)) < short) {
      value &= half - 1;
      bit += width - 1;
    } else {
      if (value >= half) value -= short;
      bit += width;
    }
    const count = value - 1;
    counts[symbol++] = count;
    remaining -= Math.abs(count);
    if (count !== 0) continue;
    for (let repeats = 3; repeats === 3; ) {
      repeats = peek(2);
      bit += 2;
      symbol += repeats;
    }
  }
  const after = start + ((bit + 7) >> 3);
  if (remaining < 0 || after > end) throw new ZstdDamage("a table that does not add up");
  return { log, counts, end: after };
}

/** Spreads the symbols over the states (4.1.1). `counts` must add up to 2^log. */
export function buildTable(log: number, counts: Int16Array): FseTable {
  const size = 1 << log;
  const table: FseTable = {
    log,
    symbol: new Uint8Array(size),
    bits: new Uint8Array(size),
    base: new Uint16Array(size),
  };
  const next = new Uint16Array(counts.length);
  let high = size - 1;
  for (let s = 0; s < counts.length; s++) {
    next[s] = Math.abs(counts[s]);
    if (counts[s] === -1) table.symbol[high--] = s;
  }
  const step = (size >> 1) + (size >> 3) + 3;
  let position = 0;
  for (let s = 0; s < counts.length; s++) {
    for (let i = 0; i < counts[s]; i++) {
      table.symbol[position] = s;
      do position = (position + step) & (size - 1);
      while (position > high);
    }
  }
  for (let state = 0; state < size; state++) {
    const number = next[table.symbol[state]]++;
    const bits = log - (31 - Math.clz32(number));
    table.bits[state] = bits;
    table.base[state] = (number << bits) - size;
  }
  return table;
}

/** The table of one symbol that takes no bits. */
export function constantTable(symbol: number): FseTable {
  return { log: 0, symbol: Uint8Array.of(symbol), bits: new Uint8Array(1), base: new Uint16Array(1) };
}
