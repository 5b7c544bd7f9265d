import {
  type ElfFile,
  Machine,
  SectionFlag,
  SectionType,
  type Segment,
  SegmentFlag,
  SegmentType,
} from "../elf/elf-file.ts";
import { sectionName } from "../elf/strings.ts";
import { type Found, found, missing } from "../found.ts";
import { PCLNTAB_MAGICS, Pclntab, type PclntabLayout, readPclntabLayout } from "./pclntab.ts";

/** Those of Go's tools have 2 MiB, that of a large program (140,000 functions) 60 MiB. */
const MAX_BYTES = 256 << 20;
/** What Go's linker leaves in each program. */
const MARKS = [".go.buildinfo", ".note.go.buildid"];
/** Its own section, but where another linker has put it to its like. */
const SECTIONS = [".gopclntab", ".data.rel.ro.gopclntab"];
const ALIGNMENT = 8;
/** So many functions are looked at to see whether code is where they are said to be. */
const SAMPLES = 64;
/** What Go's linker fills up with on x86-64: int3. */
const FILLING = 0xcc;
/** Functions that fill their place to the last byte have none before the next; more than a tenth never were seen to. */
const MOST_UNFILLED = SAMPLES / 4;
const CODE_ALIGNMENT = 16;
/** What bounds the time that a forged file takes: so many headers that seem right, and so many places to begin at (16 MiB of code before Go's). */
const MAX_HEADERS = 8;
const MAX_BEGINNINGS = 1 << 20;

/** Whether a file is of Go's linker, by what it leaves in each. */
export function hasGoMark(elf: ElfFile): boolean {
  return elf.sections.some((section) => MARKS.includes(sectionName(elf, section)));
}

/**
 * The table of Go's runtime in a program, if it is of Go 1.18 or later, 64-bit, little-endian. Missing, absent, where there is none. Without
 * section headers it is found by its first bytes. Never throws on what the file holds.
 */
export function findPclntab(elf: ElfFile): Found<Pclntab> {
  const placed = findPlacedPclntab(elf);
  return placed.found === undefined ? placed : found(placed.found.table);
}

/** The same, with the ELF virtual address that its first byte is loaded to. */
export function findPlacedPclntab(elf: ElfFile): Found<{ table: Pclntab; address: number }> {
  const absent = missing("has no table of Go's runtime", true);
  if (!elf.is64 || !elf.littleEndian) return absent;
  if (elf.sections.length > 0 && !hasGoMark(elf)) return absent;
  let headers = 0;
  for (const { offset, size, address } of places(elf)) {
    if (size > MAX_BYTES) continue;
    const bytes = elf.source.read(offset, size);
    for (const at of beginnings(bytes)) {
      const rest = bytes.subarray(at);
      const layout = readPclntabLayout(rest);
      if (layout === undefined) continue;
      if (headers++ === MAX_HEADERS) return absent;
      const text = textOf(elf, layout);
      if (text === undefined) continue;
      return found({ table: new Pclntab(rest, layout, text), address: address + at });
    }
  }
  return absent;
}

interface Place {
  offset: number;
  size: number;
  address: number;
}

/** Where it may lie in the file. */
function places(elf: ElfFile): Place[] {
  const inFile = ({ offset, size }: Place) => size > 0 && offset + size <= elf.source.size;
  if (elf.sections.length === 0) {
    return elf.segments
      .filter(({ type }) => type === SegmentType.load)
      .map(({ offset, fileSize, vaddr }) => ({ offset, size: fileSize, address: vaddr }))
      .filter(inFile);
  }
  const data = elf.sections
    .filter(({ type, flags }) => type === SectionType.progbits && (flags & SectionFlag.alloc) !== 0)
    .filter(({ flags }) => (flags & (SectionFlag.execute | SectionFlag.compressed)) === 0)
    .filter(inFile);
  const own = data.filter((section) => SECTIONS.includes(sectionName(elf, section)));
  return own.length > 0 ? own : data;
}

/** Offsets at which the bytes look like its first ones. */
function* beginnings(bytes: Uint8Array): Generator<number> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  for (const magic of PCLNTAB_MAGICS) {
    const first = Buffer.alloc(6);
    first.writeUInt32LE(magic);
    for (let at = buffer.indexOf(first); at >= 0; at = buffer.indexOf(first, at + 1))
      if (at % ALIGNMENT === 0) yield at;
  }
}

/**
 * Where its functions count from: by its own word; else where `.text` begins, or somewhere behind that (another linker puts code of C first),
 * wherever the bytes before functions are what Go's linker fills up with. undefined: nowhere.
 */
function textOf(elf: ElfFile, layout: PclntabLayout): number | undefined {
  const segments = codeSegments(elf);
  const codeBytes = layout.offsets[layout.offsets.length - 1];
  const holds = ({ vaddr, fileSize }: Segment, text: number) =>
    text >= vaddr && text + codeBytes <= vaddr + fileSize;
  const byWord = segments.find((segment) => layout.text !== 0 && holds(segment, layout.text));
  if (byWord !== undefined) {
    const { offset, vaddr } = byWord;
    const byteAt = (address: number) => elf.source.read(address - vaddr + offset, 1)[0];
    if (isFilled(elf, layout, layout.text, byteAt)) return layout.text;
  }
  for (const segment of segments) {
    const { offset, vaddr, fileSize } = segment;
    if (fileSize > MAX_BYTES) continue;
    const section = elf.sections.find(
      (each) =>
        sectionName(elf, each) === ".text" && each.address >= vaddr && each.address < vaddr + fileSize,
    );
    const from = section?.address ?? Math.ceil(vaddr / CODE_ALIGNMENT) * CODE_ALIGNMENT;
    const code = elf.source.read(offset, fileSize);
    const byteAt = (address: number) => code[address - vaddr];
    const last = from + MAX_BEGINNINGS * CODE_ALIGNMENT;
    for (let text = from; text <= last && holds(segment, text); text += CODE_ALIGNMENT) {
      if (isFilled(elf, layout, text, byteAt)) return text;
      // On other machines nothing tells that it is the right place but that it is the first one.
      if (elf.machine !== Machine.x86_64) break;
    }
  }
  return undefined;
}

/** Those that are in the file, so that there is no more code than it has bytes. */
function codeSegments(elf: ElfFile): Segment[] {
  return elf.segments.filter(
    ({ type, flags, offset, fileSize }) =>
      type === SegmentType.load &&
      (flags & SegmentFlag.execute) !== 0 &&
      offset + fileSize <= elf.source.size,
  );
}

/** Whether there is filling before functions if they count from `text`; so far as is known what it is. */
function isFilled(
  elf: ElfFile,
  { offsets }: PclntabLayout,
  text: number,
  byteAt: (address: number) => number | undefined,
): boolean {
  if (elf.machine !== Machine.x86_64) return true;
  const count = offsets.length - 1;
  const step = Math.max(1, Math.floor((count - 1) / SAMPLES));
  let unfilled = 0;
  for (let i = 1; i < count; i += step) {
    if (byteAt(text + offsets[i] - 1) !== FILLING && ++unfilled > MOST_UNFILLED) return false;
  }
  return true;
}
