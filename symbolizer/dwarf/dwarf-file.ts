import { type AbbreviationTable, compileAbbreviations } from "./abbreviations.ts";
import type { Context } from "./context.ts";
import { Cursor } from "./cursor.ts";
import { DwarfDamage } from "./damage.ts";
import type { DwarfSections } from "./dwarf-sections.ts";
import { sizesKey, type UnitSizes } from "./forms.ts";
import { SectionReader } from "./section-reader.ts";
import { UnitStarts } from "./unit-starts.ts";

/** Enough for the units around one; a table takes some kilobytes. */
const MAX_TABLES = 64;
/** Most tables are smaller; one that ends beyond is read again, larger. */
const FIRST_TABLE_BYTES = 16 * 1024;

/** One file's debug sections: readers that are opened when first asked for, abbreviations, the list of units. */
export class DwarfFile {
  readonly context: Context;
  readonly littleEndian: boolean;
  /** Whether code may lie at address 0. */
  readonly relocatable: boolean;
  /** ".dwo" in files of split units. */
  readonly suffix: string;
  readonly #sections: DwarfSections;
  readonly #alternate: () => DwarfFile | undefined;
  readonly #readers = new Map<string, SectionReader>();
  readonly #tables = new Map<number, AbbreviationTable>();
  #starts: UnitStarts | undefined;

  constructor(
    sections: DwarfSections,
    context: Context,
    options: { suffix?: string; alternate?: () => DwarfFile | undefined } = {},
  ) {
    this.#sections = sections;
    this.context = context;
    this.littleEndian = sections.littleEndian;
    this.relocatable = sections.relocatable;
    this.suffix = options.suffix ?? "";
    this.#alternate = options.alternate ?? (() => undefined);
  }

  /** The section `name` with this file's suffix. An absent one is empty; one that can't be read is a problem too. */
  section(name: string): SectionReader {
    const known = this.#readers.get(name);
    if (known !== undefined) return known;
    const full = name + this.suffix;
    const opened = this.#sections.section(full);
    if (opened.found === undefined && !opened.absent) {
      this.context.note(`has a section ${full} that can't be read: ${opened.missing}`);
    }
    const reader = new SectionReader(opened.found);
    this.#readers.set(name, reader);
    this.context.addBytes(reader.size);
    return reader;
  }

  /** dwz's common file, asked for when a reference leads there; undefined: it is not to be had. */
  get alternate(): DwarfFile | undefined {
    return this.#alternate();
  }

  get info(): SectionReader {
    return this.section(".debug_info");
  }

  /** The list of units, made when first asked for. */
  get starts(): UnitStarts {
    this.#starts ??= new UnitStarts(this);
    return this.#starts;
  }

  cursor(bytes: Uint8Array): Cursor {
    return new Cursor(bytes, this.littleEndian);
  }

  /** `length` bytes of a section as a cursor, fewer where it ends first. */
  cursorAt(name: string, offset: number, length: number): Cursor {
    return new Cursor(this.section(name).read(offset, length), this.littleEndian);
  }

  /** The whole table at `offset`. Throws `DwarfDamage`. */
  abbreviations(offset: number, sizes: UnitSizes): AbbreviationTable {
    const key = offset * 32 + sizesKey(sizes);
    const known = this.#tables.get(key);
    if (known !== undefined) return known;
    const table = this.#compile(offset, sizes, Number.POSITIVE_INFINITY);
    this.#tables.set(key, table);
    if (this.#tables.size > MAX_TABLES) {
      for (const oldest of this.#tables.keys()) {
        this.#tables.delete(oldest);
        break;
      }
    }
    return table;
  }

  /** The table at `offset` as far as the abbreviation `code`. Throws `DwarfDamage`. */
  abbreviationsUpTo(code: number, offset: number, sizes: UnitSizes): AbbreviationTable {
    return this.#compile(offset, sizes, code);
  }

  #compile(offset: number, sizes: UnitSizes, last: number): AbbreviationTable {
    const section = this.section(".debug_abbrev");
    for (let length = FIRST_TABLE_BYTES; ; length *= 8) {
      const cursor = this.cursor(section.read(offset, length));
      const isAll = cursor.end < length || offset + length >= section.size;
      try {
        return compileAbbreviations(cursor, sizes, last);
      } catch (error) {
        if (!(error instanceof DwarfDamage) || isAll) throw error;
      } finally {
        this.context.budget.spend(Math.max(cursor.position, 64));
      }
    }
  }
}
