import * as dw from "../../../../symbolizer/dwarf/dwarf-constants.ts";
import { dwarfResolver } from "../../../../symbolizer/dwarf/dwarf-resolver.ts";
import type { DwarfCompanions, DwarfSections } from "../../../../symbolizer/dwarf/dwarf-sections.ts";
import { missing } from "../../../../symbolizer/found.ts";
import type { Attribute, EntryPicture, Label } from "./dwarf-writer.ts";

export const ALONE: DwarfCompanions = {
  alternate: () => missing("is not there", true),
  split: () => missing("is not there", true),
};

/** Entries of the kinds that tests are made of. */
export function unit(attributes: Attribute[], children: EntryPicture[]): EntryPicture {
  return { tag: dw.DW_TAG_compile_unit, attributes, children };
}

export function entry(
  tag: number,
  attributes: Attribute[],
  children?: EntryPicture[],
  label?: Label,
): EntryPicture {
  const picture: EntryPicture = { tag, attributes };
  if (children !== undefined) picture.children = children;
  if (label !== undefined) picture.label = label;
  return picture;
}

/** A function [low, high) with a name. */
export function code(
  name: string,
  low: number,
  high: number,
  children?: EntryPicture[],
  label?: Label,
): EntryPicture {
  return entry(dw.DW_TAG_subprogram, [named(name), ...span(low, high)], children, label);
}

export function named(name: string): Attribute {
  return [dw.DW_AT_name, dw.DW_FORM_string, name];
}

/** DW_AT_high_pc as an address, as all versions have it. */
export function span(low: number, high: number): Attribute[] {
  return [
    [dw.DW_AT_low_pc, dw.DW_FORM_addr, low],
    [dw.DW_AT_high_pc, dw.DW_FORM_addr, high],
  ];
}

export function origin(label: Label, form: number = dw.DW_FORM_ref4): Attribute {
  return [dw.DW_AT_abstract_origin, form, label];
}

/** A call of `callee` that was inlined at line `line`. */
export function inlined(
  callee: Label,
  low: number,
  high: number,
  line: number,
  children?: EntryPicture[],
): EntryPicture {
  return entry(
    dw.DW_TAG_inlined_subroutine,
    [origin(callee), ...span(low, high), [dw.DW_AT_call_line, dw.DW_FORM_udata, line]],
    children,
  );
}

/** "leaf < middle:12 < outer:7": names innermost first, callers with the line of their call; "-" for none. */
export function chains(
  sections: DwarfSections,
  addresses: number[],
  companions: DwarfCompanions = ALONE,
): { chains: string[]; problems: string[] } {
  const resolver = dwarfResolver(sections, companions, { inlines: true });
  const { frameStart, name, line } = resolver.resolve(Float64Array.from(addresses));
  return {
    chains: addresses.map((_, i) => {
      const parts: string[] = [];
      for (let row = frameStart[i]; row < frameStart[i + 1]; row++) {
        parts.push(line[row] === 0 ? name[row] : `${name[row]}:${line[row]}`);
      }
      return parts.join(" < ") || "-";
    }),
    problems: resolver.problems(),
  };
}
