import { type AbbreviationTable, HAS_CHILDREN, ROW_KIND, ROW_TAG, ROW_WIDTH } from "./abbreviations.ts";
import { Slot } from "./attributes.ts";
import { Cursor } from "./cursor.ts";
import { DwarfDamage } from "./damage.ts";
import type { DwarfFile } from "./dwarf-file.ts";
import { Entry } from "./entry.ts";
import { isAddressIndex, type UnitSizes } from "./forms.ts";
import { readId, type UnitHeader } from "./unit-header.ts";
import { unitString } from "./unit-string.ts";

/** Root entries are some dozens of bytes, unless a producer's command line stands in them. */
const ROOT_BYTES = 512;
/** Where roots are read that nobody asked to keep. */
const sharedRoot = new Entry();

/** A unit with what its root entry tells. Positions of its cursor count from the unit's first byte. */
export class Unit implements UnitSizes {
  readonly file: DwarfFile;
  readonly offset: number;
  readonly end: number;
  readonly version: number;
  readonly offsetSize: number;
  readonly addressSize: number;
  readonly type: number;
  /** Of a split unit, the unit in the program's file whose body it is. */
  readonly skeleton: Unit | undefined;
  /** Where, from the unit's first byte, the root's children begin. */
  readonly children: number;
  readonly hasChildren: boolean;
  readonly tag: number;
  readonly language: number;
  /** Offset of the line table, -1 without one. */
  readonly statementList: number;
  readonly compilationFolder: string;
  /** DW_AT_dwo_name, "" for units that are whole. */
  readonly splitName: string;
  /** DWO id, 16 hex digits or "". */
  readonly id: string;
  /** What range lists are relative to. */
  readonly baseAddress: number;
  readonly stringOffsetsBase: number;
  readonly addressBase: number;
  readonly rangeListsBase: number;
  readonly gnuRangesBase: number;
  readonly #abbreviations: number;
  #table: AbbreviationTable | undefined;
  #bytes: Uint8Array | undefined;

  /** Reads the root entry. Throws `DwarfDamage`. */
  constructor(file: DwarfFile, header: UnitHeader, options: UnitOptions = {}) {
    const { bases = NO_BASES, skeleton } = options;
    this.file = file;
    this.offset = header.offset;
    this.end = header.end;
    this.version = header.version;
    this.offsetSize = header.offsetSize;
    this.addressSize = header.addressSize;
    this.type = header.type;
    this.skeleton = skeleton;
    this.#abbreviations = header.abbreviations + bases.abbreviations;
    if (!options.rootOnly) this.#table = file.abbreviations(this.#abbreviations, this);

    const root = options.root ?? sharedRoot;
    const { cursor, table, row } = this.#readRoot(header, root);
    this.children = header.root - header.offset + cursor.position;
    this.hasChildren = (table.rows[row * ROW_WIDTH + ROW_KIND] & HAS_CHILDREN) !== 0;
    this.tag = table.rows[row * ROW_WIDTH + ROW_TAG];

    // In split units, parts have no base of their own: their data begin behind their section's (or part's) header.
    const split = skeleton !== undefined;
    const wide = header.offsetSize === 8;
    const lead = header.version >= 5 ? (wide ? 16 : 8) : 0;
    this.stringOffsetsBase = root.number(Slot.stringOffsetsBase, lead) + bases.stringOffsets;
    this.addressBase = root.number(Slot.addressBase, skeleton?.addressBase ?? lead);
    this.rangeListsBase = root.number(Slot.rangeListsBase, wide ? 20 : 12) + bases.rangeLists;
    this.gnuRangesBase = root.number(Slot.gnuRangesBase, 0);
    this.language = root.number(Slot.language);
    this.statementList = root.number(Slot.statementList, -1);
    this.compilationFolder = this.string(root, Slot.compilationFolder, cursor);
    this.splitName = split ? "" : this.string(root, Slot.splitName, cursor);
    this.id = header.id;
    if (this.id === "" && root.has(Slot.splitId)) {
      this.id = readId(new Cursor(cursor.bytes, file.littleEndian, root.value[Slot.splitId]));
    }
    this.baseAddress = root.has(Slot.lowPc)
      ? this.address(root, Slot.lowPc)
      : root.has(Slot.entryPc)
        ? this.address(root, Slot.entryPc)
        : (skeleton?.baseAddress ?? 0);
  }

