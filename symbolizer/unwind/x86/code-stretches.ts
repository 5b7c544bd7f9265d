import type { ElfFile } from "../../elf/elf-file.ts";
import { executableSections } from "../executable-segments.ts";
import type { CodeRanges } from "../fde-ranges.ts";
import type { ExecutableSegment } from "../unwind-table.ts";

/** Sections, as what lies between two is no code; of a file without their headers its segments. Ascending, not overlapping. */
export function codeStretches(elf: ElfFile, segments: readonly ExecutableSegment[]): CodeRanges {
  const sections = executableSections(elf);
  let behind = Number.NEGATIVE_INFINITY;
  const ranges = (sections.length > 0 ? sections : segments)
    .map(({ address, bytes }) => {
      const start = Math.max(address, behind);
      behind = Math.max(start, address + bytes);
      return { start, end: behind };
    })
    .filter(({ start, end }) => start < end);
  return {
    starts: Float64Array.from(ranges, ({ start }) => start),
    ends: Float64Array.from(ranges, ({ end }) => end),
  };
}
