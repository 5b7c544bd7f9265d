import type { Cursor } from "../dwarf/cursor.ts";

/** How `.eh_frame` writes addresses (LSB Core, "DWARF Exception Header Encoding"): a format and what it is relative to. */
export const Encoding = {
  absolute: 0x00,
  uleb: 0x01,
  u2: 0x02,
  u4: 0x03,
  u8: 0x04,
  sleb: 0x09,
  s2: 0x0a,
  s4: 0x0b,
  s8: 0x0c,
  formatMask: 0x0f,
  pcRelative: 0x10,
  textRelative: 0x20,
  dataRelative: 0x30,
  functionRelative: 0x40,
  aligned: 0x50,
  baseMask: 0x70,
  indirect: 0x80,
  omitted: 0xff,
} as const;

/** Addresses that encodings refer to. NaN: there is none, and what refers to it is not known. */
export interface EncodingBases {
  /** Of the section's first byte. */
  section: number;
  text: number;
  data: number;
}

const WORD_BYTES = 8;

/** Whether an encoding's length is known, so that what follows it can be found. */
export function isKnownEncoding(encoding: number): boolean {
  if (encoding === Encoding.omitted) return true;
  const format = encoding & Encoding.formatMask;
  return format <= Encoding.u8 || (format >= Encoding.sleb && format <= Encoding.s8);
}

/**
 * Reads an encoded address. NaN: it refers to something that is not known (what is indirect stands in memory only). Throws
 * `DwarfDamage` at the end of the bytes. The encoding must be a known one.
 */
export function readEncoded(
  cursor: Cursor,
  encoding: number,
  bases: EncodingBases,
  functionStart = Number.NaN,
): number {
  if (encoding === Encoding.omitted) return Number.NaN;
  const relation = encoding & Encoding.baseMask;
  if (relation === Encoding.aligned) {
    const address = bases.section + cursor.position;
    cursor.skip(Math.ceil(address / WORD_BYTES) * WORD_BYTES - address);
  }
  const place = bases.section + cursor.position;
  const value = readFormat(cursor, encoding & Encoding.formatMask);
  if ((encoding & Encoding.indirect) !== 0) return Number.NaN;
  switch (relation) {
    case Encoding.absolute:
    case Encoding.aligned:
      return value;
    case Encoding.pcRelative:
      return place + value;
    case Encoding.textRelative:
      return bases.text + value;
    case Encoding.dataRelative:
      return bases.data + value;
    case Encoding.functionRelative:
      return functionStart + value;
    default:
      return Number.NaN;
  }
}

function readFormat(cursor: Cursor, format: number): number {
  switch (format) {
    case Encoding.uleb:
      return cursor.uleb();
    case Encoding.u2:
      return cursor.u16();
    case Encoding.u4:
      return cursor.u32();
    case Encoding.sleb:
      return cursor.sleb();
    case Encoding.s2:
      return (cursor.u16() << 16) >> 16;
    case Encoding.s4:
      return cursor.i32();
    case Encoding.absolute:
    case Encoding.u8:
    case Encoding.s8:
      return cursor.address(WORD_BYTES);
    default:
      return Number.NaN;
  }
}
