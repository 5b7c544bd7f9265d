import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LinearRegExp, UnsupportedExpression } from "../../../profile/search/linear-regexp.ts";

/** What the browser's own engine says, with the flags that the search would choose. */
function judge(source: string, matchCase: boolean): RegExp {
  try {
    return new RegExp(source, matchCase ? "u" : "iu");
  } catch {
    return new RegExp(source, matchCase ? "" : "i");
  }
}

const atom = fc.constantFrom(
  ..."abAB_ :".split(""),
  ..."\\w \\W \\d \\D \\s \\S . [ab] [^ab] [a-cX] [^\\w:] \\. \\x41 \\u0042 é ß ſ K 😀 [😀é] \\( [\\]a] \\t".split(
    " ",
  ),
);
const quantifier = fc.constantFrom("", "", "", "*", "+", "?", "{2}", "{1,}", "{0,2}", "*?", "+?", "{1,3}?");
const expression: fc.Arbitrary<string> = fc.letrec<{ any: string }>((tie) => ({
  any: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.tuple(atom, quantifier).map(([one, times]) => one + times),
    fc.constantFrom("^", "$", "\\b", "\\B"),
    fc.tuple(tie("any"), tie("any")).map(([a, b]) => a + b),
    fc.tuple(tie("any"), tie("any")).map(([a, b]) => `(?:${a}|${b})`),
    fc.tuple(tie("any"), quantifier).map(([a, times]) => `(${a})${times}`),
    fc.tuple(tie("any"), quantifier).map(([a, times]) => `(?<n>${a})${times}`),
  ),
})).any;
const text = fc.string({
  unit: fc.constantFrom(..."abAB_ :.(]0", "é", "ß", "ſ", "K", "😀", "\ud83d", "\n"),
  maxLength: 12,
});

describe("LinearRegExp", () => {
  test("finds what the browser's own expression finds", () => {
    fc.assert(
      fc.property(
        expression,
        fc.array(text, { minLength: 1, maxLength: 6 }),
        fc.boolean(),
        (source, texts, matchCase) => {
          let expected: RegExp;
          try {
            expected = judge(source, matchCase);
          } catch {
            // Two groups of one name.
            expect(() => new LinearRegExp(source, matchCase)).toThrow(SyntaxError);
            return;
          }
          const linear = new LinearRegExp(source, matchCase);
          // V8 finds \\B between the halves of a surrogate pair, where no character begins.
          const asked = source.includes("\\B") ? texts.map((each) => each.replaceAll("😀", "")) : texts;
          for (const each of asked) expect([each, linear.test(each)]).toEqual([each, expected.test(each)]);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  test.each([
    "a{",
    "a{1",
    "]",
    "}",
    "a{,2}",
    "\\-",
    "x\\_y",
    "\\cA",
    "\\c",
    "[\\c]",
    "(?:)",
    "",
    "|a",
    "a||b",
    "()*",
  ])("%s is understood as the browser does", (source) => {
    const linear = new LinearRegExp(source, false);
    for (const each of ["", "a", "a{", "a{1", "]", "}", "a{,2}", "-", "x_y", "\x01", "\\c", "b", "aab"]) {
      expect([source, each, linear.test(each)]).toEqual([source, each, judge(source, false).test(each)]);
    }
  });

  test("takes linear time where backtracking takes for ever", () => {
    for (const source of ["(a+)+$", "(a|a)*b", "(a|aa)+$", ".*.*.*.*.*x", "(.*)*!", "([a-z]+)*\\d"]) {
      const start = process.cpuUsage();
      expect(new LinearRegExp(source, false).test(`${"a".repeat(100_000)}\u2028`)).toBe(false);
      const { user, system } = process.cpuUsage(start);
      expect((user + system) / 1e3).toBeLessThan(2_000);
    }
  });

  test("keeps its memory bounded when each character leads to a state of its own", () => {
    const linear = new LinearRegExp("(?:a|b)*a(?:a|b){40}c", true);
    let seed = 7;
    const letters = Array.from({ length: 20_000 }, () => {
      seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
      return seed & 0x10000 ? "a" : "b";
    }).join("");
    expect(linear.test(letters)).toBe(false);
    expect(linear.test(`${letters.slice(0, 100)}a${"b".repeat(40)}c`)).toBe(true);
  });

  test.each([
    ["(?=a)", "Look-ahead"],
    ["(?<!a)b", "Look-ahead"],
    ["(a)\\1", "References back"],
    ["(?<x>a)\\k<x>", "References back"],
    ["a{9999}", "repeats too much"],
    ["(?:a{99}){99}", "repeats too much"],
    ["a".repeat(1_001), "too long"],
  ])("says why %s is not taken", (source, message) => {
    expect(() => new LinearRegExp(source, false)).toThrow(UnsupportedExpression);
    expect(() => new LinearRegExp(source, false)).toThrow(message);
  });
});
