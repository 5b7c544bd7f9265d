import type { ByteSource } from "../byte-source.ts";
import type { Layout } from "../elf/layout.ts";
import type { Found } from "../found.ts";

/** The debug sections of one file: a program, its separate debug file, a `.dwo`, a package of them, dwz's common file. */
export interface DwarfSections extends Layout {
  /** Whether the file is relocatable (`.o`, `.ko`): its addresses are relative to sections. */
  relocatable: boolean;
  /**
   * A section by its full name (".debug_info", ".debug_str_offsets.dwo"), decompressed, with relocations applied.
   * Opened once and remembered; asking again costs nothing.
   */
  section(name: string): Found<ByteSource>;
}

/** The other files that a file's DWARF refers to. Each is asked for when an entry needs it, and once. */
export interface DwarfCompanions {
  /** dwz's common file (`.gnu_debugaltlink`, DW_FORM_GNU_ref_alt, DW_FORM_ref_sup…). */
  alternate(): Found<DwarfSections>;
  /** The file that holds the body of a split unit: a `.dwo` beside the objects, or the program's `.dwp`. */
  split(unit: SplitUnit): Found<DwarfSections>;
}

/** What a skeleton unit tells of where its body is. */
export interface SplitUnit {
  /** DW_AT_dwo_name, as written. */
  name: string;
  /** DW_AT_comp_dir, "" when absent. */
  compilationFolder: string;
  /** The id that the body must bear: 16 lower-case hex digits. */
  id: string;
}
