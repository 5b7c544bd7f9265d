import type { Cursor } from "./cursor.ts";
import { DwarfDamage } from "./damage.ts";
import * as dw from "./dwarf-constants.ts";

/** What the sizes of attribute values depend on: the header of their unit. */
export interface UnitSizes {
  version: number;
  /** Bytes of an offset: 4 in the 32-bit format, 8 in the 64-bit one. */
  offsetSize: number;
  /** Bytes of an address: 1, 2, 4 or 8. */
  addressSize: number;
}

/** A form of our own in compiled abbreviations: a run of values that nobody wants, as many bytes as the row's third says. */
export const FORM_RUN = -1;

/** Bytes of a value of `form`; -1 where that depends on the value (section 7.5.6). */
export function fixedSize(form: number, sizes: UnitSizes): number {
  switch (form) {
    case dw.DW_FORM_flag_present:
    case dw.DW_FORM_implicit_const:
      return 0;
    case dw.DW_FORM_data1:
    case dw.DW_FORM_flag:
    case dw.DW_FORM_ref1:
    case dw.DW_FORM_strx1:
    case dw.DW_FORM_addrx1:
      return 1;
    case dw.DW_FORM_data2:
    case dw.DW_FORM_ref2:
    case dw.DW_FORM_strx2:
    case dw.DW_FORM_addrx2:
      return 2;
    case dw.DW_FORM_strx3:
    case dw.DW_FORM_addrx3:
      return 3;
    case dw.DW_FORM_data4:
    case dw.DW_FORM_ref4:
    case dw.DW_FORM_ref_sup4:
    case dw.DW_FORM_strx4:
    case dw.DW_FORM_addrx4:
      return 4;
    case dw.DW_FORM_data8:
    case dw.DW_FORM_ref8:
    case dw.DW_FORM_ref_sig8:
    case dw.DW_FORM_ref_sup8:
      return 8;
    case dw.DW_FORM_data16:
      return 16;
    case dw.DW_FORM_addr:
      return sizes.addressSize;
    case dw.DW_FORM_ref_addr:
      // DWARF 2 gave references to other units the size of an address.
      return sizes.version <= 2 ? sizes.addressSize : sizes.offsetSize;
    case dw.DW_FORM_strp:
    case dw.DW_FORM_sec_offset:
    case dw.DW_FORM_strp_sup:
    case dw.DW_FORM_line_strp:
    case dw.DW_FORM_GNU_ref_alt:
    case dw.DW_FORM_GNU_strp_alt:
      return sizes.offsetSize;
    default:
      return -1;
  }
}

/** Forms of the standard are below this. */
const STANDARD_FORMS = 0x30;
let lastSizes = new Int8Array(0);
let lastKey = -1;

/** What of a unit's sizes the sizes of forms depend on, as a number below 32. */
export function sizesKey({ version, offsetSize, addressSize }: UnitSizes): number {
  return (version <= 2 ? 16 : 0) + (offsetSize === 8 ? 8 : 0) + (31 - Math.clz32(addressSize));
}

/** `fixedSize` of all standard forms, as a column. */
export function fixedSizes(sizes: UnitSizes): Int8Array {
  const key = sizesKey(sizes);
  if (key !== lastKey) {
    lastSizes = Int8Array.from({ length: STANDARD_FORMS }, (_, form) => fixedSize(form, sizes));
    lastKey = key;
  }
  return lastSizes;
}

/** Moves over a value. `run`: the length of a `FORM_RUN`. */
export function skipForm(cursor: Cursor, form: number, run: number, sizes: UnitSizes): void {
  switch (form) {
    case FORM_RUN:
      cursor.skip(run);
      return;
    case dw.DW_FORM_string:
      cursor.skipString();
      return;
    case dw.DW_FORM_exprloc:
    case dw.DW_FORM_block:
      cursor.skip(cursor.uleb());
      return;
    case dw.DW_FORM_block1:
      cursor.skip(cursor.u8());
      return;
    case dw.DW_FORM_block2:
      cursor.skip(cursor.u16());
      return;
    case dw.DW_FORM_block4:
      cursor.skip(cursor.u32());
      return;
    case dw.DW_FORM_udata:
    case dw.DW_FORM_sdata:
    case dw.DW_FORM_ref_udata:
    case dw.DW_FORM_strx:
    case dw.DW_FORM_addrx:
    case dw.DW_FORM_loclistx:
    case dw.DW_FORM_rnglistx:
    case dw.DW_FORM_GNU_addr_index:
    case dw.DW_FORM_GNU_str_index:
      cursor.skipLeb();
      return;
    case dw.DW_FORM_indirect:
      skipForm(cursor, directForm(cursor), 0, sizes);
      return;
    default: {
      const size = fixedSize(form, sizes);
      if (size < 0) throw new DwarfDamage(`the unknown form 0x${form.toString(16)}`);
      cursor.skip(size);
    }
  }
}

