import { type ElfFile, type Segment, SegmentFlag, SegmentType } from "./elf-file.ts";

/** The kernel maps whole pages, so bytes around a segment are mapped with it. 4 KiB is the least that any machine uses. */
const PAGE_BYTES = 4096;

/** The PT_LOAD segments, executable ones first, otherwise in the order of the file. */
export function loadSegments(elf: ElfFile): Segment[] {
  const loads = elf.segments.filter((segment) => segment.type === SegmentType.load && segment.fileSize > 0);
  const isExecutable = (segment: Segment) => (segment.flags & SegmentFlag.execute) !== 0;
  return [...loads.filter(isExecutable), ...loads.filter((segment) => !isExecutable(segment))];
}

/**
 * The segment, of `segments` in their order, through which code at a file offset is mapped: first one that holds the
 * offset, then one whose pages do. -1: none.
 */
export function segmentOfOffset(segments: readonly Segment[], fileOffset: number): number {
  const exact = segments.findIndex(
    (segment) => fileOffset >= segment.offset && fileOffset < segment.offset + segment.fileSize,
  );
  if (exact >= 0) return exact;
  return segments.findIndex((segment) => {
    const end = segment.offset + segment.fileSize;
    return fileOffset >= floorToPage(segment.offset) && fileOffset < floorToPage(end + PAGE_BYTES - 1);
  });
}

/** Where in the file the code at a virtual address lies; the address itself where no segment of the file holds it. */
export function offsetOfAddress(segments: readonly Segment[], address: number): number {
  const segment = segments.find(({ vaddr, fileSize }) => address >= vaddr && address < vaddr + fileSize);
  return segment === undefined ? address : address - segment.vaddr + segment.offset;
}

/**
 * A segment as a mapping of whole pages, in the terms of `MappingTable`: vaddr - start + fileOffset = offset in the file.
 */
export function segmentMapping(segment: Segment): { start: number; limit: number; fileOffset: number } {
  const within = segment.vaddr - floorToPage(segment.vaddr);
  // A segment that is not congruent modulo the page can't be mapped by the kernel; then whole pages mean nothing.
  const slack = within <= segment.offset ? within : 0;
  return {
    start: segment.vaddr - slack,
    limit: floorToPage(segment.vaddr + Math.max(segment.memorySize, segment.fileSize) + PAGE_BYTES - 1),
    fileOffset: segment.offset - slack,
  };
}

function floorToPage(value: number): number {
  return Math.floor(value / PAGE_BYTES) * PAGE_BYTES;
}
