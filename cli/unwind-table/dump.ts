import { RULE_WORDS, ruleOfWords } from "../../symbolizer/unwind/rule.ts";
import type { UnwindTable } from "../../symbolizer/unwind/unwind-table.ts";
import { FRAME_POINTER_NAMES, type RuleWords, ruleWords } from "./rule-words.ts";

/** Rows of one text: a pipe takes some hundred kilobytes at a time. */
const ROWS_AT_ONCE = 4096;

/** The table's rows as text, in parts: a line a row under a heading, or a line of JSON a row. */
export function* dumpTable(table: UnwindTable, json: boolean): Generator<string> {
  const { machine, rules, rowStarts, ruleIndexes } = table;
  const words: RuleWords[] = [];
  for (let at = 0; at < rules.length; at += RULE_WORDS)
    words.push(ruleWords(ruleOfWords(rules, at), machine));
  const line = json ? jsonLine : textLine;
  if (!json) yield columns("LOC", "CFA", FRAME_POINTER_NAMES[machine], "ra");
  for (let from = 0; from < rowStarts.length; from += ROWS_AT_ONCE) {
    let text = "";
    const to = Math.min(rowStarts.length, from + ROWS_AT_ONCE);
    for (let row = from; row < to; row++) text += line(rowStarts[row], words[ruleIndexes[row]]);
    yield text;
  }
}

function textLine(address: number, { cfa, fp = "", ra = "" }: RuleWords): string {
  return columns(hexadecimal(address).padStart(16, "0"), cfa, fp, ra);
}

function columns(address: string, cfa: string, fp: string, ra: string): string {
  return `${`${address.padEnd(16)}  ${cfa.padEnd(16)}  ${fp.padEnd(10)}  ${ra}`.trimEnd()}\n`;
}

function jsonLine(address: number, { cfa, fp, ra }: RuleWords): string {
  return `${JSON.stringify({ address: `0x${hexadecimal(address)}`, cfa, fp: fp ?? null, ra: ra ?? null })}\n`;
}

/** Addresses are kept sign-extended: the kernel's are negative. */
function hexadecimal(address: number): string {
  return address < 0 ? (BigInt(address) + 2n ** 64n).toString(16) : address.toString(16);
}
