import type { ByteSource } from "../byte-source.ts";
import type { DwarfSections } from "../dwarf/dwarf-sections.ts";
import type { Found } from "../found.ts";
import { type ElfFile, ElfType } from "./elf-file.ts";
import { type SectionOptions, sectionBytes } from "./section-bytes.ts";

/** The debug sections of a file. They read from `elf.source`, which stays the caller's to close. */
export function dwarfSections(elf: ElfFile, options: SectionOptions = {}): DwarfSections {
  const sections = sectionBytes(elf, options);
  const opened = new Map<string, Found<ByteSource>>();
  return {
    is64: elf.is64,
    littleEndian: elf.littleEndian,
    relocatable: elf.type === ElfType.relocatable,
    section(name) {
      let section = opened.get(name);
      if (section === undefined) {
        section = sections.open(name);
        opened.set(name, section);
      }
      return section;
    },
  };
}

/** Whether a file holds DWARF itself: units, or at least a line table (assemblers' `-g`). Nothing is unpacked. */
export function hasDwarf(elf: ElfFile): boolean {
  const sections = sectionBytes(elf);
  return [".debug_info", ".debug_info.dwo", ".debug_line"].some((name) => sections.has(name));
}
