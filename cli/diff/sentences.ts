import type { Violation } from "../../profile/diff/conditions.ts";
import type { ProfileDiff } from "../../profile/diff/diff.ts";
import { differenceText, relativeText, scaleOf } from "../../profile/diff/words.ts";
import { counted } from "../words.ts";
import type { DiffOutcome } from "./outcome.ts";

export const NO_CHANGE = "No change of cost beyond chance.";
const LISTED = 3;

/** How many of how many functions differ, and how sure that is. */
export function countsSentence({ diff, changes }: DiffOutcome, top: number): string {
  const { functionTotal, functionSelf, fdr } = diff;
  const significant = changes.moved.length + changes.carried.length + changes.inserted.length;
  const tested = Math.max(functionTotal.familySize, functionSelf.familySize);
  const shown = changes.moved.length > top ? ` (${top} shown; --top shows more)` : "";
  return significant === 0
    ? `None of ${counted(tested, "function")} with enough samples differs beyond chance.`
    : `${counted(significant, "function")} of ${tested} with enough samples ${significant === 1 ? "differs" : "differ"} beyond chance${shown}; ` +
        `at most ${Math.round(1000 * fdr) / 10}% of such findings are expected to be false.`;
}

/** What is compared. */
export function normalizationSentence(diff: ProfileDiff): string {
  const { of } = scaleOf(diff);
  switch (diff.normalization.kind) {
    case "total":
      return `Compared by shares of ${of}`;
    case "frame":
      return `Compared by parts of ${of}`;
    case "time":
      return `Compared by time recorded: in units of ${of}`;
    case "none":
      return `Compared as measured: ${of}`;
  }
}

/** Functions that only lie between others now, or no more; undefined where there are none. */
export function insertedSentence({ diff, changes }: DiffOutcome): string | undefined {
  const names = changes.inserted.slice(0, LISTED).map((key) => {
    const how = diff.functionTotal.before[key] === 0 ? "is now" : "is no more";
    return `${diff.keys.name[key]} ${how} on the way to what was called before`;
  });
  if (names.length === 0) return undefined;
  const more = changes.inserted.length - names.length;
  return `${names.join("; ")}${more > 0 ? `; and ${more} more` : ""}: paths are compared around it.`;
}

/** `total(parse_*) > +5%: parse_header +41% (+4.2% (3.1–5.3))`. */
export function violationSentence(diff: ProfileDiff, { condition, key }: Violation): string {
  const comparison = condition.measure === "self" ? diff.functionSelf : diff.functionTotal;
  const difference = differenceText(scaleOf(diff), comparison, key);
  return `${condition.text}: ${diff.keys.name[key]} is ${relativeText(comparison, key)}, ${difference}`;
}
