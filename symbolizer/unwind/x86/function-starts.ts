import { ALIGNMENT, type CodeColumns, Mark } from "./code-columns.ts";
import { solveDepths, WORD } from "./code-runs.ts";

/**
 * Where functions begin in code: what is called, and what nothing leads to that lies where functions usually begin and has only a
 * return address on its stack. Ascending addresses.
 */
export function functionStarts(columns: CodeColumns): Float64Array {
  const { base, offsets, marks } = columns;
  const { count, firsts, depths } = solveDepths(columns, () => undefined);
  const starts: number[] = [];
  for (let run = 0; run < count; run++) {
    const mark = marks[firsts[run]];
    const address = base + offsets[firsts[run]];
    const isCalled = (mark & Mark.called) !== 0;
    const isLedTo = (mark & (Mark.target | Mark.goneOnTo)) !== 0;
    const isEntry = !isLedTo && address % ALIGNMENT === 0 && depths.depthOf(run) === WORD;
    if (isCalled || isEntry) starts.push(address);
  }
  return Float64Array.from(starts);
}
