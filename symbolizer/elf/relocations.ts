import { type ElfFile, type Section, SectionType } from "./elf-file.ts";
import { Fields } from "./layout.ts";
import { PlainRelocations } from "./plain-relocations.ts";
import { relocatedSymbols } from "./relocated-symbols.ts";
import { type RelocationKind, relocationKinds } from "./relocation-types.ts";
import type { SectionAddress } from "./section-layout.ts";

/** Relocations are read in pieces of about this size. */
const PIECE_BYTES = 1 << 18;

export interface Relocator {
  /**
   * Applies to `bytes`, the content of section `index`, what the file's `.rela…` and `.rel…` sections say of it.
   * A sentence when it can't be done; the bytes are of no use then.
   */
  apply(index: number, bytes: Uint8Array): string | undefined;
  /** Whether there is anything to apply to section `index`. */
  concerns(index: number): boolean;
}

/** Relocations of a relocatable file with its sections at the addresses given; symbols are read once, when needed. */
export function relocator(elf: ElfFile, sectionAddress: SectionAddress): Relocator {
  const symbolTables = new Map<number, Float64Array | undefined>();
  const tablesOf = (index: number) =>
    elf.sections.filter(
      (section) =>
        (section.type === SectionType.rela || section.type === SectionType.rel) &&
        section.info === index &&
        section.size > 0,
    );

  function symbolsOf(table: Section): Float64Array | undefined {
    if (!symbolTables.has(table.link)) {
      symbolTables.set(table.link, relocatedSymbols(elf, table.link, sectionAddress));
    }
    return symbolTables.get(table.link);
  }

  return {
    concerns: (index) => tablesOf(index).length > 0,
    apply(index, bytes) {
      const kinds = relocationKinds(elf.machine);
      for (const table of tablesOf(index)) {
        if (kinds === undefined) return `has relocations of machine ${elf.machine}, which are not known here`;
        const symbols = symbolsOf(table);
        if (symbols === undefined) return "has relocations without a symbol table";
        const problem = applyTable(elf, table, kinds, symbols, bytes, sectionAddress(index));
        if (problem !== undefined) return problem;
      }
      return undefined;
    },
  };
}

function applyTable(
  elf: ElfFile,
  table: Section,
  kinds: Record<number, RelocationKind>,
  symbols: Float64Array,
  bytes: Uint8Array,
  base: number,
): string | undefined {
  const withAddend = table.type === SectionType.rela;
  const word = elf.is64 ? 8 : 4;
  const entry = word * (withAddend ? 3 : 2);
  if (table.offset + table.size > elf.source.size) return "has relocations that lie outside the file";
  const piece = Math.floor(PIECE_BYTES / entry) * entry;
  const target = new Field(bytes, elf.littleEndian);
  const plain = PlainRelocations.fits(elf, table) ? new PlainRelocations(kinds, symbols, bytes) : undefined;
  for (let offset = 0; offset + entry <= table.size; offset += piece) {
    const rows = elf.source.read(table.offset + offset, Math.min(piece, table.size - offset));
    const fields = new Fields(rows, elf);
    for (let at = 0; ; at += entry) {
      at = plain?.apply(rows, at) ?? at;
      if (at + entry > rows.length) break;
      const place = fields.size(at);
      // ELF64_R_INFO and ELF32_R_INFO: symbol and type share a word.
      const low = fields.u32(at + word + (elf.is64 && !elf.littleEndian ? 4 : 0));
      const type = elf.is64 ? low : low & 0xff;
      const symbol = elf.is64 ? fields.u32(at + word + (elf.littleEndian ? 4 : 0)) : low >>> 8;
      const kind = kinds[type];
      if (kind === undefined) return `has relocations of type ${type}, which are not known here`;
      if (kind.operation === "none") continue;
      if (!(place + Math.max(1, kind.bytes) <= bytes.length))
        return "has relocations that lie outside their section";
      if (symbol >= symbols.length) return "has relocations to symbols that it does not have";
      const addend = withAddend ? fields.address(at + 2 * word) : target.read(place, kind);
      // The RISC-V kinds that add up take their addend beside what stands in the field.
      const before = kind.operation === "add" || kind.operation === "subtract" ? target.read(place, kind) : 0;
      target.write(place, kind, relocated(kind, symbols[symbol] + addend, base + place, before));
    }
  }
  return undefined;
}

function relocated(kind: RelocationKind, value: number, place: number, before: number): number {
  if (kind.operation === "relative") return value - place;
  if (kind.operation === "add") return before + value;
  if (kind.operation === "subtract") return before - value;
  return value;
}

/** Numbers of 1 to 8 bytes in a section. Values beyond 2^53 lose their low bits: no address or size has such. */
class Field {
  readonly #view: DataView;
  readonly #little: boolean;

  constructor(bytes: Uint8Array, littleEndian: boolean) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#little = littleEndian;
  }

  read(at: number, kind: RelocationKind): number {
    const view = this.#view;
    if (kind.sixBits) return view.getUint8(at) & 0x3f;
    if (kind.bytes === 0) return this.#leb(at).value;
    if (kind.bytes === 1) return view.getUint8(at);
    if (kind.bytes === 2) return view.getUint16(at, this.#little);
    if (kind.bytes === 4) return view.getInt32(at, this.#little);
    const high = view.getInt32(at + (this.#little ? 4 : 0), this.#little);
    return high * 2 ** 32 + view.getUint32(at + (this.#little ? 0 : 4), this.#little);
  }

  write(at: number, kind: RelocationKind, value: number): void {
    const view = this.#view;
    if (kind.sixBits) view.setUint8(at, (view.getUint8(at) & 0xc0) | (value & 0x3f));
    else if (kind.bytes === 0) this.#writeLeb(at, value);
    else if (kind.bytes === 1) view.setUint8(at, value);
    else if (kind.bytes === 2) view.setUint16(at, value, this.#little);
    else if (kind.bytes === 4) view.setInt32(at, value, this.#little);
    else {
      view.setInt32(at + (this.#little ? 4 : 0), Math.floor(value / 2 ** 32), this.#little);
      view.setUint32(at + (this.#little ? 0 : 4), value, this.#little);
    }
  }

  #leb(at: number): { value: number; length: number } {
    let value = 0;
    let length = 0;
    for (; at + length < this.#view.byteLength && length < 10; length++) {
      const byte = this.#view.getUint8(at + length);
      value += (byte & 0x7f) * 2 ** (7 * length);
      if (byte < 0x80) return { value, length: length + 1 };
    }
    return { value, length };
  }

  /** In the room that the assembler left: the length stays. */
  #writeLeb(at: number, value: number): void {
    const { length } = this.#leb(at);
    let rest = Math.max(0, value);
    for (let i = 0; i < length; i++) {
      this.#view.setUint8(at + i, (rest % 128) | (i + 1 < length ? 0x80 : 0));
      rest = Math.floor(rest / 128);
    }
  }
}
