import { RowBuilder } from "./row-builder.ts";
import { type UnwindRule, wordsOfRule } from "./rule.ts";
import type { RuleDictionary } from "./rule-dictionary.ts";

/** Code that has another rule than its call frame information tells. Addresses as in the file. */
export interface CodeRule {
  start: number;
  /** Exclusive. */
  end: number;
  rule: UnwindRule;
  /** Whether the byte at `start` is meant only where it is no function's, see `Recognized`. */
  beforeFunction: boolean;
  /** Whether it is meant only if it is one function from the first byte to the last. */
  wholeFunction: boolean;
}

/**
 * Rows in whose stead those of `code`, ascending and not overlapping, are where they hold. Linear in the number of both. Where the
 * dictionary is full, rows stay as they are.
 */
export function overlayRows(
  rows: RowBuilder,
  code: readonly CodeRule[],
  dictionary: RuleDictionary,
): RowBuilder {
  if (code.length === 0) return rows;
  const { starts, rules } = rows.rows();
  const all = new RowBuilder();
  all.full = rows.full;
  /** The row to be added next; the one before it is in force. */
  let row = 0;
  const inForce = () => (row === 0 ? 0 : rules[row - 1]);
  for (const { start, end, rule, beforeFunction, wholeFunction } of code) {
    const index = dictionary.indexOf(...wordsOfRule(rule));
    if (index < 0) continue;
    for (; row < starts.length && starts[row] <= start; row++) all.add(starts[row], rules[row]);
    const isFunction = row > 0 && starts[row - 1] === start && starts[row] === end && rules[row] === 0;
    if (wholeFunction && !(isFunction && (row === 1 || rules[row - 2] === 0))) continue;
    const from = beforeFunction && inForce() !== 0 ? start + 1 : start;
    while (row < starts.length && starts[row] < end) row++;
    if (from === end) continue;
    all.add(from, index);
    // Rows that begin at its end come next by themselves.
    if (row >= starts.length || starts[row] > end) all.add(end, inForce());
  }
  for (; row < starts.length; row++) all.add(starts[row], rules[row]);
  return all;
}
