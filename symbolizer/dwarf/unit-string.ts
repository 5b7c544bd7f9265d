import { decodeName } from "../symbol-text.ts";
import type { Cursor } from "./cursor.ts";
import * as dw from "./dwarf-constants.ts";
import { isStringIndex } from "./forms.ts";
import type { Unit } from "./unit.ts";

/** The text of a value of a string's form; "" for other forms. `cursor`: what read the value. */
export function unitString(unit: Unit, form: number, value: number, cursor: Cursor): string {
  const { file } = unit;
  switch (form) {
    case 0:
      return "";
    case dw.DW_FORM_strp:
      return file.section(".debug_str").text(value);
    case dw.DW_FORM_line_strp:
      return file.section(".debug_line_str").text(value);
    case dw.DW_FORM_string: {
      const { bytes } = cursor;
      const nul = bytes.indexOf(0, value);
      return decodeName(bytes.subarray(value, nul < 0 ? cursor.end : nul));
    }
    case dw.DW_FORM_GNU_strp_alt:
    case dw.DW_FORM_strp_sup:
      return file.alternate?.section(".debug_str").text(value) ?? "";
    default:
      return isStringIndex(form) ? indexedString(unit, value) : "";
  }
}

function indexedString(unit: Unit, index: number): string {
  const { file, stringOffsetsBase, offsetSize } = unit;
  const cursor = file.cursorAt(".debug_str_offsets", stringOffsetsBase + index * offsetSize, offsetSize);
  return cursor.end < offsetSize ? "" : file.section(".debug_str").text(cursor.unsigned(offsetSize));
}
