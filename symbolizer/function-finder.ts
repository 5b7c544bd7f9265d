import { lowerBound } from "./cover-tree.ts";
import type { ElfFile } from "./elf/elf-file.ts";
import type { CodeRanges } from "./unwind/fde-ranges.ts";
import { functionRanges } from "./unwind/function-ranges.ts";
import { CodeBetween } from "./unwind/x86/code-between.ts";

/** Finds where functions begin that no symbol table tells of. Reads what it needs when it is asked. */
export interface FunctionFinder {
  /** The beginning of the function that an address is in; undefined: that is not known. */
  startAround(address: number): number | undefined;
}

/** By `.eh_frame`, and between its functions by the code itself. */
export function functionFinder(elf: ElfFile): FunctionFinder {
  let ranges: CodeRanges | undefined;
  let between: CodeBetween | undefined;
  return {
    startAround(address) {
      ranges ??= functionRanges(elf) ?? { starts: new Float64Array(), ends: new Float64Array() };
      // The first that ends behind it.
      const index = lowerBound(ranges.ends, address + 1);
      if (index < ranges.starts.length && ranges.starts[index] <= address) return ranges.starts[index];
      between ??= new CodeBetween(elf, ranges);
      return between.startAround(address);
    },
  };
}
