import type { ByteSource } from "../byte-source.ts";
import { ElfError } from "./elf-error.ts";
import { Fields, type Layout, readExactly } from "./layout.ts";

/** The headers of an ELF file; section contents are read from `source` when they are needed. */
export interface ElfFile extends Layout {
  source: ByteSource;
  /** `e_type`: `ElfType`. */
  type: number;
  /** `e_machine`: `Machine`. */
  machine: number;
  /** `e_entry`: where a process begins, if this is a program or a loader. Sign-extended. */
  entry: number;
  segments: Segment[];
  /** Empty in files whose section headers were stripped. */
  sections: Section[];
  /** Section that holds the sections' names, 0 when there is none. */
  sectionNames: number;
}

/** A program header. Addresses are sign-extended, sizes and offsets in bytes. */
export interface Segment {
  type: number;
  flags: number;
  offset: number;
  vaddr: number;
  fileSize: number;
  memorySize: number;
  align: number;
}

/** A section header; `nameOffset` points into the section of names (see `sectionName`). */
export interface Section {
  nameOffset: number;
  type: number;
  flags: number;
  address: number;
  offset: number;
  size: number;
  link: number;
  info: number;
  /** 0 and 1: none is asked for. */
  align: number;
  entrySize: number;
}

export const ElfType = { relocatable: 1, executable: 2, shared: 3, core: 4 } as const;
export const Machine = { i386: 3, ppc64: 21, arm: 40, x86_64: 62, aarch64: 183, riscv: 243 } as const;
export const SegmentType = { load: 1, dynamic: 2, interpreter: 3, note: 4 } as const;
export const SegmentFlag = { execute: 1, write: 2, read: 4 } as const;
export const SectionType = {
  progbits: 1,
  symtab: 2,
  strtab: 3,
  rela: 4,
  note: 7,
  nobits: 8,
  rel: 9,
  dynsym: 11,
  symtabIndices: 18,
} as const;
export const SectionFlag = { write: 1, alloc: 2, execute: 4, group: 0x200, compressed: 0x800 } as const;

/** Linked programs have a hundred; it bounds the memory that a forged count can ask for (64 bytes a header). */
const MAX_SECTIONS = 1 << 18;
/** Programs have twenty. Only core dumps, which hold no names, have tens of thousands. */
const MAX_SEGMENTS = 1 << 13;
/** `e_shstrndx` and `e_phnum` say with these that the number stands in section header 0 (gABI, "Section Header"). */
const SHN_XINDEX = 0xffff;
const PN_XNUM = 0xffff;

/**
 * Reads the ELF, program and section headers of a 32- or 64-bit file of either byte order (ELF gABI, chapters 4 and 5).
 * Throws `ElfError`. Section headers that lie outside the file are taken as absent, since programs run without.
 */
export function readElf(source: ByteSource): ElfFile {
  const identification = source.read(0, 16);
  if (
    identification.length < 16 ||
    identification[0] !== 0x7f ||
    identification[1] !== 0x45 ||
    identification[2] !== 0x4c ||
    identification[3] !== 0x46
  ) {
    throw new ElfError("not-elf", "is not an ELF file");
  }
  const [fileClass, encoding] = [identification[4], identification[5]];
  if (fileClass !== 1 && fileClass !== 2)
    throw new ElfError("malformed", `has an unknown ELF class ${fileClass}`);
  if (encoding !== 1 && encoding !== 2)
    throw new ElfError("malformed", `has an unknown byte order ${encoding}`);
  const layout: Layout = { is64: fileClass === 2, littleEndian: encoding === 1 };
  const { is64 } = layout;

  const header = new Fields(readExactly(source, 0, is64 ? 64 : 52, "ELF header"), layout);
  const programOffset = header.size(is64 ? 32 : 28);
  const sectionOffset = header.size(is64 ? 40 : 32);
  const counts = is64 ? 54 : 42;
  const programEntry = header.u16(counts);
  const sectionEntry = header.u16(counts + 4);

  const sections = readSections(source, layout, sectionOffset, sectionEntry, header.u16(counts + 6));
  const nameIndex = header.u16(counts + 8);
  const programCount = header.u16(counts + 2);
  return {
    ...layout,
    source,
    type: header.u16(16),
    machine: header.u16(18),
    entry: header.address(24),
    segments: readSegments(
      source,
      layout,
      programOffset,
      programEntry,
      programCount === PN_XNUM && sections.length > 0 ? sections[0].info : programCount,
    ),
    sections,
    sectionNames: nameIndex === SHN_XINDEX && sections.length > 0 ? sections[0].link : nameIndex,
  };
}

function readSegments(
  source: ByteSource,
  layout: Layout,
  offset: number,
  entry: number,
  count: number,
): Segment[] {
  if (count === 0 || offset === 0) return [];
  const { is64 } = layout;
  if (entry < (is64 ? 56 : 32)) throw new ElfError("malformed", `has program headers of ${entry} bytes`);
  if (count > MAX_SEGMENTS) throw new ElfError("malformed", `claims ${count} program headers`);
  const fields = new Fields(readExactly(source, offset, entry * count, "program headers"), layout);
  const segments: Segment[] = [];
  for (let at = 0; at < entry * count; at += entry) {
    segments.push(
      is64
        ? {
            type: fields.u32(at),
            flags: fields.u32(at + 4),
            offset: fields.u64(at + 8),
            vaddr: fields.i64(at + 16),
            fileSize: fields.u64(at + 32),
            memorySize: fields.u64(at + 40),
            align: fields.u64(at + 48),
          }
        : {
            type: fields.u32(at),
            flags: fields.u32(at + 24),
            offset: fields.u32(at + 4),
            vaddr: fields.u32(at + 8),
            fileSize: fields.u32(at + 16),
            memorySize: fields.u32(at + 20),
            align: fields.u32(at + 28),
          },
    );
  }
  return segments;
}

function readSections(
  source: ByteSource,
  layout: Layout,
  offset: number,
  entry: number,
  headerCount: number,
): Section[] {
  const smallest = layout.is64 ? 64 : 40;
  if (offset === 0 || entry < smallest || offset + entry > source.size) return [];
  const first = readSection(readExactly(source, offset, entry, "section headers"), layout);
  // From 0xff00 sections on, the count stands in the size of section 0.
  const count = headerCount === 0 ? first.size : headerCount;
  if (count > MAX_SECTIONS) throw new ElfError("malformed", `claims ${count} sections`);
  if (offset + count * entry > source.size) return [];
  const bytes = readExactly(source, offset, count * entry, "section headers");
  const sections: Section[] = [];
  for (let at = 0; at < bytes.length; at += entry)
    sections.push(readSection(bytes.subarray(at, at + entry), layout));
  return sections;
}

function readSection(bytes: Uint8Array, layout: Layout): Section {
  const fields = new Fields(bytes, layout);
  return layout.is64
    ? {
        nameOffset: fields.u32(0),
        type: fields.u32(4),
        flags: fields.u32(8 + (layout.littleEndian ? 0 : 4)),
        address: fields.i64(16),
        offset: fields.u64(24),
        size: fields.u64(32),
        link: fields.u32(40),
        info: fields.u32(44),
        align: fields.u64(48),
        entrySize: fields.u64(56),
      }
    : {
        nameOffset: fields.u32(0),
        type: fields.u32(4),
        flags: fields.u32(8),
        address: fields.u32(12),
        offset: fields.u32(16),
        size: fields.u32(20),
        link: fields.u32(24),
        info: fields.u32(28),
        align: fields.u32(32),
        entrySize: fields.u32(36),
      };
}
