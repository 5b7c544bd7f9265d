import { upperBound } from "./cover-tree.ts";
import { aliasRank } from "./kallsyms-alias.ts";
import { orderOfAddresses } from "./radix-order.ts";
import { decodeName } from "./symbol-text.ts";

/** The last symbol of the kernel image or of a module has no next one to end at; perf ends it with its page, too. */
const PAGE_BYTES = 4096;
/** Lines shorter than this are no symbols: 8 digits, blank, type, blank, one character of name. */
const MIN_LINE_BYTES = 12;
/** Of symbols at one address (the kernel has a handful) about so many are compared. */
const MAX_ALIASES = 64;

export type KernelSymbols =
  | { kind: "symbols"; table: KernelSymbolTable }
  /** The kernel shows zeros for addresses. */
  | { kind: "hidden"; explanation: string }
  /** There is not one symbol in the text. */
  | { kind: "empty"; explanation: string };

export interface KernelSymbol {
  name: string;
  /** Module (or `bpf`, `__builtin__ftrace`) without its brackets; undefined in the kernel image. */
  module: string | undefined;
  /** Bytes from the symbol's start to the address. */
  offset: number;
}

export interface KernelSymbolTable {
  /** Symbols of every type. */
  readonly count: number;
  /** The text symbol that covers a sign-extended address. */
  lookup(address: number): KernelSymbol | undefined;
  /** Where a symbol of the kernel image is; reads the whole table. */
  addressOf(name: string): number | undefined;
  /** From the first to behind the last text symbol of a module, or of the kernel image. */
  range(module: string | undefined): { start: number; limit: number } | undefined;
}

const HIDDEN =
  "The kernel hides its symbols' addresses from this user (/proc/sys/kernel/kptr_restrict is 1 or 2, or " +
  "/proc/sys/kernel/perf_event_paranoid forbids): run as root, or set kernel.kptr_restrict=0 with sysctl.";

/**
 * Reads /proc/kallsyms: lines `ADDRESS TYPE NAME` and, for what is not of the kernel image, a tab and `[MODULE]`
 * (kernel/kallsyms.c, `s_show`). One pass over the bytes; names stay bytes until one is looked up. Lines of another
 * form are passed over.
 *
 * A symbol ends where the next one of any type begins, so the end of the text section and data end it as well.
 */
export function parseKallsyms(bytes: Uint8Array): KernelSymbols {
  const rows = scanLines(bytes);
  if (rows.count === 0) return { kind: "empty", explanation: "The kernel's symbol list is empty." };
  if (rows.allZero) return { kind: "hidden", explanation: HIDDEN };
  return { kind: "symbols", table: buildTable(bytes, rows) };
}

interface Rows {
  count: number;
  high: Int32Array;
  low: Uint32Array;
  /** Where in the bytes the name begins; its type stands two bytes before. */
  name: Uint32Array;
  allZero: boolean;
  /** The first rows, so many, are in ascending order: the kernel's own, before those of modules and BPF programs. */
  sortedPrefix: number;
}

function scanLines(bytes: Uint8Array): Rows {
  const capacity = Math.floor(bytes.length / MIN_LINE_BYTES) + 1;
  const high = new Int32Array(capacity);
  const low = new Uint32Array(capacity);
  const name = new Uint32Array(capacity);
  let count = 0;
  let allZero = true;
  let sortedPrefix = 0;
  const end = bytes.length;
  let position = 0;
  while (position < end) {
    const start = position;
    let highHalf = 0;
    let lowHalf = 0;
    // Two halves of 32 bits: bit operations on small integers, no arithmetic on doubles.
    for (;;) {
      const byte = position < end ? bytes[position] : NEWLINE;
      let digit: number;
      if (byte >= 0x30 && byte <= 0x39) digit = byte - 0x30;
      else if (byte >= 0x61 && byte <= 0x66) digit = byte - 0x57;
      else break;
      highHalf = (highHalf << 4) | (lowHalf >>> 28);
      lowHalf = (lowHalf << 4) | digit;
      position++;
    }
    const digits = position - start;
    if (
      (digits === 16 || digits === 8) &&
      position + 3 < end &&
      bytes[position] === SPACE &&
      bytes[position + 1] > SPACE &&
      bytes[position + 2] === SPACE &&
      bytes[position + 3] > SPACE
    ) {
      high[count] = highHalf;
      low[count] = lowHalf;
      name[count] = position + 3;
      if ((highHalf | lowHalf) !== 0) allZero = false;
      if (sortedPrefix === count) {
        const before = count === 0 ? highHalf : high[count - 1];
        if (count === 0 || before < highHalf || (before === highHalf && low[count - 1] <= lowHalf >>> 0)) {
          sortedPrefix++;
        }
      }
      count++;
    }
    while (position < end && bytes[position] !== NEWLINE) position++;
    position++;
  }
  return { count, high, low, name, allZero, sortedPrefix };
}

