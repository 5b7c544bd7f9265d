import { lowerBound, upperBound } from "../../cover-tree.ts";
import type { ElfFile } from "../../elf/elf-file.ts";
import { codeAt, executableSegments, segmentOf } from "../executable-segments.ts";
import type { CodeRanges } from "../fde-ranges.ts";
import { unwindMachineOf } from "../machine.ts";
import type { ExecutableSegment } from "../unwind-table.ts";
import { CodeColumns } from "./code-columns.ts";
import { codeStretches } from "./code-stretches.ts";
import { functionStarts } from "./function-starts.ts";

/** Code is read in windows of so much, and so much before and behind each, where what leads to its functions mostly is. */
const WINDOW_BYTES = 64 << 10;
const MARGIN_BYTES = 32 << 10;
/** So many windows before and behind are read with one; more, where no function is seen to begin before an address and one behind. */
const REACHES = [0, 3];
/** Of a file no more is read, which takes a second for each 8 MiB. */
const MAX_FILE_BYTES = 64 << 20;

/** Code between functions that are known otherwise. */
interface Gap {
  from: number;
  to: number;
}

/** x86-64 code between functions that are known otherwise, which can be all of a file: where functions begin in it. */
export class CodeBetween {
  readonly #elf: ElfFile;
  readonly #known: CodeRanges;
  readonly #segments: ExecutableSegment[];
  readonly #stretches: CodeRanges;
  /** What was read, for each of `REACHES`: where functions begin, ascending, by the first address of the window in the middle. */
  readonly #starts = REACHES.map(() => new Map<number, Float64Array | undefined>());
  #bytesLeft = MAX_FILE_BYTES;

  constructor(elf: ElfFile, known: CodeRanges) {
    this.#elf = elf;
    this.#known = known;
    this.#segments = unwindMachineOf(elf) === "x86-64" ? executableSegments(elf) : [];
    this.#stretches = codeStretches(elf, this.#segments);
  }

  /** The beginning of the function that an address is in; undefined: that is not known. */
  startAround(address: number): number | undefined {
    const gap = this.#gapAround(address);
    if (gap === undefined) return undefined;
    const window = gap.from + Math.floor((address - gap.from) / WINDOW_BYTES) * WINDOW_BYTES;
    for (const [index, reach] of REACHES.entries()) {
      const from = Math.max(gap.from, window - reach * WINDOW_BYTES - MARGIN_BYTES);
      const to = Math.min(gap.to, window + (reach + 1) * WINDOW_BYTES + MARGIN_BYTES);
      const read = this.#starts[index];
      if (!read.has(window)) read.set(window, this.#read(from, to, gap));
      const starts = read.get(window);
      if (starts === undefined) return undefined;
      const next = upperBound(starts, address);
      const isAll = (next > 0 || from === gap.from) && (next < starts.length || to === gap.to);
      if (isAll) return starts[next - 1];
    }
    return undefined;
  }

  #gapAround(address: number): Gap | undefined {
    const index = upperBound(this.#stretches.starts, address) - 1;
    if (index < 0 || address >= this.#stretches.ends[index]) return undefined;
    const before = lowerBound(this.#known.ends, address + 1) - 1;
    return {
      from: Math.max(this.#stretches.starts[index], this.#known.ends[before] ?? 0),
      to: Math.min(this.#stretches.ends[index], this.#known.starts[before + 1] ?? Number.POSITIVE_INFINITY),
    };
  }

  /** Where functions begin; undefined: it is no code that tells. */
  #read(from: number, to: number, gap: Gap): Float64Array | undefined {
    const segment = segmentOf(this.#segments, from);
    if (segment === undefined || to - from > this.#bytesLeft) return undefined;
    this.#bytesLeft -= to - from;
    const starts = functionStarts(new CodeColumns(codeAt(this.#elf, segment, from, to - from), from));
    // What comes first may be amid a function.
    return starts?.subarray(from > gap.from && starts[0] === from ? 1 : 0);
  }
}
