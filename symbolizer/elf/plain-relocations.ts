import { type ElfFile, type Section, SectionType } from "./elf-file.ts";
import type { RelocationKind } from "./relocation-types.ts";

/** Bytes of Elf64_Rela: place, type and symbol, addend (gABI, "Relocation"). */
const ENTRY_BYTES = 24;
/** Types beyond these are no plain ones. */
const TYPES = 256;
/** What nothing is done for. */
const NOTHING = 255;
/** The byte order of this machine, in which typed arrays read. */
const HERE_LITTLE = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;

/**
 * Applies relocations that set a field of 4 or 8 bytes to symbol and addend, which a kernel module's debug information
 * has by the million, and other ones never; whatever isn't just so is left to `relocations.ts`.
 */
export class PlainRelocations {
  /** Bytes of the field that a type sets; 0: another kind. */
  readonly #widths = new Uint8Array(TYPES);
  readonly #symbols: Float64Array;
  readonly #bytes: Uint8Array;

  constructor(kinds: Record<number, RelocationKind>, symbols: Float64Array, bytes: Uint8Array) {
    this.#symbols = symbols;
    this.#bytes = bytes;
    for (let type = 0; type < TYPES; type++) {
      const kind = kinds[type];
      if (kind?.operation === "none") this.#widths[type] = NOTHING;
      else if (kind?.operation === "set" && (kind.bytes === 4 || kind.bytes === 8)) {
        this.#widths[type] = kind.bytes;
      }
    }
  }

  static fits(elf: ElfFile, table: Section): boolean {
    return HERE_LITTLE && elf.is64 && elf.littleEndian && table.type === SectionType.rela;
  }

  /** Applies the entries of `rows` from byte `from` on; gives where the first lies that is not plain, or the end. */
  apply(rows: Uint8Array, from: number): number {
    const aligned = rows.byteOffset % 4 === 0 ? rows : rows.slice();
    const words = new Uint32Array(aligned.buffer, aligned.byteOffset, aligned.length >> 2);
    const bytes = this.#bytes;
    const widths = this.#widths;
    const symbols = this.#symbols;
    let at = from;
    for (; at + ENTRY_BYTES <= rows.length; at += ENTRY_BYTES) {
      const word = at >> 2;
      const place = words[word];
      const type = words[word + 2];
      const symbol = words[word + 3];
      const width = type < TYPES ? widths[type] : 0;
      if (width === NOTHING) continue;
      if (width === 0 || words[word + 1] !== 0 || place + width > bytes.length || symbol >= symbols.length)
        break;
      const value = symbols[symbol] + (words[word + 5] | 0) * 2 ** 32 + words[word + 4];
      bytes[place] = value;
      bytes[place + 1] = value >> 8;
      bytes[place + 2] = value >> 16;
      bytes[place + 3] = value >> 24;
      if (width === 4) continue;
      const high = Math.floor(value / 2 ** 32);
      bytes[place + 4] = high;
      bytes[place + 5] = high >> 8;
      bytes[place + 6] = high >> 16;
      bytes[place + 7] = high >> 24;
    }
    return at;
  }
}
