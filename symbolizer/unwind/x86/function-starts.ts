import { WORD } from "../rule.ts";
import { ALIGNMENT, type CodeColumns, Mark } from "./code-columns.ts";
import { solveCode } from "./solve-code.ts";

/**
 * Where functions begin in code: what is called, and what lies where functions usually begin with only a return address on its
 * stack, if no code goes on to it, and none branches to it, as within a function. Ascending addresses.
 */
export function functionStarts(columns: CodeColumns): Float64Array {
  const solved = solveCode(columns, () => undefined);
  if (solved === undefined) return new Float64Array();
  const { base, offsets, marks } = columns;
  const { count, firsts, depths } = solved.runs;
  const starts: number[] = [];
  for (let run = 0; run < count; run++) {
    const mark = marks[firsts[run]];
    const address = base + offsets[firsts[run]];
    const isWithin = (mark & (Mark.goneOnTo | Mark.branched)) !== 0;
    const isEntry = !isWithin && address % ALIGNMENT === 0 && depths.depthOf(run) === WORD;
    if (isEntry || (mark & Mark.called) !== 0) starts.push(address);
  }
  return Float64Array.from(starts);
}
