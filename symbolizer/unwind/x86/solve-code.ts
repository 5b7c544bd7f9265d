import type { CodeColumns } from "./code-columns.ts";
import { type CodeRuns, checkDepths, type DepthElsewhere, solveDepths, solvedShare } from "./code-runs.ts";
import { FactFlow } from "./fact-flow.ts";

/** Where depths are known of fewer instructions of so much code, it does not call and return as other code does (V8's own: a tenth), or is data. */
const MIN_SOLVED = 0.25;
const MUCH_CODE = 1 << 16;

/** Code, and what is known of its stack. */
export interface SolvedCode {
  columns: CodeColumns;
  runs: CodeRuns;
  flow: FactFlow;
}

/** How deep the stack is everywhere, and what else is known; undefined: it is no code that can be followed. */
export function solveCode(columns: CodeColumns, elsewhere: DepthElsewhere): SolvedCode | undefined {
  const runs = solveDepths(columns, elsewhere);
  if (columns.code.length >= MUCH_CODE && solvedShare(columns, runs) < MIN_SOLVED) return undefined;
  const flow = new FactFlow(columns, runs);
  if (!flow.equateReturns()) return { columns, runs, flow };
  // What the stack pointer is taken back from has told depths, and these tell more facts.
  checkDepths(columns, runs);
  return { columns, runs, flow: new FactFlow(columns, runs) };
}
