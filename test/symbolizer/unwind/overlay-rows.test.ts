import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type CodeRule, overlayRows } from "../../../symbolizer/unwind/overlay-rows.ts";
import { RowBuilder } from "../../../symbolizer/unwind/row-builder.ts";
import { Cfa, Fp, Ra, ruleOfWords, wordsOfRule } from "../../../symbolizer/unwind/rule.ts";
import { RuleDictionary } from "../../../symbolizer/unwind/rule-dictionary.ts";

const rule = (cfaOffset: number) => ({
  cfa: Cfa.stackPointer,
  ra: Ra.atCfa,
  fp: Fp.same,
  register: 0,
  cfaOffset,
  cfaAdd: 0,
  raOffset: -8,
  fpOffset: 0,
});

/** The rule of each of the first so many addresses, as its CFA's offset; 0: none. */
function picture(rows: RowBuilder, dictionary: RuleDictionary, addresses: number): number[] {
  const { starts, rules } = rows.rows();
  const words = dictionary.words();
  return Array.from({ length: addresses }, (_, address) => {
    const row = starts.findLastIndex((start) => start <= address);
    return row < 0 ? 0 : ruleOfWords(words, 4 * rules[row]).cfaOffset;
  });
}

/** Rows from a picture. */
function rowsOf(offsets: readonly number[], dictionary: RuleDictionary): RowBuilder {
  const rows = new RowBuilder();
  for (const [address, offset] of [...offsets, 0].entries())
    rows.add(address, offset === 0 ? 0 : dictionary.indexOf(...wordsOfRule(rule(offset))));
  return rows;
}

const plain = (start: number, end: number, offset: number): CodeRule => ({
  start,
  end,
  rule: rule(offset),
  beforeFunction: false,
  wholeFunction: false,
});

function overlaid(offsets: readonly number[], ...code: CodeRule[]): number[] {
  const dictionary = new RuleDictionary();
  return picture(overlayRows(rowsOf(offsets, dictionary), code, dictionary), dictionary, offsets.length);
}

describe("rules of code in the stead of rows", () => {
  test("within a row, over several, and up to the end", () => {
    expect(overlaid([8, 8, 8, 8, 8], plain(1, 3, 99))).toEqual([8, 99, 99, 8, 8]);
    expect(overlaid([8, 16, 24, 0, 32], plain(1, 4, 99))).toEqual([8, 99, 99, 99, 32]);
    expect(overlaid([0, 0, 8, 16], plain(2, 4, 99))).toEqual([0, 0, 99, 99]);
  });

  test("the byte before a function only where it is no other function's", () => {
    const before = { ...plain(1, 4, 99), beforeFunction: true };
    expect(overlaid([0, 0, 8, 8, 0], before)).toEqual([0, 99, 99, 99, 0]);
    expect(overlaid([16, 16, 8, 8, 0], before)).toEqual([16, 16, 99, 99, 0]);
    expect(overlaid([16, 16, 8], { ...before, end: 2 })).toEqual([16, 16, 8]);
    expect(overlaid([16, 0, 8], { ...before, end: 2 })).toEqual([16, 99, 8]);
  });

  test("a whole function only where one is, from its first byte to its last", () => {
    const whole = { ...plain(1, 3, 99), wholeFunction: true };
    expect(overlaid([0, 8, 8, 0], whole)).toEqual([0, 99, 99, 0]);
    for (const offsets of [
      [8, 8, 8, 0],
      [16, 8, 8, 0],
      [0, 8, 8, 8],
      [0, 8, 16, 0],
      [0, 0, 8, 0],
      [0, 8, 0, 0],
    ])
      expect(overlaid(offsets, whole)).toEqual(offsets);
  });

  test("any rules over any rows: theirs where they are, the rows' elsewhere", () => {
    const offsets = fc.array(fc.constantFrom(0, 8, 16, 24), { minLength: 1, maxLength: 30 });
    const cuts = fc.uniqueArray(fc.nat(30), { maxLength: 8 });
    fc.assert(
      fc.property(offsets, cuts, (rows, edges) => {
        const sorted = edges.sort((a, b) => a - b);
        const code: CodeRule[] = [];
        for (let i = 0; i + 1 < sorted.length; i += 2)
          code.push(plain(sorted[i], sorted[i + 1], 100 + 8 * i));
        const expected = rows.map(
          (offset, address) =>
            code.find(({ start, end }) => start <= address && address < end)?.rule.cfaOffset ?? offset,
        );
        expect(overlaid(rows, ...code)).toEqual(expected);
      }),
    );
  });

  test("a rule's words are those that it is read from", () => {
    const byte = fc.nat(255);
    const i16 = fc.integer({ min: -0x8000, max: 0x7fff });
    const i32 = fc.integer({ min: -0x80000000, max: 0x7fffffff });
    fc.assert(
      fc.property(
        byte,
        byte,
        byte,
        byte,
        i32,
        i32,
        i16,
        i16,
        (cfa, ra, fp, register, cfaOffset, cfaAdd, raOffset, fpOffset) => {
          const any = { cfa, ra, fp, register, cfaOffset, cfaAdd, raOffset, fpOffset };
          expect(ruleOfWords(Int32Array.from(wordsOfRule(any)), 0)).toEqual(any);
        },
      ),
    );
  });
});
