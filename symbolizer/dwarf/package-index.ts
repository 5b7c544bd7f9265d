import type { ByteSource } from "../byte-source.ts";
import type { Cursor } from "./cursor.ts";
import { DwarfDamage } from "./damage.ts";
import type { DwarfFile } from "./dwarf-file.ts";
import { readId } from "./unit-header.ts";

/** Where one unit's part of a section lies in a package; `section` is DW_SECT_…. */
export interface PackagePart {
  section: number;
  offset: number;
}

const HEADER_BYTES = 16;
/** Sections that can be told of; versions 2 and 5 know eight each. */
const MAX_COLUMNS = 16;

/**
 * `.debug_cu_index` of a package (section 7.3.5.3): a hash table from a unit's id to a row, and for each row the
 * offsets of the unit's parts. It is the same in version 2 (GNU's) and 5 but for the sections' numbers, of which those
 * that are read here agree, save for range lists, which version 2 has none of.
 *
 *     header │ slots × id │ slots × row, from 1 │ columns × section │ rows × columns × offset │ rows × columns × size
 */
export class PackageIndex {
  readonly #file: DwarfFile;
  readonly #source: ByteSource;
  readonly #columns: number;
  readonly #rows: number;
  readonly #slots: number;

  /** Throws `DwarfDamage`. */
  constructor(file: DwarfFile, source: ByteSource) {
    this.#file = file;
    this.#source = source;
    const cursor = this.#at(0, HEADER_BYTES);
    // Version 2 has a word for it, version 5 half a word and padding.
    const version = file.littleEndian ? cursor.u32() & 0xffff : bigVersion(cursor);
    if (version !== 2 && version !== 5) throw new DwarfDamage(`a package index of version ${version}`);
    this.#columns = cursor.u32();
    this.#rows = cursor.u32();
    this.#slots = cursor.u32();
    const size = HEADER_BYTES + this.#slots * 12 + this.#columns * 4 + this.#rows * this.#columns * 8;
    if (this.#columns > MAX_COLUMNS || size > source.size || (this.#slots & (this.#slots - 1)) !== 0) {
      throw new DwarfDamage("a package index that contradicts itself");
    }
  }

  /** The parts of the unit with an id of 16 hex digits. Throws `DwarfDamage`. */
  find(id: string): PackagePart[] | undefined {
    const slots = this.#slots;
    if (slots === 0 || id.length !== 16) return undefined;
    const high = Number.parseInt(id.slice(0, 8), 16);
    const low = Number.parseInt(id.slice(8), 16);
    const mask = slots - 1;
    // The standard's two hashes: the low bits are the first slot, of the high bits made odd the step.
    let slot = (low & mask) >>> 0;
    const step = ((high & mask) | 1) >>> 0;
    for (let tries = 0; tries < slots; tries++) {
      this.#file.context.budget.spend(16);
      const row = this.#at(HEADER_BYTES + slots * 8 + slot * 4, 4).u32();
      if (row === 0) return undefined;
      if (readId(this.#at(HEADER_BYTES + slot * 8, 8)) === id) return this.#parts(row);
      slot = ((slot + step) & mask) >>> 0;
    }
    return undefined;
  }

  #parts(row: number): PackagePart[] {
    if (row > this.#rows) throw new DwarfDamage("a package index that contradicts itself");
    const columns = this.#columns;
    const table = HEADER_BYTES + this.#slots * 12;
    const sections = this.#at(table, columns * 4);
    const offsets = this.#at(table + columns * 4 * row, columns * 4);
    const parts: PackagePart[] = [];
    for (let i = 0; i < columns; i++) parts.push({ section: sections.u32(), offset: offsets.u32() });
    return parts;
  }

  #at(offset: number, length: number): Cursor {
    return this.#file.cursor(this.#source.read(offset, length));
  }
}

function bigVersion(cursor: Cursor): number {
  const first = cursor.u16();
  const second = cursor.u16();
  return first === 0 ? second : first;
}
