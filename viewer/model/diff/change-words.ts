import {
  changeText,
  factorText,
  plainChangeText,
  signed,
  valueText,
} from "../../../profile/diff/change-text.ts";
import type { PageComparison } from "../../../profile/diff/page-comparison.ts";
import { formatWeight } from "../format.ts";
import type { RowChange } from "./row-change.ts";

/** `Before 3.6% · 310 ms`, `After …`, `Change +5.9% (4.3–7.6)`, `Relative +167%`. */
export function changeNumbers(
  comparison: PageComparison,
  change: RowChange,
): [name: string, value: string][] {
  const { scale, valueType } = comparison;
  if (change.verdict === "context") {
    return [
      [
        "Gone below it",
        `${valueText(scale, change.before)} · ${formatWeight(change.beforeWeight, valueType)}`,
      ],
    ];
  }
  const side = (value: number, weight: number) =>
    weight === 0 ? "none" : `${valueText(scale, value)} · ${formatWeight(weight, valueType)}`;
  return [
    ["Before", side(change.before, change.beforeWeight)],
    ["After", side(change.after, change.afterWeight)],
    ["Change", differenceWords(comparison, change)],
    ["Relative", relativeWords(change)],
  ];
}

/** `+5.9% (4.3–7.6)`; of what was not tested without the interval. */
export function differenceWords({ scale }: PageComparison, { before, after, half }: RowChange): string {
  const difference = after - before;
  return Number.isNaN(half)
    ? plainChangeText(scale, difference)
    : changeText(scale, difference, { low: difference - half, high: difference + half });
}

/** `3.6% → 9.5%` */
export function sidesWords({ scale }: PageComparison, { before, after }: RowChange): string {
  return `${valueText(scale, before)} → ${valueText(scale, after)}`;
}

/** `copy_block: 3.6% → 9.5%, +5.9% (4.3–7.6), more` */
export function changeSentence(comparison: PageComparison, name: string, change: RowChange): string {
  const words = [sidesWords(comparison, change), differenceWords(comparison, change), verdictMark(change)];
  return `${name}: ${words.join(", ")}`;
}

export function relativeWords({ before, after }: RowChange): string {
  return before === 0 && after === 0 ? "none" : factorText(before, after);
}

/** What the tests say, in a word or two. */
export function verdictMark({ verdict, before, after }: RowChange): string {
  switch (verdict) {
    case "significant":
      return before === 0 ? "new" : after === 0 ? "gone" : after > before ? "more" : "less";
    case "carried":
      return "moved with the rest";
    case "chance":
      return "may be chance";
    case "tooFew":
      return "too few samples";
    case "untested":
      return "not tested here";
    case "context":
    case "group":
      return "";
  }
}

/** Why a change counts or does not, in a sentence; "" of what is not compared. */
export function verdictSentence({ factor, fdr }: PageComparison, change: RowChange): string {
  switch (change.verdict) {
    case "significant":
      return `More than chance: ${pText(change.adjusted)}, adjusted for all that was looked at.`;
    case "carried":
      return `No change of its own: all that did not change moved by ${signed(100 * (factor - 1), 1)}%, as shares of a whole fall when another’s grows.`;
    case "chance":
      return `Not significant, may be chance: ${pText(change.adjusted)}, adjusted for all that was looked at; the limit is ${fdr}.`;
    case "tooFew":
      return "Too few samples to tell: no difference could have been significant.";
    case "untested":
      return "Not tested: these are other samples than those of any path or function that was compared.";
    case "context":
      return "Not gone itself: something below it is.";
    case "group":
      return "";
  }
}

/** That a frame is on the way of one side only; "" where it is not. */
export function insertedSentence({ inserted }: RowChange): string {
  if (inserted === undefined) return "";
  const other = inserted === "after" ? "before" : "after";
  return `Put between: ${other}, what is below it was called without it.`;
}

/** `p = 0.032`, `p < 0.001`. */
export function pText(p: number): string {
  if (p < 0.001) return "p < 0.001";
  return `p = ${p < 0.1 ? p.toPrecision(2) : p.toFixed(2)}`;
}
