import { BackwardBits } from "./backward-bits.ts";
import { buildTable, constantTable, type FseTable, readDistribution } from "./fse-table.ts";
import { ZstdDamage } from "./zstd-damage.ts";

/** What a kind of code stands for: the lowest value, and the bits that are added to it. */
interface CodeKind {
  base: Int32Array;
  extra: Uint8Array;
  maxLog: number;
  /** Of the table that blocks may use without telling one. */
  usual: FseTable;
}

/** Codes from 0 on: those before `extra` stand for themselves, counted from `first`; the others for 2^extra values each. */
function codes(first: number, plain: number, extra: number[], maxLog: number, usual: FseTable): CodeKind {
  const bits = Uint8Array.from([...new Array<number>(plain).fill(0), ...extra]);
  const base = new Int32Array(bits.length);
  for (let code = 0, value = first; code < bits.length; value += 2 ** bits[code++]) base[code] = value;
  return { base, extra: bits, maxLog, usual };
}

// RFC 8878, 3.1.1.3.2.1.1 and .2.2.
const LITERAL_LENGTHS = codes(
  0,
  16,
  [1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16],
  9,
  usualTable(
    6,
    [4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1, 1, 1, 1],
    4,
  ),
);
const MATCH_LENGTHS = codes(
  3,
  32,
  [1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16],
  9,
  usualTable(6, [1, 4, 3, 2, 2, 2, 2, 2, 2, ...new Array<number>(37).fill(1)], 7),
);
/** Code n stands for 2^n values from 2^n on. */
const OFFSETS: CodeKind = {
  base: Int32Array.from({ length: 31 }, (_, code) => 2 ** code),
  extra: Uint8Array.from({ length: 31 }, (_, code) => code),
  maxLog: 8,
  usual: usualTable(5, [1, 1, 1, 1, 1, 1, 2, 2, 2, ...new Array<number>(15).fill(1)], 5),
};

/** `rare`: how many symbols follow whose probability is less than one unit. */
function usualTable(log: number, counts: number[], rare: number): FseTable {
  return buildTable(log, Int16Array.from([...counts, ...new Array<number>(rare).fill(-1)]));
}

/** What blocks of a frame take over from those before. */
export class SequenceState {
  literalLengths: FseTable | undefined;
  matchLengths: FseTable | undefined;
  offsets: FseTable | undefined;
  /** The last three offsets of matches. */
  readonly recent: [number, number, number] = [1, 4, 8];
}

/**
 * Carries out the sequences section (3.1.1.3.2) of a block `bytes[start … end - 1]`: by turns, literals and matches of what
 * was unpacked before are written to `out` from `from` on. Gives where the content ends, at most at `limit`.
 * Throws `ZstdDamage`.
 */
