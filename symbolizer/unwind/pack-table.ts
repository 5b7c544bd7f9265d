import { Cfa, RULE_BYTES, RULE_WORDS } from "./rule.ts";
import { type ExecutableSegment, rowOf, type UnwindTable } from "./unwind-table.ts";

/** The largest piece: what one shard of the kernel's memory holds. */
export const MAX_PIECE_BYTES = 1 << 20;
/** Rows are looked up within a page, by 16 bits. */
export const PAGE_BYTES = 1 << 16;
const HEADER_WORDS = 8;
/** Indexes of one byte tell so many rules apart. */
const BYTE_RULES = 256;
/**
 * A piece of at least so many rows is ended rather than given, or left with, indexes of two bytes: another piece repeats some
 * of its rules, 4 KiB at most, and each process that maps it has an entry of 32 bytes more.
 */
const WORTHWHILE_ROWS = 8192;
/** Segments farther apart get pieces of their own: an empty page costs 7 bytes. */
const MAX_GAP_BYTES = 64 * PAGE_BYTES;
/** Pages without any code of a forged segment would be many. A table may cover so much: 16 GiB. */
const MAX_PAGES = 1 << 18;

/** What of a table is packed. */
export type PackableTable = Pick<UnwindTable, "segments" | "rowStarts" | "ruleIndexes" | "rules">;

/** A part of a packed table: what lies at addresses `[base, end)`. */
export interface TablePiece {
  /** ELF virtual address of the piece's address 0; a multiple of PAGE_BYTES. */
  base: number;
  /** Exclusive, a multiple of PAGE_BYTES. */
  end: number;
  /** The piece as the kernel's programs read it (docs/unwinding.md), a multiple of 8 bytes. */
  bytes: Uint8Array;
}

/**
 * Packs a table into pieces of at most `maxPieceBytes` (at least 4 KiB), which together cover all pages of the executable
 * segments, in ascending order. Each of their pages has a row at its first address. A page that would not fit by itself is
 * inexpressible as a whole.
 */
export function packUnwindTable(table: PackableTable, maxPieceBytes = MAX_PIECE_BYTES): TablePiece[] {
  const pieces: TablePiece[] = [];
  let pages = 0;
  for (const { start, end } of pageRanges(table.segments)) {
    pages += (end - start) / PAGE_BYTES;
    if (pages > MAX_PAGES) break;
    packRange(table, start, end, maxPieceBytes, pieces);
  }
  return pieces;
}

/** The pages of segments, with the gaps between near ones. */
function pageRanges(segments: readonly ExecutableSegment[]): { start: number; end: number }[] {
  const ranges: { start: number; end: number }[] = [];
  for (const { address, bytes } of segments) {
    const start = Math.floor(address / PAGE_BYTES) * PAGE_BYTES;
    const end = Math.ceil((address + bytes) / PAGE_BYTES) * PAGE_BYTES;
    const last = ranges.at(-1);
    if (last !== undefined && start - last.end <= MAX_GAP_BYTES) last.end = Math.max(last.end, end);
    else ranges.push({ start, end });
  }
  return ranges;
}

function packRange(
  table: PackableTable,
  start: number,
  end: number,
  maxPieceBytes: number,
  pieces: TablePiece[],
): void {
  const { rowStarts, ruleIndexes } = table;
  const draft = new PieceDraft(table, maxPieceBytes);
  draft.begin(start);
  const finish = (page: number) => {
    pieces.push({ base: draft.base, end: page, bytes: draft.pack() });
    draft.begin(page);
  };
  let row = rowOf(table, start);
  for (let page = start; page < end; page += PAGE_BYTES) {
    // The row in force where the page begins.
    const first = row;
    while (row + 1 < rowStarts.length && rowStarts[row + 1] <= page) row++;
    const inForce = Math.max(row, first);
    let last = inForce;
    while (last + 1 < rowStarts.length && rowStarts[last + 1] < page + PAGE_BYTES) last++;
    if (!draft.hasRoom(inForce, last) && draft.pageCount > 0) finish(page);
    if (draft.hasRoom(inForce, last)) {
      draft.openPage();
      draft.add(0, inForce < 0 ? 0 : ruleIndexes[inForce]);
      for (let i = inForce + 1; i <= last; i++) draft.add(rowStarts[i] - page, ruleIndexes[i]);
    } else {
      draft.openPage();
      draft.add(0, draft.inexpressible);
    }
    row = last;
  }
  pieces.push({ base: draft.base, end, bytes: draft.pack() });
}

