import { WORD } from "../rule.ts";
import { type CodeColumns, Mark } from "./code-columns.ts";
import { DepthClasses, UNKNOWN } from "./depth-classes.ts";
import { Effect } from "./stack-effect.ts";

/** How deep the stack must be where an address outside the code is jumped to; undefined: that is not known. */
export type DepthElsewhere = (address: number) => number | undefined;

/** Code in runs: what is in one is always gone through from its first instruction on, and its depths go with each other. */
export interface CodeRuns {
  count: number;
  /** The first instruction of each. */
  firsts: Uint32Array;
  /** Of each instruction the run that begins with it, or -1. */
  runAt: Int32Array;
  /** Members are runs: how deep the stack is as each begins. */
  depths: DepthClasses;
}

/**
 * How deep the stack is everywhere in code, from the CFA down to the stack pointer. Each instruction changes that by a known number or not at all; a function is
 * entered and left with its return address alone, and jumps have one depth at both ends. These equations are solved for all of the code at once; where
 * they contradict each other, or come to a depth that no function has, nothing is said.
 *
 * A call need not return, and what lies behind it may be another function's. So equations over calls come last: they tell depths that
 * nothing else tells, all of them the same or none; and control does not go on from a call where what is behind it has another depth, or a contradictory one.
 */
export function solveDepths(columns: CodeColumns, elsewhere: DepthElsewhere): CodeRuns {
  const runs = findRuns(columns);
  const calls = equate(columns, runs, elsewhere);
  checkDepths(columns, runs);
  equateCalls(runs, calls);
  checkDepths(columns, runs);
  cutCalls(columns, runs, calls);
  return runs;
}

/** Whether the depth at an instruction is that behind the one before it, whatever that calls. */
function goesOn({ marks, kinds }: CodeColumns, index: number): boolean {
  const before = kinds[index - 1];
  return (marks[index] & Mark.goneOnTo) !== 0 && before !== Effect.leaps && before !== Effect.call;
}

function findRuns(columns: CodeColumns): CodeRuns {
  const { count, marks } = columns;
  const runAt = new Int32Array(count).fill(-1);
  let runs = 0;
  for (let index = 0; index < count; index++)
    if (!goesOn(columns, index) || marks[index] & (Mark.target | Mark.called)) runAt[index] = runs++;
  const firsts = new Uint32Array(runs);
  for (let index = 0; index < count; index++) if (runAt[index] >= 0) firsts[runAt[index]] = index;
  return { count: runs, firsts, runAt, depths: new DepthClasses(runs) };
}

/** A call that has something behind it: the run that it ends, how much deeper the stack is there than at that run's beginning. */
interface CallColumns {
  runs: number[];
  grown: number[];
}

/** Solves all but what lies over calls; returns these. */
function equate(columns: CodeColumns, { runAt, depths }: CodeRuns, elsewhere: DepthElsewhere): CallColumns {
  const { count, kinds, marks, targets, leadsTo, base } = columns;
  const calls: CallColumns = { runs: [], grown: [] };
  let run = -1;
  let grown = 0;
  for (let index = 0; index < count; index++) {
    const begun = runAt[index];
    if (begun >= 0) {
      const isCalled = (marks[index] & Mark.called) !== 0;
      if (isCalled) depths.fix(begun, WORD);
      else if (goesOn(columns, index)) depths.join(run, begun, grown);
      else if (marks[index] & Mark.goneOnTo && kinds[index - 1] === Effect.call) {
        calls.runs.push(run);
        calls.grown.push(grown);
      }
      run = begun;
      grown = 0;
    }
    switch (kinds[index]) {
      case Effect.grows:
        grown += columns.grown[index];
        break;
      case Effect.returns:
      case Effect.leaves:
        depths.fix(run, WORD - grown);
        break;
      case Effect.jump:
      case Effect.branch: {
        const target = targets[index];
        if (columns.holds(target)) {
          const at = leadsTo[index];
          if (at < 0) depths.spoil(run);
          else depths.join(run, runAt[at], grown);
        } else if (!Number.isNaN(target)) {
          const depth = elsewhere(base + target);
          if (depth !== undefined) depths.fix(run, depth - grown);
        }
      }
    }
  }
  return calls;
}

function equateCalls({ firsts, depths }: CodeRuns, calls: CallColumns): void {
  const known = Int32Array.from(firsts, (_, run) => depths.depthOf(run));
  for (const [call, run] of calls.runs.entries())
    if (known[run] === UNKNOWN && known[run + 1] === UNKNOWN) depths.join(run, run + 1, calls.grown[call]);
  for (const [call, run] of calls.runs.entries()) {
    const [before, behind] = [known[run], known[run + 1]];
    if (before === UNKNOWN && behind !== UNKNOWN) depths.fix(run, behind - calls.grown[call]);
    else if (before !== UNKNOWN && behind === UNKNOWN) depths.fix(run + 1, before + calls.grown[call]);
  }
}

function cutCalls(columns: CodeColumns, { firsts, depths }: CodeRuns, calls: CallColumns): void {
  for (const [call, run] of calls.runs.entries()) {
    const [before, behind] = [depths.depthOf(run), depths.depthOf(run + 1)];
    const isSame = before === UNKNOWN ? behind === UNKNOWN : before + calls.grown[call] === behind;
    if (!isSame || depths.isSpoilt(run)) columns.cut(firsts[run + 1] - 1);
  }
}

/** How many of all instructions have a depth that is known. */
export function solvedShare({ count }: CodeColumns, { firsts, depths }: CodeRuns): number {
  let solved = 0;
  for (const [run, first] of firsts.entries())
    if (depths.depthOf(run) !== UNKNOWN) solved += (firsts[run + 1] ?? count) - first;
  return solved / count;
}

/** Spoils classes that come to a depth of less than a return address, or of no whole words: no function has such. */
export function checkDepths({ count, kinds, grown }: CodeColumns, { runAt, depths }: CodeRuns): void {
  let run = -1;
  let depth = UNKNOWN;
  for (let index = 0; index < count; index++) {
    if (runAt[index] >= 0) {
      run = runAt[index];
      depth = depths.depthOf(run);
    }
    if (depth === UNKNOWN) continue;
    if (depth < WORD || depth % WORD !== 0) {
      depths.spoil(run);
      depth = UNKNOWN;
    } else if (kinds[index] === Effect.grows) depth += grown[index];
  }
}
