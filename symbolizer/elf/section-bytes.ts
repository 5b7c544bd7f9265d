import { type ByteSource, memorySource } from "../byte-source.ts";
import { type Found, found, missing } from "../found.ts";
import { unpackOldSection, unpackSection } from "./compressed-section.ts";
import { type ElfFile, ElfType, type Section, SectionFlag, SectionType } from "./elf-file.ts";
import { type Relocator, relocator } from "./relocations.ts";
import { defaultLayout, type SectionAddress } from "./section-layout.ts";
import { sectionWindow } from "./section-window.ts";
import { sectionName } from "./strings.ts";
import { MAX_UNPACKED_BYTES } from "./unpack-limits.ts";

export interface SectionOptions {
  /** Where the sections of a relocatable file lie (a loaded module's: /sys/module/NAME/sections). */
  sectionAddress?: SectionAddress;
}

/** The sections of a file by name. */
export interface SectionBytes {
  /**
   * The content of a section: unpacked if compressed, relocated if the file is relocatable. Missing, absent, for one that
   * is not there or holds nothing; missing with the reason for one that can't be read. Never throws on what the file
   * holds. The source reads from the file's own, which must stay open; its `close` does nothing.
   */
  open(name: string): Found<ByteSource>;
  /** Whether there is a section of the name with content in this file, without unpacking it. */
  has(name: string): boolean;
}

/** One section of a file; who wants several takes `sectionBytes`, which reads the names once. */
export function openSection(elf: ElfFile, name: string, options?: SectionOptions): Found<ByteSource> {
  return sectionBytes(elf, options).open(name);
}

export function sectionBytes(elf: ElfFile, options: SectionOptions = {}): SectionBytes {
  let names: Map<string, number> | undefined;
  let relocations: Relocator | undefined;

  function find(name: string): { index: number; section: Section } | undefined {
    names ??= indexByName(elf);
    const index = names.get(name);
    return index === undefined ? undefined : { index, section: elf.sections[index] };
  }

  /** `.debug_info`, else `.zdebug_info`, as GNU named compressed sections before they had a flag. */
  function findEither(name: string): { index: number; section: Section; old: boolean } | undefined {
    const plain = find(name);
    if (plain !== undefined && plain.section.type !== SectionType.nobits) return { ...plain, old: false };
    const packed = name.startsWith(".debug_") ? find(`.z${name.slice(1)}`) : undefined;
    if (packed !== undefined) return { ...packed, old: true };
    return plain === undefined ? undefined : { ...plain, old: false };
  }

  return {
    has(name) {
      const known = findEither(name);
      return known !== undefined && known.section.type !== SectionType.nobits && known.section.size > 0;
    },
    open(name) {
      const known = findEither(name);
      if (known === undefined) return missing(`has no section ${name}`, true);
      const { index, section, old } = known;
      if (section.type === SectionType.nobits) return missing(`keeps ${name} in another file`, true);
      // Sizes and offsets are unsigned and at most 2^64, so the sum is no nonsense.
      if (section.offset + section.size > elf.source.size) return missing(`has ${name} outside the file`);
      const plain = sectionWindow(elf.source, section.offset, section.size);
      const unpacked = unpackIfPacked(plain, section, old, elf);
      if (unpacked?.missing !== undefined) return missing(`has a section ${name} that ${unpacked.missing}`);
      if (elf.type === ElfType.relocatable) {
        relocations ??= relocator(elf, options.sectionAddress ?? defaultLayout(elf));
        if (relocations.concerns(index)) {
          if (section.size > MAX_UNPACKED_BYTES)
            return missing(`has a section ${name} too large to relocate`);
          const bytes = unpacked?.found ?? plain.readOwn(0, section.size);
          const problem = relocations.apply(index, bytes);
          return problem === undefined ? found(memorySource(bytes)) : missing(`${problem} (${name})`);
        }
      }
      return found(unpacked === undefined ? plain : memorySource(unpacked.found));
    },
  };
}

function unpackIfPacked(
  plain: ByteSource,
  section: Section,
  old: boolean,
  elf: ElfFile,
): Found<Uint8Array> | undefined {
  if (old) return unpackOldSection(plain);
  return (section.flags & SectionFlag.compressed) === 0 ? undefined : unpackSection(plain, elf);
}

/**
 * The first section of each name. Of a relocatable file with several (`-fdebug-types-section`), the one in no COMDAT group,
 * as libdw chooses: the groups hold single types.
 */
function indexByName(elf: ElfFile): Map<string, number> {
  const names = new Map<string, number>();
  elf.sections.forEach((section, index) => {
    // No content to read, so no name to look up: half of the sections of an object file.
    if (section.type === SectionType.rela || section.type === SectionType.rel || section.type === 0) return;
    const name = sectionName(elf, section);
    const known = names.get(name);
    const inGroup = (index: number) => (elf.sections[index].flags & SectionFlag.group) !== 0;
    if (known === undefined || (inGroup(known) && !inGroup(index))) names.set(name, index);
  });
  return names;
}
