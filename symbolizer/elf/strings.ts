import { decodeName, MAX_NAME_BYTES } from "../symbol-text.ts";
import type { ElfFile, Section } from "./elf-file.ts";

/** Most names are shorter, so one small read gets them. */
const FIRST_READ_BYTES = 256;

/** Sections' names have a dozen characters; a forged file may have 262,144 of them. */
const MAX_SECTION_NAME_BYTES = 64;

/** The bytes of the NUL-terminated string at `offset` of a string table, at most `most`. */
export function stringBytes(elf: ElfFile, table: Section, offset: number, most = MAX_NAME_BYTES): Uint8Array {
  const available = Math.min(table.size - offset, most);
  if (!(available > 0)) return new Uint8Array(0);
  for (let length = Math.min(FIRST_READ_BYTES, available); ; length = available) {
    const bytes = elf.source.read(table.offset + offset, length);
    const end = bytes.indexOf(0);
    if (end >= 0) return bytes.subarray(0, end);
    if (length === available || bytes.length < length) return bytes;
  }
}

export function stringAt(elf: ElfFile, table: Section, offset: number): string {
  return decodeName(stringBytes(elf, table, offset));
}

/** The name of a section, "" when it has none that can be read. */
export function sectionName(elf: ElfFile, section: Section): string {
  const names = elf.sections[elf.sectionNames];
  if (names === undefined) return "";
  return decodeName(stringBytes(elf, names, section.nameOffset, MAX_SECTION_NAME_BYTES));
}
