import { upperBound } from "../../cover-tree.ts";
import type { ElfFile } from "../../elf/elf-file.ts";
import { codeAt, segmentOf } from "../executable-segments.ts";
import type { CodeRule } from "../overlay-rows.ts";
import { RowBuilder } from "../row-builder.ts";
import { Cfa, RULE_WORDS, ruleOfWords } from "../rule.ts";
import type { RuleDictionary } from "../rule-dictionary.ts";
import { signalReturns } from "../signal-return.ts";
import type { ExecutableSegment } from "../unwind-table.ts";
import { codeStretches } from "./code-stretches.ts";
import { followCode } from "./follow-code.ts";

/** What is shorter is filling between two functions. */
const MIN_STRETCH_BYTES = 16;
/** Longer stretches are not followed. */
const MAX_STRETCH_BYTES = 8 << 20;
/** So much is followed of a file; what lies behind has no rows. */
const MAX_FILE_BYTES = 32 << 20;

/** `rows`, and of how many bytes of code they say more; and what lies over them. */
export interface WithCode {
  rows: RowBuilder;
  bytes: number;
  signalReturns: CodeRule[];
}

/** Rows for x86-64 code that `rows` say nothing of, by what the code itself does with its stack (`followCode`). */
export function withCodeRows(
  rows: RowBuilder,
  elf: ElfFile,
  segments: readonly ExecutableSegment[],
  dictionary: RuleDictionary,
): WithCode {
  const { starts, rules } = rows.rows();
  const words = dictionary.words();
  const all = new RowBuilder();
  all.full = rows.full;
  /** The row to be added next; the one before it is in force. */
  let row = 0;
  let left = MAX_FILE_BYTES;
  let bytes = 0;
  const returns: CodeRule[] = [];
  const inForce = () => (row === 0 ? 0 : rules[row - 1]);
  const depthAt = (address: number) =>
    depthOfRule(words, rules[upperBound(starts, address) - 1] ?? 0, address);

  function follow(from: number, to: number): void {
    const segment = segmentOf(segments, from);
    if (segment === undefined || to - from < MIN_STRETCH_BYTES) return;
    if (to - from > Math.min(MAX_STRETCH_BYTES, left)) return;
    left -= to - from;
    let last = 0;
    let lastStart = from;
    const add = (address: number, rule: number) => {
      if (rule === last) return;
      if (last !== 0) bytes += address - lastStart;
      last = rule;
      lastStart = address;
      all.add(address, rule);
    };
    const code = codeAt(elf, segment, from, to - from);
    for (const rule of signalReturns(code, from)) returns.push(rule);
    followCode(code, from, depthAt, (address, rule) => add(address, dictionary.indexOfRule(rule)));
    add(to, 0);
  }

  const stretches = codeStretches(elf, segments);
  for (const [index, start] of stretches.starts.entries()) {
    const end = stretches.ends[index];
    for (let from = start; from < end; ) {
      for (; row < starts.length && starts[row] <= from; row++) all.add(starts[row], rules[row]);
      const next = Math.min(end, row < starts.length ? starts[row] : end);
      if (inForce() === 0) follow(from, next);
      from = next;
    }
  }
  for (; row < starts.length; row++) all.add(starts[row], rules[row]);
  return { rows: all, bytes, signalReturns: returns };
}

/** How deep the stack is where a rule holds; undefined: it tells it otherwise. */
function depthOfRule(words: Int32Array, index: number, address: number): number | undefined {
  const { cfa, cfaOffset } = ruleOfWords(words, index * RULE_WORDS);
  if (cfa === Cfa.stackPointer) return cfaOffset;
  if (cfa === Cfa.plt) return (address & 15) >= cfaOffset ? 16 : 8;
  return undefined;
}
