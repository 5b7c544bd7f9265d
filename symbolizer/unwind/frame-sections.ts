import type { ByteSource } from "../byte-source.ts";
import { Cursor } from "../dwarf/cursor.ts";
import { DwarfDamage } from "../dwarf/damage.ts";
import { type ElfFile, ElfType, SegmentType } from "../elf/elf-file.ts";
import { sectionBytes } from "../elf/section-bytes.ts";
import { defaultLayout } from "../elf/section-layout.ts";
import { sectionWindow } from "../elf/section-window.ts";
import { sectionName } from "../elf/strings.ts";
import { type Found, found, missing } from "../found.ts";
import { Encoding, type EncodingBases, isKnownEncoding, readEncoded } from "./frame-pointer-encoding.ts";
import { type FrameSectionBytes, MAX_FRAME_SECTION_BYTES } from "./frame-section.ts";

/** `.eh_frame` of a file, or `.debug_frame`, in memory. */
export interface NamedFrameSection {
  name: string;
  section: FrameSectionBytes;
}

/** `.eh_frame`, by its section or, where section headers were stripped, by the segment that exception handling goes by. */
export function openEhFrame(elf: ElfFile): Found<NamedFrameSection> {
  const bases = basesOf(elf);
  const content = sectionBytes(elf).open(".eh_frame");
  if (content.found !== undefined) {
    return named(elf, ".eh_frame", content.found, { ...bases, section: addressOf(elf, ".eh_frame") });
  }
  if (!content.absent) return content;
  const segment = ehFrameBySegment(elf, bases);
  return segment === undefined ? content : named(elf, "PT_GNU_EH_FRAME", segment.source, segment.bases);
}

/** `.debug_frame`, of a program or of its debug file. */
export function openDebugFrame(elf: ElfFile): Found<NamedFrameSection> {
  const content = sectionBytes(elf).open(".debug_frame");
  if (content.found === undefined) return content;
  return named(elf, ".debug_frame", content.found, { ...basesOf(elf), section: 0 });
}

function named(
  elf: ElfFile,
  name: string,
  source: ByteSource,
  bases: EncodingBases,
): Found<NamedFrameSection> {
  if (source.size > MAX_FRAME_SECTION_BYTES) return missing(`has ${source.size} bytes of ${name}, too many`);
  const bytes = source.read(0, source.size);
  const kind = name === ".debug_frame" ? "debug" : "eh";
  const linked = elf.type !== ElfType.relocatable;
  return found({ name, section: { bytes, littleEndian: elf.littleEndian, kind, bases, linked } });
}

function basesOf(elf: ElfFile): EncodingBases {
  return { section: 0, text: addressOf(elf, ".text"), data: addressOf(elf, ".got") };
}

/** NaN: there is no such section. */
function addressOf(elf: ElfFile, name: string): number {
  const index = elf.sections.findIndex((section) => section.type !== 0 && sectionName(elf, section) === name);
  return index < 0 ? Number.NaN : defaultLayout(elf)(index);
}

const PT_GNU_EH_FRAME = 0x6474e550;
/** Version, three encodings, and the pointer (LSB Core, "The .eh_frame_hdr section"). */
const MAX_HEADER_BYTES = 16;

/** Where `.eh_frame` begins stands in `.eh_frame_hdr`; it reaches to the end of its segment at most. */
function ehFrameBySegment(
  elf: ElfFile,
  bases: EncodingBases,
): { source: ByteSource; bases: EncodingBases } | undefined {
  if (elf.sections.length > 0) return undefined;
  const header = elf.segments.find((segment) => segment.type === PT_GNU_EH_FRAME);
  if (header === undefined) return undefined;
  const bytes = elf.source.read(header.offset, Math.min(header.fileSize, MAX_HEADER_BYTES));
  const cursor = new Cursor(bytes, elf.littleEndian, 4);
  if (bytes[0] !== 1 || !isKnownEncoding(bytes[1] ?? Encoding.omitted)) return undefined;
  let address: number;
  try {
    address = readEncoded(cursor, bytes[1], { ...bases, section: header.vaddr, data: header.vaddr });
  } catch (error) {
    if (error instanceof DwarfDamage) return undefined;
    throw error;
  }
  const segment = elf.segments.find(
    ({ type, vaddr, fileSize }) =>
      type === SegmentType.load && address >= vaddr && address < vaddr + fileSize,
  );
  if (segment === undefined) return undefined;
  const within = address - segment.vaddr;
  const offset = segment.offset + within;
  const size = Math.max(0, Math.min(segment.fileSize - within, elf.source.size - offset));
  return { source: sectionWindow(elf.source, offset, size), bases: { ...bases, section: address } };
}