/** A piece in the making. */
class PieceDraft {
  base = 0;
  pageCount = 0;
  /** The table's index of the rule "inexpressible". */
  readonly inexpressible: number;
  readonly #table: PackableTable;
  readonly #maxBytes: number;
  #starts = new Uint16Array(1 << 12);
  #rules = new Uint16Array(1 << 12);
  #rows = 0;
  #pages: number[] = [];
  /** The piece's own numbers of the table's rules, + 1; 0: not in it yet. */
  readonly #numbers: Uint32Array;
  /** The table's indexes of the piece's rules. */
  #indexes: number[] = [];

  constructor(table: PackableTable, maxBytes: number) {
    this.#table = table;
    this.#maxBytes = maxBytes;
    const { rules } = table;
    this.#numbers = new Uint32Array(rules.length / RULE_WORDS);
    let inexpressible = 0;
    for (let at = 0; at < rules.length; at += RULE_WORDS)
      if ((rules[at] & 0xff) === Cfa.inexpressible) inexpressible = at / RULE_WORDS;
    this.inexpressible = inexpressible;
  }

  begin(base: number): void {
    this.base = base;
    for (const index of this.#indexes) this.#numbers[index] = 0;
    this.#indexes = [];
    this.#pages = [];
    this.pageCount = 0;
    this.#rows = 0;
  }

  /** Whether the rows `first … last` of the table fit in as one page more, and are better put here than elsewhere. */
  hasRoom(first: number, last: number): boolean {
    const { ruleIndexes } = this.#table;
    const rows = this.#rows + last - first + 1;
    const fresh: number[] = [];
    for (let i = first; i <= last; i++) {
      const rule = i < 0 ? 0 : ruleIndexes[i];
      if (this.#numbers[rule] !== 0) continue;
      this.#numbers[rule] = 1;
      fresh.push(rule);
    }
    for (const rule of fresh) this.#numbers[rule] = 0;
    const rules = this.#indexes.length + fresh.length;
    if (rules > BYTE_RULES && this.#rows >= WORTHWHILE_ROWS) return false;
    return layoutOf(this.pageCount + 1, rows, rules).bytes <= this.#maxBytes;
  }

  openPage(): void {
    this.#pages.push(this.#rows);
    this.pageCount++;
  }

  add(offset: number, rule: number): void {
    if (this.#rows === this.#starts.length) this.#grow();
    let number = this.#numbers[rule];
    if (number === 0) {
      number = this.#indexes.push(rule);
      this.#numbers[rule] = number;
    }
    this.#starts[this.#rows] = offset;
    this.#rules[this.#rows] = number - 1;
    this.#rows++;
  }

  pack(): Uint8Array {
    const layout = layoutOf(this.pageCount, this.#rows, this.#indexes.length);
    const view = new DataView(new ArrayBuffer(layout.bytes));
    const header = [this.#rows, this.pageCount, this.#indexes.length, layout.ruleBytes];
    header.push(layout.pages, layout.starts, layout.ruleIndexes, layout.rules);
    header.forEach((word, i) => {
      view.setUint32(4 * i, word, true);
    });
    this.#pages.forEach((row, i) => {
      view.setUint32(layout.pages + 4 * i, row, true);
    });
    view.setUint32(layout.pages + 4 * this.pageCount, this.#rows, true);
    for (let i = 0; i < this.#rows; i++) view.setUint16(layout.starts + 2 * i, this.#starts[i], true);
    if (layout.ruleBytes === 1)
      for (let i = 0; i < this.#rows; i++) view.setUint8(layout.ruleIndexes + i, this.#rules[i]);
    else
      for (let i = 0; i < this.#rows; i++) view.setUint16(layout.ruleIndexes + 2 * i, this.#rules[i], true);
    const { rules } = this.#table;
    this.#indexes.forEach((index, i) => {
      for (let word = 0; word < RULE_WORDS; word++) {
        view.setInt32(layout.rules + RULE_BYTES * i + 4 * word, rules[RULE_WORDS * index + word], true);
      }
    });
    return new Uint8Array(view.buffer);
  }

  #grow(): void {
    const starts = new Uint16Array(2 * this.#rows);
    starts.set(this.#starts);
    this.#starts = starts;
    const rules = new Uint16Array(2 * this.#rows);
    rules.set(this.#rules);
    this.#rules = rules;
  }
}

/** Offsets of the parts from the header, and the size of all; each part aligned to its elements, rules to 8 bytes. */
function layoutOf(pageCount: number, rows: number, rules: number) {
  const ruleBytes = rules <= BYTE_RULES ? 1 : 2;
  const pages = 4 * HEADER_WORDS;
  const starts = pages + 4 * (pageCount + 1);
  const ruleIndexes = starts + 2 * rows;
  const ruleStart = Math.ceil((ruleIndexes + ruleBytes * rows) / 8) * 8;
  return { ruleBytes, pages, starts, ruleIndexes, rules: ruleStart, bytes: ruleStart + RULE_BYTES * rules };
}
