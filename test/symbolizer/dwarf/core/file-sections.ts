import { inflateSync } from "node:zlib";
import { type ByteSource, memorySource } from "../../../../symbolizer/byte-source.ts";
import type { DwarfSections } from "../../../../symbolizer/dwarf/dwarf-sections.ts";
import { readElf, SectionFlag, SectionType } from "../../../../symbolizer/elf/elf-file.ts";
import { sectionName } from "../../../../symbolizer/elf/strings.ts";
import { found, missing } from "../../../../symbolizer/found.ts";

/** The sections of an ELF file without what the product's do beyond: zlib only, no relocations. */
export function sectionsOf(source: ByteSource): DwarfSections {
  const elf = readElf(source);
  const opened = new Map<string, ByteSource>();
  const byName = new Map(elf.sections.map((section) => [sectionName(elf, section), section]));
  return {
    is64: elf.is64,
    littleEndian: elf.littleEndian,
    relocatable: elf.type === 1,
    section(name) {
      const known = opened.get(name);
      if (known !== undefined) return found(known);
      const section = byName.get(name);
      if (section === undefined || section.type === SectionType.nobits) return missing("is not there", true);
      let bytes: ByteSource;
      if (section.flags & SectionFlag.compressed) {
        const whole = source.read(section.offset, section.size);
        bytes = memorySource(
          inflateSync(whole.subarray(elf.is64 ? 24 : 12), {
            chunkSize: Math.max(
              64,
              new DataView(whole.buffer, whole.byteOffset).getUint32(elf.is64 ? 8 : 4, elf.littleEndian),
            ),
          }),
        );
      } else bytes = partOf(source, section.offset, section.size);
      opened.set(name, bytes);
      return found(bytes);
    },
  };
}

/** A stretch of a source as a source. */
function partOf(source: ByteSource, start: number, size: number): ByteSource {
  return {
    size,
    read: (offset, length) =>
      offset >= 0 && offset < size
        ? source.read(start + offset, Math.min(length, size - offset))
        : new Uint8Array(0),
    close() {},
  };
}