function buildTable(bytes: Uint8Array, rows: Rows): KernelSymbolTable {
  const { count } = rows;
  const order =
    rows.sortedPrefix === count ? undefined : orderOfAddresses(rows.high, rows.low, count, rows.sortedPrefix);
  const address = new Float64Array(count);
  const nameStart = new Uint32Array(count);
  for (let i = 0; i < count; i++) {
    const row = order === undefined ? i : order[i];
    address[i] = rows.high[row] * 2 ** 32 + rows.low[row];
    nameStart[i] = rows.name[row];
  }

  const isText = (row: number) => TEXT_TYPES[bytes[nameStart[row] - 2]] === 1;

  function nameEnd(row: number): number {
    let end = nameStart[row];
    while (end < bytes.length && bytes[end] > SPACE) end++;
    return end;
  }
  const nameOf = (row: number) => decodeName(bytes.subarray(nameStart[row], nameEnd(row)));

  function moduleOf(row: number): string | undefined {
    const tab = nameEnd(row);
    if (bytes[tab] !== TAB || bytes[tab + 1] !== OPEN_BRACKET) return undefined;
    let end = tab + 2;
    while (end < bytes.length && bytes[end] > SPACE && bytes[end] !== CLOSE_BRACKET) end++;
    return decodeName(bytes.subarray(tab + 2, end));
  }

  /** The best name at an address among rows `first … last`, all at it; -1: none of them is text. */
  function bestAlias(first: number, last: number): number {
    let best = -1;
    let bestRank = 0;
    for (let row = first; row <= last; row++) {
      if (!isText(row)) continue;
      const rank =
        first === last ? 1 : aliasRank(nameOf(row), String.fromCharCode(bytes[nameStart[row] - 2]));
      if (best < 0 || rank < bestRank) {
        best = row;
        bestRank = rank;
      }
    }
    return best;
  }

  function limitOf(last: number): number {
    const start = address[last];
    const pageEnd = Math.floor(start / PAGE_BYTES + 1) * PAGE_BYTES;
    if (last + 1 >= count) return pageEnd;
    const next = address[last + 1];
    return moduleOf(last) === moduleOf(last + 1) ? next : Math.min(next, pageEnd);
  }

  /** From the first text symbol of a module to the end of its last: rows ascend. Undefined: it has none. */
  function textRange(module: string | undefined): { start: number; limit: number } | undefined {
    const belongs = (row: number) => isText(row) && moduleOf(row) === module;
    let first = 0;
    while (first < count && !belongs(first)) first++;
    if (first === count) return undefined;
    let last = count - 1;
    while (!belongs(last)) last--;
    return { start: address[first], limit: limitOf(last) };
  }

  const ranges = new Map<string | undefined, { start: number; limit: number } | undefined>();
  return {
    count,
    lookup(wanted) {
      const last = upperBound(address, wanted) - 1;
      if (last < 0) return undefined;
      let first = last;
      while (first > 0 && last - first < MAX_ALIASES && address[first - 1] === address[last]) first--;
      const row = bestAlias(first, last);
      if (row < 0 || wanted >= limitOf(last)) return undefined;
      return { name: nameOf(row), module: moduleOf(row), offset: wanted - address[row] };
    },
    addressOf(name) {
      const wanted = new TextEncoder().encode(name);
      const isWanted = (row: number) =>
        nameEnd(row) - nameStart[row] === wanted.length &&
        wanted.every((byte, i) => bytes[nameStart[row] + i] === byte) &&
        moduleOf(row) === undefined;
      for (let row = 0; row < count; row++) if (isWanted(row)) return address[row];
      return undefined;
    },
    range(module) {
      if (!ranges.has(module)) ranges.set(module, textRange(module));
      return ranges.get(module);
    },
  };
}

const NEWLINE = 0x0a;
const TAB = 0x09;
const SPACE = 0x20;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

/** Types that are code: text and weak, global and local (nm(1)). Per-CPU, data, read-only and absolute are not. */
const TEXT_TYPES = new Uint8Array(256);
for (const type of "tTwW") TEXT_TYPES[type.charCodeAt(0)] = 1;
