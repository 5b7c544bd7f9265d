import { type ElfFile, SectionFlag, SegmentFlag, SegmentType } from "../elf/elf-file.ts";
import { defaultLayout } from "../elf/section-layout.ts";
import type { CodeRanges } from "./fde-ranges.ts";
import type { ExecutableSegment } from "./unwind-table.ts";

/** The executable PT_LOAD segments, ascending by address. */
export function executableSegments(elf: ElfFile): ExecutableSegment[] {
  const isCode = ({ type, flags }: { type: number; flags: number }) =>
    type === SegmentType.load && (flags & SegmentFlag.execute) !== 0;
  return elf.segments
    .filter(isCode)
    .map(({ offset, vaddr, memorySize }) => ({ fileOffset: offset, address: vaddr, bytes: memorySize }))
    .filter(({ bytes, address }) => bytes > 0 && Number.isSafeInteger(address + bytes))
    .sort((a, b) => a.address - b.address);
}

/** Where code may be: in the segments; of a file that has none yet (an object file, a module) in its executable sections. */
export function codeRanges(elf: ElfFile, segments: readonly ExecutableSegment[]): CodeRanges {
  const ranges: { start: number; end: number }[] = [];
  const add = (start: number, bytes: number) => {
    const last = ranges.at(-1);
    // Sections and segments that touch are one range: an FDE may reach over the border.
    if (last !== undefined && start <= last.end) last.end = Math.max(last.end, start + bytes);
    else ranges.push({ start, end: start + bytes });
  };
  for (const { address, bytes } of segments.length > 0 ? segments : executableSections(elf))
    add(address, bytes);
  return {
    starts: Float64Array.from(ranges, ({ start }) => start),
    ends: Float64Array.from(ranges, ({ end }) => end),
  };
}

/** Sections of code, ascending by address; none where section headers were stripped. */
export function executableSections(elf: ElfFile): { address: number; bytes: number }[] {
  const layout = defaultLayout(elf);
  return elf.sections
    .map(({ flags, size }, index) => ({ flags, bytes: size, address: layout(index) }))
    .filter(({ flags }) => (flags & SectionFlag.execute) !== 0 && (flags & SectionFlag.alloc) !== 0)
    .filter(({ bytes, address }) => bytes > 0 && Number.isSafeInteger(address + bytes))
    .sort((a, b) => a.address - b.address);
}

/** The segment that holds an address. */
export function segmentOf(
  segments: readonly ExecutableSegment[],
  address: number,
): ExecutableSegment | undefined {
  return segments.find((segment) => address >= segment.address && address < segment.address + segment.bytes);
}

/** Up to so many bytes of code at an address in `segment`: fewer where the file ends. */
export function codeAt(elf: ElfFile, segment: ExecutableSegment, address: number, bytes: number): Uint8Array {
  return elf.source.read(address - segment.address + segment.fileOffset, bytes);
}