/** The form that DW_FORM_indirect names; it may not be indirect again, nor have its value in the abbreviation. */
export function directForm(cursor: Cursor): number {
  const form = cursor.uleb();
  if (form === dw.DW_FORM_indirect || form === dw.DW_FORM_implicit_const) {
    throw new DwarfDamage("an indirect form that is indirect again");
  }
  return form;
}

/**
 * Reads a value as a number: constants, offsets and indices as they are, addresses signed as profiles keep them,
 * references as offsets of the section (those within a unit made absolute by `unitOffset`), and of strings and blocks
 * that stand in the entry, the place in the cursor's bytes.
 */
export function readForm(
  cursor: Cursor,
  form: number,
  implicit: number,
  sizes: UnitSizes,
  unitOffset: number,
): number {
  switch (form) {
    case dw.DW_FORM_implicit_const:
      return implicit;
    case dw.DW_FORM_flag_present:
      return 1;
    case dw.DW_FORM_data1:
    case dw.DW_FORM_flag:
    case dw.DW_FORM_strx1:
    case dw.DW_FORM_addrx1:
      return cursor.u8();
    case dw.DW_FORM_data2:
    case dw.DW_FORM_strx2:
    case dw.DW_FORM_addrx2:
      return cursor.u16();
    case dw.DW_FORM_strx3:
    case dw.DW_FORM_addrx3:
      return cursor.u24();
    case dw.DW_FORM_data4:
    case dw.DW_FORM_strx4:
    case dw.DW_FORM_addrx4:
    case dw.DW_FORM_ref_sup4:
      return cursor.u32();
    case dw.DW_FORM_data8:
    case dw.DW_FORM_ref_sup8:
    case dw.DW_FORM_ref_sig8:
      return cursor.u64();
    case dw.DW_FORM_ref1:
      return unitOffset + cursor.u8();
    case dw.DW_FORM_ref2:
      return unitOffset + cursor.u16();
    case dw.DW_FORM_ref4:
      return unitOffset + cursor.u32();
    case dw.DW_FORM_ref8:
      return unitOffset + cursor.u64();
    case dw.DW_FORM_ref_udata:
      return unitOffset + cursor.uleb();
    case dw.DW_FORM_addr:
      return cursor.address(sizes.addressSize);
    case dw.DW_FORM_sdata:
      return cursor.sleb();
    case dw.DW_FORM_udata:
    case dw.DW_FORM_strx:
    case dw.DW_FORM_addrx:
    case dw.DW_FORM_loclistx:
    case dw.DW_FORM_rnglistx:
    case dw.DW_FORM_GNU_addr_index:
    case dw.DW_FORM_GNU_str_index:
      return cursor.uleb();
    default: {
      const size = fixedSize(form, sizes);
      if (size === 4 || size === 8 || size === 2 || size === 1) return cursor.unsigned(size);
      const at = cursor.position;
      skipForm(cursor, form, 0, sizes);
      return at;
    }
  }
}

/** Whether a value is an index into `.debug_addr`. */
export function isAddressIndex(form: number): boolean {
  return (
    form === dw.DW_FORM_addrx ||
    (form >= dw.DW_FORM_addrx1 && form <= dw.DW_FORM_addrx4) ||
    form === dw.DW_FORM_GNU_addr_index
  );
}

/** Whether a value is an address by its form: DW_AT_high_pc is a length where it isn't (since version 4). */
export function isAddress(form: number): boolean {
  return form === dw.DW_FORM_addr || isAddressIndex(form);
}

/** Whether a value is an index into `.debug_str_offsets`. */
export function isStringIndex(form: number): boolean {
  return (
    form === dw.DW_FORM_strx ||
    (form >= dw.DW_FORM_strx1 && form <= dw.DW_FORM_strx4) ||
    form === dw.DW_FORM_GNU_str_index
  );
}

/** Whether a reference leads into the supplementary file (dwz's common one). */
export function isAlternateReference(form: number): boolean {
  return form === dw.DW_FORM_GNU_ref_alt || form === dw.DW_FORM_ref_sup4 || form === dw.DW_FORM_ref_sup8;
}
