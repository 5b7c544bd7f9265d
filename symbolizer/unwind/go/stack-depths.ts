import type { Pclntab } from "../../go/pclntab.ts";
import { RowBuilder } from "../row-builder.ts";
import { PLAIN, WORD, wordsOfRule } from "../rule.ts";
import type { RuleDictionary } from "../rule-dictionary.ts";

/** Rows of the largest programs: a million. What a forged table says beyond is left out. */
const MAX_DEPTHS = 1 << 24;

/** `rows`, and what was added to them. */
export interface WithDepths {
  rows: RowBuilder;
  functions: number;
  /** Before equal neighbours are merged. */
  added: number;
}

/**
 * Rows for functions of Go that `rows` say nothing of, by the runtime's own table: how deep a function's stack is below its return address, from
 * address to address. Go's `.debug_frame` is made of the same numbers, and tells nothing of the frame pointer either, which walking Go's
 * own code does not need. Functions that any row touches stay as they are.
 */
export function withStackDepths(rows: RowBuilder, table: Pclntab, dictionary: RuleDictionary): WithDepths {
  const { starts, rules } = rows.rows();
  const all = new RowBuilder();
  all.full = rows.full;
  let functions = 0;
  let added = 0;
  /** The row to be added next; the one before it is in force. */
  let row = 0;
  for (let index = 0; index < table.count && added < MAX_DEPTHS; index++) {
    const start = table.starts[index];
    for (; row < starts.length && starts[row] <= start; row++) all.add(starts[row], rules[row]);
    if (row > 0 && rules[row - 1] !== 0) continue;
    const next = row < starts.length ? starts[row] : Number.POSITIVE_INFINITY;
    const end = endOf(table, index);
    if (end === start || end > next) continue;
    functions++;
    for (const depths = table.values(index, "stack"); depths.next(); added++) {
      const rule = dictionary.indexOf(...wordsOfRule({ ...PLAIN, cfaOffset: depths.value + WORD }));
      all.add(depths.from, Math.max(rule, 0));
    }
    all.add(end, 0);
  }
  for (; row < starts.length; row++) all.add(starts[row], rules[row]);
  all.full ||= added >= MAX_DEPTHS;
  return { rows: all, functions, added };
}

/** Where a function's own code ends; what follows it up to the next is filling. */
function endOf(table: Pclntab, index: number): number {
  const depths = table.values(index, "stack");
  while (depths.next());
  return depths.to;
}
