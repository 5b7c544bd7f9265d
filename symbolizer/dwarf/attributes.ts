import * as dw from "./dwarf-constants.ts";

/** The attributes that are looked at, numbered closely: columns of the entry that is being read (see `entry.ts`). */
export const Slot = {
  unwanted: 0,
  sibling: 1,
  name: 2,
  linkageName: 3,
  lowPc: 4,
  highPc: 5,
  entryPc: 6,
  ranges: 7,
  abstractOrigin: 8,
  specification: 9,
  declLine: 10,
  callFile: 11,
  callLine: 12,
  callColumn: 13,
  statementList: 14,
  compilationFolder: 15,
  language: 16,
  import: 17,
  stringOffsetsBase: 18,
  addressBase: 19,
  rangeListsBase: 20,
  gnuRangesBase: 21,
  splitName: 22,
  splitId: 23,
} as const;

export const SLOT_COUNT = 24;

/** Low codes by table, for the compiler of abbreviations looks up each attribute of each abbreviation. */
export const SLOT_OF = new Uint8Array(0x80);
SLOT_OF[dw.DW_AT_sibling] = Slot.sibling;
SLOT_OF[dw.DW_AT_name] = Slot.name;
SLOT_OF[dw.DW_AT_linkage_name] = Slot.linkageName;
SLOT_OF[dw.DW_AT_low_pc] = Slot.lowPc;
SLOT_OF[dw.DW_AT_high_pc] = Slot.highPc;
SLOT_OF[dw.DW_AT_entry_pc] = Slot.entryPc;
SLOT_OF[dw.DW_AT_ranges] = Slot.ranges;
SLOT_OF[dw.DW_AT_abstract_origin] = Slot.abstractOrigin;
SLOT_OF[dw.DW_AT_specification] = Slot.specification;
SLOT_OF[dw.DW_AT_decl_line] = Slot.declLine;
SLOT_OF[dw.DW_AT_call_file] = Slot.callFile;
SLOT_OF[dw.DW_AT_call_line] = Slot.callLine;
SLOT_OF[dw.DW_AT_call_column] = Slot.callColumn;
SLOT_OF[dw.DW_AT_stmt_list] = Slot.statementList;
SLOT_OF[dw.DW_AT_comp_dir] = Slot.compilationFolder;
SLOT_OF[dw.DW_AT_language] = Slot.language;
SLOT_OF[dw.DW_AT_import] = Slot.import;
SLOT_OF[dw.DW_AT_str_offsets_base] = Slot.stringOffsetsBase;
SLOT_OF[dw.DW_AT_addr_base] = Slot.addressBase;
SLOT_OF[dw.DW_AT_rnglists_base] = Slot.rangeListsBase;
SLOT_OF[dw.DW_AT_dwo_name] = Slot.splitName;

export function slotOf(attribute: number): number {
  if (attribute < SLOT_OF.length) return SLOT_OF[attribute];
  switch (attribute) {
    case dw.DW_AT_MIPS_linkage_name:
      return Slot.linkageName;
    case dw.DW_AT_GNU_dwo_name:
      return Slot.splitName;
    case dw.DW_AT_GNU_dwo_id:
      return Slot.splitId;
    case dw.DW_AT_GNU_ranges_base:
      return Slot.gnuRangesBase;
    case dw.DW_AT_GNU_addr_base:
      return Slot.addressBase;
    default:
      return Slot.unwanted;
  }
}