  #readRoot(header: UnitHeader, root: Entry): { cursor: Cursor; table: AbbreviationTable; row: number } {
    const { file } = this;
    const most = header.end - header.root;
    for (let length = ROOT_BYTES; ; length *= 64) {
      const cursor = file.cursor(file.info.peek(header.root, Math.min(length, most)));
      try {
        const code = cursor.uleb();
        const table = this.#table ?? file.abbreviationsUpTo(code, this.#abbreviations, this);
        const row = code < table.dense ? code : table.row(code);
        if (row === 0 || table.rows[row * ROW_WIDTH + ROW_KIND] === 0)
          throw new DwarfDamage("a root without abbreviation");
        root.read(cursor, table, row, this, this.offset);
        return { cursor, table, row };
      } catch (error) {
        if (length >= most) throw error;
      }
    }
  }

  /** The unit's abbreviations, all of them. Throws `DwarfDamage`. */
  get table(): AbbreviationTable {
    this.#table ??= this.file.abbreviations(this.#abbreviations, this);
    return this.#table;
  }

  /** The unit's bytes, from its header on; kept until `release`. */
  get bytes(): Uint8Array {
    this.#bytes ??= this.file.info.read(this.offset, this.end - this.offset);
    return this.#bytes;
  }

  release(): void {
    this.#bytes = undefined;
    this.#table = undefined;
  }

  holds(offset: number): boolean {
    return offset >= this.offset && offset < this.end;
  }

  /**
   * Reads the entry at `offset` of the section, of which `entry` then holds the attributes; gives the cursor that read
   * it, for its strings. Throws `DwarfDamage`.
   */
  readEntry(offset: number, entry: Entry): Cursor {
    if (this.#bytes !== undefined) {
      return this.#read(new Cursor(this.#bytes, this.file.littleEndian, offset - this.offset), entry);
    }
    const most = this.end - offset;
    for (let length = ROOT_BYTES; ; length *= 64) {
      const cursor = this.file.cursor(this.file.info.peek(offset, Math.min(length, most)));
      try {
        return this.#read(cursor, entry);
      } catch (error) {
        if (length >= most) throw error;
      }
    }
  }

  #read(cursor: Cursor, entry: Entry): Cursor {
    const { table } = this;
    const code = cursor.uleb();
    const row = code < table.dense ? code : table.row(code);
    if (row === 0 || table.rows[row * ROW_WIDTH + ROW_KIND] === 0)
      throw new DwarfDamage("an entry without abbreviation");
    entry.read(cursor, table, row, this, this.offset);
    return cursor;
  }

  /** The address that an attribute tells, through `.debug_addr` where it is an index; NaN where there is none. */
  address(entry: Entry, slot: number): number {
    const value = entry.value[slot];
    return isAddressIndex(entry.form[slot]) ? this.indexedAddress(value) : value;
  }

  /** An address of `.debug_addr`, which split units have in the program's file; NaN: there is none. */
  indexedAddress(index: number): number {
    const { file, addressBase, addressSize } = this.skeleton ?? this;
    const cursor = file.cursorAt(".debug_addr", addressBase + index * addressSize, addressSize);
    return cursor.end < addressSize ? Number.NaN : cursor.address(addressSize);
  }

  /** The text of an attribute, "" where there is none. `cursor` is the one that read the entry. */
  string(entry: Entry, slot: number, cursor: Cursor): string {
    return unitString(this, entry.form[slot], entry.value[slot], cursor);
  }
}

export interface UnitOptions {
  /** Where a package (.dwp) puts this unit's parts. */
  bases?: SectionBases | undefined;
  /** Of split units: whom they belong to. */
  skeleton?: Unit | undefined;
  /** Takes the root's attributes. */
  root?: Entry;
  /** Don't compile abbreviations that the root entry does not need. */
  rootOnly?: boolean;
}

/** Where a package puts the parts of one unit; 0 in other files. */
export interface SectionBases {
  abbreviations: number;
  stringOffsets: number;
  rangeLists: number;
}

const NO_BASES: SectionBases = { abbreviations: 0, stringOffsets: 0, rangeLists: 0 };
