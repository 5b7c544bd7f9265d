import type { UnwindMachine } from "./machine.ts";
import { RULE_WORDS, ruleOfWords, type UnwindRule } from "./rule.ts";
import type { UnwindStats } from "./unwind-stats.ts";

/** An executable segment, as the kernel maps it. */
export interface ExecutableSegment {
  fileOffset: number;
  /** ELF virtual address. */
  address: number;
  /** Bytes in memory. */
  bytes: number;
}

/**
 * How each address of a binary is unwound. Row i begins at `rowStarts[i]` and reaches to the next; the last row, if there
 * is any, begins where all coverage ends. Neighbours differ.
 */
export interface UnwindTable {
  machine: UnwindMachine;
  /** ELF virtual addresses, ascending. */
  rowStarts: Float64Array;
  /** Rows' indexes into `rules`. */
  ruleIndexes: Uint16Array;
  /** `RULE_WORDS` words a rule; rule 0 is "no information". */
  rules: Int32Array;
  /** In ascending order of address. */
  segments: ExecutableSegment[];
  stats: UnwindStats;
}

/** The row that an address (ELF, virtual) lies in; -1 before the first. */
export function rowOf(table: Pick<UnwindTable, "rowStarts">, address: number): number {
  const { rowStarts } = table;
  let low = 0;
  let high = rowStarts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (rowStarts[middle] <= address) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** The rule for an ELF virtual address: that of rule 0 where no information covers it. */
export function lookUp(table: UnwindTable, address: number): UnwindRule {
  const row = rowOf(table, address);
  return ruleOfWords(table.rules, RULE_WORDS * (row < 0 ? 0 : table.ruleIndexes[row]));
}
