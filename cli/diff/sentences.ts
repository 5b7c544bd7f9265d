import type { Violation } from "../../profile/diff/conditions.ts";
import type { ProfileDiff } from "../../profile/diff/diff.ts";
import { differenceText, relativeText, scaleOf } from "../../profile/diff/words.ts";
import { counted } from "../words.ts";
import type { DiffOutcome } from "./outcome.ts";

/** How many of how many functions differ, and how sure that is. */
export function countsSentence({ diff, changes }: DiffOutcome, top: number): string {
  const { functionTotal, functionSelf, fdr } = diff;
  const significant = changes.moved.length + changes.carried.length;
  const tested = Math.max(functionTotal.familySize, functionSelf.familySize);
  const shown = changes.moved.length > top ? ` (${top} shown; --top shows more)` : "";
  return significant === 0
    ? `None of ${counted(tested, "function")} with enough samples differs beyond chance.`
    : `${counted(significant, "function")} of ${tested} with enough samples ${significant === 1 ? "differs" : "differ"} beyond chance${shown}; ` +
        `at most ${Math.round(1000 * fdr) / 10}% of such findings are expected to be false.`;
}

/** `total(parse_*) > +5%: parse_header +41% (+4.2% (3.1–5.3))`. */
export function violationSentence(diff: ProfileDiff, { condition, key }: Violation): string {
  const comparison = condition.measure === "self" ? diff.functionSelf : diff.functionTotal;
  const difference = differenceText(scaleOf(diff), comparison, key);
  return `${condition.text}: ${diff.keys.name[key]} is ${relativeText(comparison, key)}, ${difference}`;
}
