import { type ElfFile, SectionType, SegmentType } from "./elf-file.ts";
import { Fields } from "./layout.ts";

/** Notes of programs are a few hundred bytes; more than this is not looked through. */
const MAX_NOTES_BYTES = 1 << 20;
const NT_GNU_BUILD_ID = 3;
/** SHA-1 has 20 bytes, the longest that linkers offer 32; `--build-id=0x…` may set any. */
const MAX_BUILD_ID_BYTES = 64;

/** The build ID in lower-case hex: from the note segments, which survive stripping, else from note sections. */
export function buildIdOf(elf: ElfFile): string | undefined {
  for (const segment of elf.segments) {
    if (segment.type !== SegmentType.note) continue;
    const id = readNotes(elf, segment.offset, segment.fileSize, segment.align);
    if (id !== undefined) return id;
  }
  for (const section of elf.sections) {
    if (section.type !== SectionType.note) continue;
    const id = readNotes(elf, section.offset, section.size, 4);
    if (id !== undefined) return id;
  }
  return undefined;
}

function readNotes(elf: ElfFile, offset: number, size: number, align: number): string | undefined {
  return buildIdOfNotes(elf.source.read(offset, Math.min(size, MAX_NOTES_BYTES)), elf.littleEndian, align);
}

/**
 * The build ID among notes (gABI, "Note Section"): name size, descriptor size, type, name, descriptor, the last two
 * padded to `align` (8 in segments that hold GNU property notes, else 4).
 */
export function buildIdOfNotes(bytes: Uint8Array, littleEndian: boolean, align: number): string | undefined {
  const padding = align === 8 ? 8 : 4;
  const padded = (length: number) => Math.ceil(length / padding) * padding;
  const fields = new Fields(bytes, { is64: false, littleEndian });
  for (let at = 0; at + 12 <= bytes.length; ) {
    const nameSize = fields.u32(at);
    const descriptorSize = fields.u32(at + 4);
    const type = fields.u32(at + 8);
    const descriptor = padded(at + 12 + nameSize);
    if (descriptor + descriptorSize > bytes.length) return undefined;
    const isGnu = nameSize === 4 && String.fromCharCode(...bytes.subarray(at + 12, at + 16)) === "GNU\0";
    if (isGnu && type === NT_GNU_BUILD_ID && descriptorSize > 0 && descriptorSize <= MAX_BUILD_ID_BYTES) {
      return hex(bytes.subarray(descriptor, descriptor + descriptorSize));
    }
    at = padded(descriptor + descriptorSize);
  }
  return undefined;
}

function hex(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += byte.toString(16).padStart(2, "0");
  return text;
}
