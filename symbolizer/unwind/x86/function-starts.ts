import { WORD } from "../rule.ts";
import { ALIGNMENT, type CodeColumns, Mark } from "./code-columns.ts";
import { solveCode } from "./solve-code.ts";
import { Effect } from "./stack-effect.ts";

/**
 * Where functions begin in code: what is called, and what lies where functions usually begin with only a return address on its
 * stack, if no code goes on to it, and none branches to it, as within a function. Ascending addresses; undefined: it is no code
 * that can be followed. In the midst of one function there are none.
 */
export function functionStarts(columns: CodeColumns): Float64Array | undefined {
  const solved = solveCode(columns, () => undefined);
  if (solved === undefined) return returnsAnywhere(columns) ? undefined : new Float64Array();
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

function returnsAnywhere({ kinds, count }: CodeColumns): boolean {
  return kinds.subarray(0, count).includes(Effect.returns);
}
