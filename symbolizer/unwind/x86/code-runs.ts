import { type CodeColumns, Mark } from "./code-columns.ts";
import { DepthClasses, UNKNOWN } from "./depth-classes.ts";
import { Effect } from "./stack-effect.ts";

/** At a function's first instruction, and at its return: the return address alone lies on the stack. */
export const WORD = 8;

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
 * entered and left with 8, and jumps have one depth at both ends. These equations are solved for all of the code at once; where
 * they contradict each other, or come to a depth that no function has, nothing is said.
 */
export function solveDepths(columns: CodeColumns, elsewhere: DepthElsewhere): CodeRuns {
  const runs = findRuns(columns);
  equate(columns, runs, elsewhere);
  checkDepths(columns, runs);
  return runs;
}

function findRuns({ count, kinds, marks }: CodeColumns): CodeRuns {
  const runAt = new Int32Array(count).fill(-1);
  let runs = 0;
  for (let index = 0; index < count; index++) {
    const isSame = (marks[index] & Mark.goneOnTo) !== 0 && kinds[index - 1] !== Effect.leaps;
    if (!isSame || marks[index] & (Mark.target | Mark.called)) runAt[index] = runs++;
  }
  const firsts = new Uint32Array(runs);
  for (let index = 0; index < count; index++) if (runAt[index] >= 0) firsts[runAt[index]] = index;
  return { count: runs, firsts, runAt, depths: new DepthClasses(runs) };
}

function equate(columns: CodeColumns, { runAt, depths }: CodeRuns, elsewhere: DepthElsewhere): void {
  const { count, kinds, marks, targets, leadsTo, base } = columns;
  let run = -1;
  let grown = 0;
  for (let index = 0; index < count; index++) {
    const begun = runAt[index];
    if (begun >= 0) {
      const isCalled = (marks[index] & Mark.called) !== 0;
      const isSame = (marks[index] & Mark.goneOnTo) !== 0 && kinds[index - 1] !== Effect.leaps;
      // Behind a call that does not return another function may begin.
      if (isSame && !isCalled) depths.join(run, begun, grown);
      if (isCalled) depths.fix(begun, WORD);
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
