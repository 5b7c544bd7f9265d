import { ProfileFormatError } from "../format-error.ts";
import { type Comparison, Verdict } from "./compare.ts";
import type { ProfileDiff } from "./diff.ts";

/** What must not happen, e.g. `total(parse_*) > +5%`. */
export interface Condition {
  text: string;
  measure: "self" | "total";
  matches: (name: string) => boolean;
  direction: ">" | "<";
  /** Change that is the limit: 0.05 is 5% of what the function had, or 5 points of the whole. */
  limit: number;
  unit: "percent" | "points";
}

/** A function for which a condition holds. */
export interface Violation {
  condition: Condition;
  /** Row of the functions. */
  key: number;
  /** The change, in the unit of the condition; infinite for percents of a function that was not there. */
  change: number;
}

/** What a condition must look like, for people. */
export const CONDITION_FORM =
  "A condition is self(NAME) or total(NAME), > or <, and a change: total(parse_*) > +5%, self(/^mem/) > 0.5pp.";

/** Throws `ProfileFormatError` in one sentence when the text is no condition. */
export function parseCondition(text: string): Condition {
  const match = /^\s*(self|total)\((.+)\)\s*([<>])\s*([+-]?\d+(?:\.\d+)?)\s*(%|pp|points?)\s*$/.exec(text);
  if (match === null) throw new ProfileFormatError(`${text} is no condition.`);
  const [, measure, pattern, direction, number, unit] = match;
  return {
    text: text.trim(),
    measure: measure === "self" ? "self" : "total",
    matches: parsePattern(pattern),
    direction: direction === "<" ? "<" : ">",
    limit: Number(number) / 100,
    unit: unit === "%" ? "percent" : "points",
  };
}

/** `/…/` is a regular expression (with `i` behind it if wanted), all else a glob of the whole name with `*` and `?`. */
export function parsePattern(pattern: string): (name: string) => boolean {
  const expression = /^\/(.*)\/(i?)$/.exec(pattern.trim());
  if (expression !== null) {
    try {
      const compiled = new RegExp(expression[1], expression[2]);
      return (name) => compiled.test(name);
    } catch {
      throw new ProfileFormatError(`${pattern} is no regular expression.`);
    }
  }
  const glob = pattern
    .trim()
    .replace(/[\\^$.|+()[\]{}]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  const compiled = new RegExp(`^${glob}$`, "s");
  return (name) => compiled.test(name);
}

/** The functions for which a condition holds, the greatest change first. */
export function findViolations(
  diff: ProfileDiff,
  condition: Condition,
  /** Also changes that may be chance. */
  withNoise = false,
): Violation[] {
  const comparison = condition.measure === "self" ? diff.functionSelf : diff.functionTotal;
  const found: Violation[] = [];
  for (const key of matchingFunctions(diff, condition)) {
    if (!withNoise && comparison.verdict[key] !== Verdict.significant) continue;
    const change = changeOf(comparison, key, condition.unit);
    const holds = condition.direction === ">" ? change > condition.limit : change < condition.limit;
    if (holds) found.push({ condition, key, change });
  }
  return found.sort((a, b) => Math.abs(b.change) - Math.abs(a.change) || a.key - b.key);
}

/** The functions that a condition names. */
export function matchingFunctions({ keys, functionTotal }: ProfileDiff, condition: Condition): number[] {
  const rows: number[] = [];
  for (let key = 0; key < keys.length; key++) {
    if (functionTotal.verdict[key] !== Verdict.none && condition.matches(keys.name[key])) rows.push(key);
  }
  return rows;
}

function changeOf({ before, after }: Comparison, key: number, unit: Condition["unit"]): number {
  if (unit === "points") return after[key] - before[key];
  return before[key] === 0 && after[key] === 0 ? 0 : after[key] / before[key] - 1;
}
