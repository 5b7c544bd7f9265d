import {
  type AbbreviationTable,
  ROW_FIXED,
  ROW_SIBLING_AT,
  ROW_SPECS,
  ROW_SPECS_END,
  ROW_WIDTH,
  SPEC_WIDTH,
} from "./abbreviations.ts";
import { SLOT_COUNT, Slot } from "./attributes.ts";
import type { Cursor } from "./cursor.ts";
import * as dw from "./dwarf-constants.ts";
import { directForm, FORM_RUN, readForm, skipForm, type UnitSizes } from "./forms.ts";

/**
 * The wanted attributes of one entry (DIE): for each slot its form, 0 where the entry lacks it, and its value as
 * `readForm` gives it. One object is filled again and again.
 */
export class Entry {
  readonly form = new Int32Array(SLOT_COUNT);
  readonly value = new Float64Array(SLOT_COUNT);

  /** Reads the attributes of an entry with abbreviation `row`; the cursor stands behind the code. */
  read(cursor: Cursor, table: AbbreviationTable, row: number, sizes: UnitSizes, unitOffset: number): void {
    const { form: forms, value: values } = this;
    forms.fill(0);
    const { rows, specs } = table;
    const end = rows[row * ROW_WIDTH + ROW_SPECS_END];
    for (let at = rows[row * ROW_WIDTH + ROW_SPECS]; at < end; at += SPEC_WIDTH) {
      const slot = specs[at];
      let form = specs[at + 1];
      if (slot === Slot.unwanted) {
        if (form === FORM_RUN) cursor.advance(specs[at + 2]);
        else skipForm(cursor, form, 0, sizes);
        continue;
      }
      if (form === dw.DW_FORM_indirect) form = directForm(cursor);
      const start = cursor.position;
      let value: number;
      // The commonest before the rest: see `compileAbbreviations` on calls.
      if (form === dw.DW_FORM_data1 && start < cursor.end) {
        value = cursor.bytes[start];
        cursor.position = start + 1;
      } else if (form === dw.DW_FORM_implicit_const) value = specs[at + 2];
      else if (form === dw.DW_FORM_ref4) value = unitOffset + cursor.u32();
      else if (form === dw.DW_FORM_strp && sizes.offsetSize === 4) value = cursor.u32();
      else value = readForm(cursor, form, specs[at + 2], sizes, unitOffset);
      // DWARF 4 writers may give both linkage attributes; the first counts.
      if (forms[slot] !== 0) continue;
      forms[slot] = form;
      // An id has 64 bits, which a number does not hold: its place instead.
      values[slot] = slot === Slot.splitId ? start : value;
    }
  }

  has(slot: number): boolean {
    return this.form[slot] !== 0;
  }

  /** The value of a constant, `otherwise` where the entry lacks it. */
  number(slot: number, otherwise = 0): number {
    return this.form[slot] === 0 ? otherwise : this.value[slot];
  }
}

/** Moves over the attributes of an entry with abbreviation `row`; gives its DW_AT_sibling, 0 where it has none. */
export function skipEntry(
  cursor: Cursor,
  table: AbbreviationTable,
  row: number,
  sizes: UnitSizes,
  unitOffset: number,
): number {
  const { rows, specs } = table;
  const first = row * ROW_WIDTH;
  const fixed = rows[first + ROW_FIXED];
  if (fixed >= 0) {
    const start = cursor.advance(fixed);
    const siblingAt = rows[first + ROW_SIBLING_AT];
    if (siblingAt < 0) return 0;
    cursor.position = start + siblingAt;
    const sibling = unitOffset + cursor.u32();
    cursor.position = start + fixed;
    return sibling;
  }
  const end = rows[first + ROW_SPECS_END];
  let sibling = 0;
  for (let at = rows[first + ROW_SPECS]; at < end; at += SPEC_WIDTH) {
    const form = specs[at + 1];
    if (specs[at] !== Slot.sibling) skipForm(cursor, form, specs[at + 2], sizes);
    else if (form === dw.DW_FORM_indirect) skipForm(cursor, form, 0, sizes);
    else sibling = readForm(cursor, form, specs[at + 2], sizes, unitOffset);
  }
  return sibling;
}
