import { Slot } from "./attributes.ts";
import type { Cursor } from "./cursor.ts";
import { DwarfDamage } from "./damage.ts";
import * as dw from "./dwarf-constants.ts";
import type { DwarfFile } from "./dwarf-file.ts";
import type { Entry } from "./entry.ts";
import { isAddress } from "./forms.ts";
import type { Unit } from "./unit.ts";

/** Lists of more bytes are read again, larger. */
const FIRST_LIST_BYTES = 1024;

/** Address ranges [low, high) as columns, used again for entry after entry. */
export class Ranges {
  count = 0;
  low = new Float64Array(16);
  high = new Float64Array(16);
  /** All lengths together. */
  size = 0;
  readonly #file: DwarfFile;

  constructor(file: DwarfFile) {
    this.#file = file;
  }

  clear(): void {
    this.count = 0;
    this.size = 0;
  }

  /** Takes a range in, unless it is empty or nonsense, or its code was discarded when the program was linked. */
  add(low: number, high: number): void {
    if (!(high > low) || isDiscarded(low, this.#file)) return;
    if (this.count === this.low.length) {
      const [oldLow, oldHigh] = [this.low, this.high];
      this.low = new Float64Array(this.count * 2);
      this.high = new Float64Array(this.count * 2);
      this.low.set(oldLow);
      this.high.set(oldHigh);
    }
    this.low[this.count] = low;
    this.high[this.count] = high;
    this.size += high - low;
    this.count++;
  }
}

/**
 * Whether an address stands for code that the linker dropped: GNU ld and gold leave 0, LLD -1 and, where that has a
 * meaning, -2 (of 32 or 64 bits; 64-bit ones are signed here). In relocatable files 0 is where sections begin.
 */
export function isDiscarded(address: number, file: DwarfFile): boolean {
  return (
    (address === 0 && !file.relocatable) ||
    address === -1 ||
    address === -2 ||
    address === 0xffffffff ||
    address === 0xfffffffe
  );
}

/** Fills `ranges` with what the entry covers, by DW_AT_ranges or DW_AT_low_pc/high_pc. Throws `DwarfDamage`. */
export function readRanges(unit: Unit, entry: Entry, ranges: Ranges): void {
  ranges.clear();
  if (entry.form[Slot.ranges] !== 0) {
    readList(unit, entry, ranges);
  } else if (entry.form[Slot.lowPc] !== 0 && entry.form[Slot.highPc] !== 0) {
    const low = unit.address(entry, Slot.lowPc);
    const high = isAddress(entry.form[Slot.highPc])
      ? unit.address(entry, Slot.highPc)
      : low + entry.value[Slot.highPc];
    ranges.add(low, high);
  }
}

function readList(unit: Unit, entry: Entry, ranges: Ranges): void {
  const isNew = unit.version >= 5;
  const value = entry.value[Slot.ranges];
  // DWARF 5 keeps the lists of split units beside them; GNU's fission left those in the program's file.
  const owner = isNew ? unit : (unit.skeleton ?? unit);
  const name = isNew ? ".debug_rnglists" : ".debug_ranges";
  const section = owner.file.section(name);
  let offset = value;
  if (entry.form[Slot.ranges] === dw.DW_FORM_rnglistx) offset = indexedList(unit, value);
  else if (!isNew && unit.skeleton !== undefined) offset += unit.skeleton.gnuRangesBase;
  for (let length = FIRST_LIST_BYTES; ; length *= 16) {
    const cursor = owner.file.cursor(section.read(offset, length));
    const isAll = cursor.end < length || offset + length >= section.size;
    ranges.clear();
    try {
      if (isNew) readRangeList(unit, cursor, ranges);
      else readOldRangeList(unit, cursor, ranges);
      return;
    } catch (error) {
      if (!(error instanceof DwarfDamage) || isAll) throw error;
    } finally {
      unit.file.context.budget.spend(cursor.position);
    }
  }
}

function indexedList(unit: Unit, index: number): number {
  const { file, offsetSize, rangeListsBase } = unit;
  const cursor = file.cursorAt(".debug_rnglists", rangeListsBase + index * offsetSize, offsetSize);
  return rangeListsBase + cursor.unsigned(offsetSize);
}

/** `.debug_ranges` of versions 2 to 4: pairs of offsets from a base that an escape sets, ended by zeros. */
function readOldRangeList(unit: Unit, cursor: Cursor, ranges: Ranges): void {
  const { addressSize } = unit;
  const baseMark = addressSize === 8 ? -1 : 2 ** (8 * addressSize) - 1;
  let base = unit.baseAddress;
  for (;;) {
    const low = cursor.address(addressSize);
    const high = cursor.address(addressSize);
    if (low === baseMark) base = high;
    else if (low === 0 && high === 0) return;
    else ranges.add(base + low, base + high);
  }
}

/** `.debug_rnglists` of version 5 (section 7.25). */
function readRangeList(unit: Unit, cursor: Cursor, ranges: Ranges): void {
  const { addressSize } = unit;
  let base = unit.baseAddress;
  for (;;) {
    const kind = cursor.u8();
    switch (kind) {
      case dw.DW_RLE_end_of_list:
        return;
      case dw.DW_RLE_base_addressx:
        base = unit.indexedAddress(cursor.uleb());
        break;
      case dw.DW_RLE_startx_endx: {
        const low = unit.indexedAddress(cursor.uleb());
        ranges.add(low, unit.indexedAddress(cursor.uleb()));
        break;
      }
      case dw.DW_RLE_startx_length: {
        const low = unit.indexedAddress(cursor.uleb());
        ranges.add(low, low + cursor.uleb());
        break;
      }
      case dw.DW_RLE_offset_pair: {
        const low = cursor.uleb();
        const high = cursor.uleb();
        if (!isDiscardedBase(base)) ranges.add(base + low, base + high);
        break;
      }
      case dw.DW_RLE_base_address:
        base = cursor.address(addressSize);
        break;
      case dw.DW_RLE_start_end: {
        const low = cursor.address(addressSize);
        ranges.add(low, cursor.address(addressSize));
        break;
      }
      case dw.DW_RLE_start_length: {
        const low = cursor.address(addressSize);
        ranges.add(low, low + cursor.uleb());
        break;
      }
      default:
        throw new DwarfDamage(`the unknown range list entry ${kind}`);
    }
  }
}

/** A base of -1 or -2 marks dropped code; one of 0 is that of units whose code lies in several sections. */
function isDiscardedBase(base: number): boolean {
  return base === -1 || base === -2;
}
