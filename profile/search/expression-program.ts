import type { Expression } from "./expression-tree.ts";
import { UnsupportedExpression } from "./unsupported-expression.ts";

/**
 * A regular expression as a program for a machine that follows all ways at once (Ken Thompson, "Regular Expression
 * Search Algorithm", CACM 11(6), 1968). Each step goes on at `next`, a fork also at `other`.
 */
export type Step =
  | { kind: "atom"; test: (character: string) => boolean; next: number }
  | { kind: "begin" | "end" | "boundary" | "inside"; next: number }
  | { kind: "fork"; next: number; other: number }
  | { kind: "match" };

/** Steps of a program: each letter searched through costs at most as many. `a{1000}` has a thousand. */
const MAX_STEPS = 5_000;

/** Step 0 is where it begins. */
export function compileExpression(expression: Expression): Step[] {
  const steps: Step[] = [];
  const add = (step: Step) => {
    if (steps.length === MAX_STEPS) {
      throw new UnsupportedExpression("This expression repeats too much to be searched for.");
    }
    return steps.push(step) - 1;
  };
  /** Adds `part` so that it goes on at `next`; the step where it begins. */
  const compile = (part: Expression, next: number): number => {
    switch (part.kind) {
      case "atom":
        return add({ kind: "atom", test: part.test, next });
      case "all":
        return part.parts.reduceRight((after, each) => compile(each, after), next);
      case "any":
        return part.parts
          .map((each) => compile(each, next))
          .reduceRight((other, way) => add({ kind: "fork", next: way, other }));
      case "repeat":
        return repeat(part.part, part.least, part.most, next);
      default:
        return add({ kind: part.kind, next });
    }
  };
  const repeat = (part: Expression, least: number, most: number, next: number): number => {
    let at = next;
    if (most === Number.POSITIVE_INFINITY) {
      const fork: Step = { kind: "fork", next: 0, other: next };
      at = add(fork);
      fork.next = compile(part, at);
    } else {
      for (let optional = least; optional < most; optional++) {
        at = add({ kind: "fork", next: compile(part, at), other: next });
      }
    }
    for (let needed = 0; needed < least; needed++) at = compile(part, at);
    return at;
  };
  const first = compile(expression, add({ kind: "match" }));
  // Forks make loops, so steps can't be turned around; a fork to the same place twice is a jump.
  steps.push({ kind: "fork", next: first, other: first });
  return steps;
}

/** The step that a program of `compileExpression` begins with. */
export function firstStep(program: readonly Step[]): number {
  return program.length - 1;
}
