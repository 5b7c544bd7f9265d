import type { Cursor } from "./cursor.ts";
import { DwarfDamage } from "./damage.ts";
import * as dw from "./dwarf-constants.ts";
import type { UnitSizes } from "./forms.ts";

/** The largest header: 64-bit format of a type unit in version 5. */
export const MAX_UNIT_HEADER_BYTES = 40;

/** The header of a unit (section 7.5.1). Offsets are of the section. */
export interface UnitHeader extends UnitSizes {
  offset: number;
  /** Behind the unit's last byte. */
  end: number;
  /** DW_UT_…; in versions before 5, the compile unit's even for partial units, which only the root's tag tells. */
  type: number;
  abbreviations: number;
  /** Where the root entry begins. */
  root: number;
  /** DWO id of skeleton and split units of version 5: 16 hex digits, else "". */
  id: string;
}

/** The length at the beginning of every unit, table and set: 4 bytes, or an escape and 8 (section 7.4). */
export function readInitialLength(cursor: Cursor): { length: number; offsetSize: number } {
  const short = cursor.u32();
  if (short < 0xfffffff0) return { length: short, offsetSize: 4 };
  if (short !== 0xffffffff) throw new DwarfDamage(`the reserved length 0x${short.toString(16)}`);
  return { length: cursor.u64(), offsetSize: 8 };
}

/**
 * Reads the header of the unit at `offset` of a section of `size` bytes; the cursor stands at its first byte. `types`:
 * the section is `.debug_types`. Throws `DwarfDamage`.
 */
export function readUnitHeader(cursor: Cursor, offset: number, size: number, types: boolean): UnitHeader {
  const start = cursor.position;
  const { length, offsetSize } = readInitialLength(cursor);
  const end = offset + (cursor.position - start) + length;
  if (end > size) throw new DwarfDamage("a unit that is longer than its section");
  const version = cursor.u16();
  if (version < 2 || version > 5) throw new DwarfDamage(`a unit of version ${version}`);
  let type: number = types ? dw.DW_UT_type : dw.DW_UT_compile;
  let addressSize = 0;
  if (version === 5) {
    type = cursor.u8();
    addressSize = cursor.u8();
  }
  const abbreviations = cursor.unsigned(offsetSize);
  if (version < 5) addressSize = cursor.u8();
  if (addressSize !== 8 && addressSize !== 4 && addressSize !== 2 && addressSize !== 1) {
    throw new DwarfDamage(`addresses of ${addressSize} bytes`);
  }
  let id = "";
  if (version === 5 && (type === dw.DW_UT_skeleton || type === dw.DW_UT_split_compile)) id = readId(cursor);
  if (type === dw.DW_UT_type || type === dw.DW_UT_split_type) cursor.skip(8 + offsetSize);
  const root = offset + (cursor.position - start);
  if (root > end) throw new DwarfDamage("a unit that ends inside its header");
  return { offset, end, version, offsetSize, addressSize, type, abbreviations, root, id };
}

/** A 64-bit id, which a number would not hold, as 16 hex digits. */
export function readId(cursor: Cursor): string {
  const first = hex32(cursor.u32());
  const second = hex32(cursor.u32());
  return cursor.littleEndian ? second + first : first + second;
}

function hex32(value: number): string {
  return value.toString(16).padStart(8, "0");
}
