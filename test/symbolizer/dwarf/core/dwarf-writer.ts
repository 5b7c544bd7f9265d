import { memorySource } from "../../../../symbolizer/byte-source.ts";
import * as dw from "../../../../symbolizer/dwarf/dwarf-constants.ts";
import type { DwarfSections } from "../../../../symbolizer/dwarf/dwarf-sections.ts";
import { found, missing } from "../../../../symbolizer/found.ts";

/** How the bytes of a test's DWARF are laid out. */
export interface Style {
  version: number;
  /** 4 or 8: the 32- or the 64-bit format. */
  offsetSize: number;
  addressSize: number;
  littleEndian: boolean;
}

export const PLAIN: Style = { version: 4, offsetSize: 4, addressSize: 8, littleEndian: true };

/** Bytes that are written one after another. */
export class Writer {
  readonly bytes: number[] = [];
  readonly style: Style;

  constructor(style: Style = PLAIN) {
    this.style = style;
  }

  get size(): number {
    return this.bytes.length;
  }

  u8(...values: number[]): this {
    for (const value of values) this.bytes.push(value & 0xff);
    return this;
  }

  /** An integer of `size` bytes in the style's byte order; negative ones as two's complement. */
  int(value: number, size: number): this {
    const big = BigInt.asUintN(size * 8, BigInt(value));
    for (let i = 0; i < size; i++) {
      const shift = BigInt(8 * (this.style.littleEndian ? i : size - 1 - i));
      this.u8(Number((big >> shift) & 0xffn));
    }
    return this;
  }

  u16(value: number): this {
    return this.int(value, 2);
  }

  u32(value: number): this {
    return this.int(value, 4);
  }

  offset(value: number): this {
    return this.int(value, this.style.offsetSize);
  }

  address(value: number): this {
    return this.int(value, this.style.addressSize);
  }

  uleb(value: number): this {
    let rest = value;
    while (rest >= 0x80) {
      this.u8((rest % 0x80) | 0x80);
      rest = Math.floor(rest / 0x80);
    }
    return this.u8(rest);
  }

  sleb(value: number): this {
    let rest = value;
    for (;;) {
      const low = rest & 0x7f;
      rest >>= 7;
      if ((rest === 0 && low < 0x40) || (rest === -1 && low >= 0x40)) return this.u8(low);
      this.u8(low | 0x80);
    }
  }

  text(value: string): this {
    return this.u8(...new TextEncoder().encode(value), 0);
  }

  raw(bytes: Iterable<number>): this {
    for (const byte of bytes) this.bytes.push(byte);
    return this;
  }

  /** `body` behind its length. */
  sized(body: Writer): this {
    if (this.style.offsetSize === 8) this.u32(0xffffffff);
    return this.offset(body.size).raw(body.bytes);
  }
}

/** Sections by name; what is not given is absent. */
export function sectionsFrom(
  contents: Record<string, Writer>,
  options: { relocatable?: boolean } = {},
): DwarfSections {
  const [first] = Object.values(contents);
  const sources = new Map(
    Object.entries(contents).map(([name, writer]) => [name, memorySource(Uint8Array.from(writer.bytes))]),
  );
  return {
    is64: first.style.addressSize === 8,
    littleEndian: first.style.littleEndian,
    relocatable: options.relocatable ?? false,
    section(name) {
      const source = sources.get(name);
      return source === undefined ? missing("is not there", true) : found(source);
    },
  };
}

/** The place of an entry, known when it was written. */
export class Label {
  /** Offset in the section. */
  offset = 0;
}

export type Value = number | string | Label | Writer;
export type Attribute = [attribute: number, form: number, value: Value, implicit?: number];

/** An entry with its attributes; `label` takes its place. */
export interface EntryPicture {
  tag: number;
  attributes: Attribute[];
  children?: EntryPicture[];
  label?: Label;
}

export interface UnitPicture {
  style?: Style;
  root: EntryPicture;
  /** DW_UT_…, of version 5. */
  type?: number;
  /** 16 hex digits of skeleton and split units of version 5. */
  id?: string;
}

/** `.debug_info` and `.debug_abbrev` of units, each with an abbreviation table of its own. */
export function writeUnits(units: UnitPicture[]): { info: Writer; abbreviations: Writer } {
  // References may lead forward: the first pass finds where entries are, the second writes that.
  writeOnce(units);
  return writeOnce(units);
}

function writeOnce(units: UnitPicture[]): { info: Writer; abbreviations: Writer } {
  const info = new Writer(units[0]?.style);
  const abbreviations = new Writer(units[0]?.style);
  for (const unit of units) {
    const style = unit.style ?? PLAIN;
    const start = info.size;
    const body = new Writer(style);
    body.u16(style.version);
    const type = unit.type ?? dw.DW_UT_compile;
    if (style.version >= 5) body.u8(type, style.addressSize).offset(abbreviations.size);
    else body.offset(abbreviations.size).u8(style.addressSize);
    if (unit.id !== undefined) {
      const digits = unit.id.match(/../g) ?? [];
      const bytes = digits.map((pair) => Number.parseInt(pair, 16));
      body.raw(style.littleEndian ? bytes.reverse() : bytes);
    }
    const lead = style.offsetSize === 8 ? 12 : 4;
    const codes = new Map<string, number>();
    writeEntry(unit.root, body, abbreviations, codes, start + lead, start);
    abbreviations.u8(0);
    info.sized(body);
  }
  return { info, abbreviations };
}

