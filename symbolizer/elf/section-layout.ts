import { type ElfFile, ElfType, SectionFlag } from "./elf-file.ts";

/** Where the sections of a file are: by index in `ElfFile.sections`, addresses as the profile keeps them. */
export type SectionAddress = (sectionIndex: number) => number;

/**
 * Addresses for the sections of a relocatable file, which has none: one behind the other from 0, each at its own
 * alignment, in the order of the file. It is elfutils' layout (libdwfl, __libdwfl_elf_address_range), so that
 * `eu-addr2line -e x.ko` means the same addresses. Sections that are not loaded (debug information) are at 0.
 */
export function consecutiveLayout(elf: ElfFile): SectionAddress {
  const addresses = new Float64Array(elf.sections.length);
  let end = 0;
  elf.sections.forEach((section, index) => {
    if ((section.flags & SectionFlag.alloc) === 0) return;
    const align = Math.max(1, section.align);
    const address = section.address === 0 ? Math.ceil(end / align) * align : section.address;
    addresses[index] = address;
    end = section.address === 0 ? address + section.size : Math.max(end, address + section.size);
  });
  return (index) => addresses[index] ?? 0;
}

/** The addresses that the file itself has; for a relocatable one `consecutiveLayout`. */
export function defaultLayout(elf: ElfFile): SectionAddress {
  if (elf.type === ElfType.relocatable) return consecutiveLayout(elf);
  return (index) => elf.sections[index]?.address ?? 0;
}
