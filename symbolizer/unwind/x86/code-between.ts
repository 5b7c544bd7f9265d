import { lowerBound, upperBound } from "../../cover-tree.ts";
import type { ElfFile } from "../../elf/elf-file.ts";
import { codeAt, executableSegments, segmentOf } from "../executable-segments.ts";
import type { CodeRanges } from "../fde-ranges.ts";
import { unwindMachineOf } from "../machine.ts";
import type { ExecutableSegment } from "../unwind-table.ts";
import { CodeColumns } from "./code-columns.ts";
import { codeStretches, MAX_STRETCH_BYTES } from "./code-stretches.ts";
import { functionStarts } from "./function-starts.ts";

const NONE = new Float64Array();

/** x86-64 code between functions that are known otherwise: where functions begin in it. */
export class CodeBetween {
  readonly #elf: ElfFile;
  readonly #known: CodeRanges;
  readonly #segments: ExecutableSegment[];
  readonly #stretches: CodeRanges;
  /** By the stretch's beginning. */
  readonly #starts = new Map<number, Float64Array>();

  constructor(elf: ElfFile, known: CodeRanges) {
    this.#elf = elf;
    this.#known = known;
    this.#segments = unwindMachineOf(elf) === "x86-64" ? executableSegments(elf) : [];
    this.#stretches = codeStretches(elf, this.#segments);
  }

  /** All that begin in the code around an address up to the next that is known; none where that is too much code. */
  functionsAround(address: number): Float64Array {
    const index = upperBound(this.#stretches.starts, address) - 1;
    if (index < 0 || address >= this.#stretches.ends[index]) return NONE;
    const before = lowerBound(this.#known.ends, address + 1) - 1;
    const from = Math.max(this.#stretches.starts[index], this.#known.ends[before] ?? 0);
    const to = Math.min(
      this.#stretches.ends[index],
      this.#known.starts[before + 1] ?? Number.POSITIVE_INFINITY,
    );
    let starts = this.#starts.get(from);
    if (starts === undefined) {
      starts = this.#read(from, to);
      this.#starts.set(from, starts);
    }
    return starts;
  }

  #read(from: number, to: number): Float64Array {
    const segment = segmentOf(this.#segments, from);
    if (segment === undefined || to - from > MAX_STRETCH_BYTES) return NONE;
    return functionStarts(new CodeColumns(codeAt(this.#elf, segment, from, to - from), from));
  }
}