function writeEntry(
  entry: EntryPicture,
  body: Writer,
  abbreviations: Writer,
  codes: Map<string, number>,
  base: number,
  unit: number,
): void {
  if (entry.label !== undefined) entry.label.offset = base + body.size;
  const shape = JSON.stringify([
    entry.tag,
    entry.children !== undefined,
    entry.attributes.map(([attribute, form, , implicit]) => [attribute, form, implicit]),
  ]);
  let code = codes.get(shape);
  if (code === undefined) {
    code = codes.size + 1;
    codes.set(shape, code);
    abbreviations
      .uleb(code)
      .uleb(entry.tag)
      .u8(entry.children === undefined ? 0 : 1);
    for (const [attribute, form, , implicit] of entry.attributes) {
      abbreviations.uleb(attribute).uleb(form);
      if (form === dw.DW_FORM_implicit_const) abbreviations.sleb(implicit ?? 0);
    }
    abbreviations.u8(0, 0);
  }
  body.uleb(code);
  for (const [, form, value] of entry.attributes) writeValue(form, value, body, unit);
  if (entry.children === undefined) return;
  for (const child of entry.children) writeEntry(child, body, abbreviations, codes, base, unit);
  body.u8(0);
}

/** Bytes of forms that have always as many. */
const SIZES: Record<number, number> = {
  [dw.DW_FORM_data1]: 1,
  [dw.DW_FORM_flag]: 1,
  [dw.DW_FORM_ref1]: 1,
  [dw.DW_FORM_strx1]: 1,
  [dw.DW_FORM_addrx1]: 1,
  [dw.DW_FORM_data2]: 2,
  [dw.DW_FORM_ref2]: 2,
  [dw.DW_FORM_strx2]: 2,
  [dw.DW_FORM_addrx2]: 2,
  [dw.DW_FORM_strx3]: 3,
  [dw.DW_FORM_addrx3]: 3,
  [dw.DW_FORM_data4]: 4,
  [dw.DW_FORM_ref4]: 4,
  [dw.DW_FORM_ref_sup4]: 4,
  [dw.DW_FORM_strx4]: 4,
  [dw.DW_FORM_addrx4]: 4,
  [dw.DW_FORM_data8]: 8,
  [dw.DW_FORM_ref8]: 8,
  [dw.DW_FORM_ref_sup8]: 8,
  [dw.DW_FORM_ref_sig8]: 8,
  [dw.DW_FORM_data16]: 16,
};

const WITHIN_UNIT = new Set([
  dw.DW_FORM_ref1,
  dw.DW_FORM_ref2,
  dw.DW_FORM_ref4,
  dw.DW_FORM_ref8,
  dw.DW_FORM_ref_udata,
]);

export function writeValue(form: number, value: Value, body: Writer, unit: number): void {
  if (typeof value === "string") {
    body.text(value);
    return;
  }
  if (value instanceof Writer) {
    if (form === dw.DW_FORM_block1) body.u8(value.size);
    else if (form === dw.DW_FORM_block2) body.u16(value.size);
    else if (form === dw.DW_FORM_block4) body.u32(value.size);
    else if (form !== dw.DW_FORM_indirect) body.uleb(value.size);
    body.raw(value.bytes);
    return;
  }
  let number = value instanceof Label ? value.offset : value;
  if (value instanceof Label && WITHIN_UNIT.has(form)) number -= unit;
  const size = SIZES[form];
  if (size !== undefined) body.int(number, size);
  else if (form === dw.DW_FORM_addr) body.address(number);
  else if (form === dw.DW_FORM_ref_addr && body.style.version <= 2) body.address(number);
  else if (form === dw.DW_FORM_sdata) body.sleb(number);
  else if (form === dw.DW_FORM_flag_present || form === dw.DW_FORM_implicit_const) return;
  else if (
    form === dw.DW_FORM_udata ||
    form === dw.DW_FORM_strx ||
    form === dw.DW_FORM_addrx ||
    form === dw.DW_FORM_loclistx ||
    form === dw.DW_FORM_rnglistx ||
    form === dw.DW_FORM_ref_udata ||
    form === dw.DW_FORM_GNU_addr_index ||
    form === dw.DW_FORM_GNU_str_index
  ) {
    body.uleb(number);
  } else body.offset(number);
}

/** The sections of a file with these units, and `more` of others. */
export function sectionsOf(
  units: UnitPicture[],
  more: Record<string, Writer> = {},
  relocatable = false,
): DwarfSections {
  const { info, abbreviations } = writeUnits(units);
  return sectionsFrom({ ".debug_info": info, ".debug_abbrev": abbreviations, ...more }, { relocatable });
}