export function unpackSequences(
  bytes: Uint8Array,
  start: number,
  end: number,
  literals: Uint8Array,
  state: SequenceState,
  out: Uint8Array,
  from: number,
  limit: number,
): number {
  let [count, at] = readCount(bytes, start, end);
  if (count === 0) {
    if (at !== end) throw new ZstdDamage("a block that goes on behind its end");
    return append(literals, 0, out, from, limit);
  }
  if (at >= end) throw new ZstdDamage("sequences without their tables");
  const modes = bytes[at++];
  if ((modes & 3) !== 0) throw new ZstdDamage("a reserved bit that is set");
  let table: FseTable;
  [table, at] = readTable(bytes, at, end, modes >> 6, LITERAL_LENGTHS, state.literalLengths);
  const lengths = table;
  state.literalLengths = table;
  [table, at] = readTable(bytes, at, end, (modes >> 4) & 3, OFFSETS, state.offsets);
  const offsets = table;
  state.offsets = table;
  [table, at] = readTable(bytes, at, end, (modes >> 2) & 3, MATCH_LENGTHS, state.matchLengths);
  const matches = table;
  state.matchLengths = table;

  const bits = new BackwardBits(bytes, at, end);
  const { recent } = state;
  let lengthState = bits.read(lengths.log);
  let offsetState = bits.read(offsets.log);
  let matchState = bits.read(matches.log);
  let position = from;
  let taken = 0;
  for (; count > 0; count--) {
    const offsetValue = readOffset(bits, offsets.symbol[offsetState]);
    const matchCode = matches.symbol[matchState];
    const matchLength = MATCH_LENGTHS.base[matchCode] + bits.read(MATCH_LENGTHS.extra[matchCode]);
    const lengthCode = lengths.symbol[lengthState];
    const literalLength = LITERAL_LENGTHS.base[lengthCode] + bits.read(LITERAL_LENGTHS.extra[lengthCode]);
    const offset = resolveOffset(offsetValue, literalLength === 0, recent);
    if (count > 1) {
      lengthState = lengths.base[lengthState] + bits.read(lengths.bits[lengthState]);
      matchState = matches.base[matchState] + bits.read(matches.bits[matchState]);
      offsetState = offsets.base[offsetState] + bits.read(offsets.bits[offsetState]);
    }
    if (bits.left < 0) throw new ZstdDamage("sequences that end early");
    const matchStart = position + literalLength;
    const after = matchStart + matchLength;
    if (after > limit || taken + literalLength > literals.length) {
      throw new ZstdDamage("a sequence that is longer than its block");
    }
    if (!(offset > 0 && offset <= matchStart)) throw new ZstdDamage("a match before the begin");
    for (; position < matchStart; position++) out[position] = literals[taken++];
    for (; position < after; position++) out[position] = out[position - offset];
  }
  if (bits.left !== 0) throw new ZstdDamage("sequences that do not end where they should");
  return append(literals, taken, out, position, limit);
}

function append(literals: Uint8Array, taken: number, out: Uint8Array, at: number, limit: number): number {
  const after = at + literals.length - taken;
  if (after > limit) throw new ZstdDamage("literals that are longer than their block");
  out.set(taken === 0 ? literals : literals.subarray(taken), at);
  return after;
}

/** How many sequences there are, and where what follows begins. */
function readCount(bytes: Uint8Array, start: number, end: number): [number, number] {
  const first = start < end ? bytes[start] : 0;
  const size = first < 128 ? 1 : first < 255 ? 2 : 3;
  if (start + size > end) throw new ZstdDamage("a block without sequences");
  if (size === 1) return [first, start + 1];
  if (size === 2) return [((first - 128) << 8) + bytes[start + 1], start + 2];
  return [bytes[start + 1] + (bytes[start + 2] << 8) + 0x7f00, start + 3];
}

/** The table for a kind of code by its mode: the usual one, of one symbol, told here, or that of the block before. */
function readTable(
  bytes: Uint8Array,
  at: number,
  end: number,
  mode: number,
  kind: CodeKind,
  last: FseTable | undefined,
): [FseTable, number] {
  switch (mode) {
    case 0:
      return [kind.usual, at];
    case 1:
      if (at >= end || bytes[at] >= kind.base.length) throw new ZstdDamage("a code that does not exist");
      return [constantTable(bytes[at]), at + 1];
    case 2: {
      const told = readDistribution(bytes, at, end, kind.maxLog, kind.base.length - 1);
      return [buildTable(told.log, told.counts), told.end];
    }
    default:
      if (last === undefined) throw new ZstdDamage("a table that was not told");
      return [last, at];
  }
}

function readOffset(bits: BackwardBits, code: number): number {
  if (code <= 24) return OFFSETS.base[code] + bits.read(code);
  const high = bits.read(code - 16);
  return OFFSETS.base[code] + high * 65536 + bits.read(16);
}

/** Values up to 3 stand for recent offsets (3.1.1.5), counted one further where there are no literals. */
function resolveOffset(value: number, noLiterals: boolean, recent: [number, number, number]): number {
  if (value > 3) {
    recent[2] = recent[1];
    recent[1] = recent[0];
    recent[0] = value - 3;
    return recent[0];
  }
  const which = noLiterals ? value : value - 1;
  if (which === 0) return recent[0];
  const offset = which === 3 ? recent[0] - 1 : recent[which];
  if (which > 1) recent[2] = recent[1];
  recent[1] = recent[0];
  recent[0] = offset;
  return offset;
}
