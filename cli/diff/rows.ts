import { type Scale, signed, valueText } from "../../profile/diff/change-text.ts";
import { type Comparison, Verdict } from "../../profile/diff/compare.ts";
import { differenceText, relativeText } from "../../profile/diff/words.ts";
import { printable } from "../words.ts";
import type { DiffOutcome } from "./outcome.ts";

/** A changed function as texts. */
export interface ChangeRow {
  name: string;
  module: string;
  before: string;
  after: string;
  /** Change of the total with its interval. */
  change: string;
  relative: string;
  /** Change of the function's own part; in brackets where it may be chance. */
  self: string;
  isMore: boolean;
}

/** The `count` first changes of a function's own, those of the table. */
export function changeRows({ diff, changes }: DiffOutcome, scale: Scale, count: number): ChangeRow[] {
  const { keys, functionTotal, functionSelf } = diff;
  return changes.moved.slice(0, count).map((key) => ({
    name: printable(keys.name[key]),
    module: printable(keys.module[key]),
    before: valueText(scale, functionTotal.before[key]),
    after: valueText(scale, functionTotal.after[key]),
    change: differenceText(scale, functionTotal, key),
    relative: relativeText(functionTotal, key),
    self: selfText(scale, functionSelf, key),
    isMore: functionTotal.after[key] > functionTotal.before[key],
  }));
}

function selfText(scale: Scale, comparison: Comparison, key: number): string {
  const change = (comparison.after[key] - comparison.before[key]) * scale.factor;
  const text = signed(change, Math.abs(change) < 0.995 ? 2 : 1) + scale.suffix;
  return comparison.verdict[key] === Verdict.significant ? text : `(${text})`;
}
