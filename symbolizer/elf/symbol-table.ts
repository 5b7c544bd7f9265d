import type { ElfFile, Section } from "./elf-file.ts";
import { Fields } from "./layout.ts";

/** Symbols are read in pieces of about this size, so a table of a gigabyte needs no more memory than a small one. */
const PIECE_BYTES = 1 << 20;
/** Chromium with all its symbols has two million. A forged size in a sparse file could claim any number. */
const MAX_SYMBOLS = 1 << 24;

/** The symbol at hand while a table is streamed; one object for all, overwritten from symbol to symbol. */
export interface SymbolRow {
  /** Offset of the name in the table's string section. */
  nameOffset: number;
  type: number;
  binding: number;
  /** Index of the section it is defined in, `SHN_UNDEF` when it is not defined here. */
  section: number;
  value: number;
  size: number;
}

export const SymbolType = {
  noType: 0,
  object: 1,
  func: 2,
  section: 3,
  file: 4,
  common: 5,
  tls: 6,
  ifunc: 10,
} as const;
export const SymbolBinding = { local: 0, global: 1, weak: 2, gnuUnique: 10 } as const;
export const SHN_UNDEF = 0;
/** From here on, section indices are not indices but tell something else (absolute, common, extended). */
export const SHN_LORESERVE = 0xff00;

function symbolEntrySize(elf: ElfFile): number {
  return elf.is64 ? 24 : 16;
}

/** Calls `visit` for every symbol of a table, in order (gABI, "Symbol Table"). Ends quietly where the file does. */
export function streamSymbols(elf: ElfFile, table: Section, visit: (symbol: SymbolRow) => void): void {
  const entry = Math.max(table.entrySize, symbolEntrySize(elf));
  const piece = Math.max(1, Math.floor(PIECE_BYTES / entry)) * entry;
  // An entry size beyond the piece is forged; nothing would be gained by following it.
  if (entry > PIECE_BYTES) return;
  const symbol: SymbolRow = { nameOffset: 0, type: 0, binding: 0, section: 0, value: 0, size: 0 };
  const size = Math.min(table.size, MAX_SYMBOLS * entry);
  for (let offset = 0; offset + entry <= size; offset += piece) {
    const bytes = elf.source.read(table.offset + offset, Math.min(piece, size - offset));
    if (bytes.length < entry) return;
    const fields = new Fields(bytes, elf);
    for (let at = 0; at + entry <= bytes.length; at += entry) {
      readSymbol(fields, at, elf.is64, symbol);
      visit(symbol);
    }
  }
}

/** One symbol by its index, as relocations name it; undefined outside the table. */
export function symbolAt(elf: ElfFile, table: Section, index: number): SymbolRow | undefined {
  const entry = Math.max(table.entrySize, symbolEntrySize(elf));
  const offset = index * entry;
  if (offset + entry > table.size) return undefined;
  const bytes = elf.source.read(table.offset + offset, symbolEntrySize(elf));
  if (bytes.length < symbolEntrySize(elf)) return undefined;
  const symbol: SymbolRow = { nameOffset: 0, type: 0, binding: 0, section: 0, value: 0, size: 0 };
  readSymbol(new Fields(bytes, elf), 0, elf.is64, symbol);
  return symbol;
}

function readSymbol(fields: Fields, at: number, is64: boolean, symbol: SymbolRow): void {
  const info = fields.u8(at + (is64 ? 4 : 12));
  symbol.nameOffset = fields.u32(at);
  symbol.type = info & 0xf;
  symbol.binding = info >> 4;
  symbol.section = fields.u16(at + (is64 ? 6 : 14));
  symbol.value = is64 ? fields.i64(at + 8) : fields.u32(at + 4);
  symbol.size = is64 ? fields.u64(at + 16) : fields.u32(at + 8);
}
