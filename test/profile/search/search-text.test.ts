import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseSearch, type SearchMode } from "../../../profile/search/search-text.ts";

function matches(text: string, name: string, mode: SearchMode = "text", matchCase = false) {
  const search = parseSearch({ text, mode, matchCase });
  return search.kind === "test" ? search.test(name) : search.kind;
}

describe("parseSearch", () => {
  test.each([
    ["", "main", "empty"],
    ["//", "main", "empty"],
    ["MAIN", "do_main()", true],
    ["f(", "f(int)", true],
    [".*", "main", false],
    ["/", "a/b", true],
    ["/^do.*n$/", "DO_MAIN", true],
    ["/^main/", "do_main", false],
    ["/operator\\(\\)/", "operator()", true],
    ["/a\\-b/", "a-b", true],
  ])("%s in %s: %s", (text, name, expected) => {
    expect(matches(text, name)).toBe(expected);
  });

  test("tells case when asked to", () => {
    expect(matches("Main", "main", "text", true)).toBe(false);
    expect(matches("Main", "main", "regex", true)).toBe(false);
    expect(matches("Main", "Main", "regex", true)).toBe(true);
    expect(matches("Main", "main", "fuzzy", true)).toBe(false);
  });

  test("says what is wrong with a regular expression", () => {
    expect(parseSearch({ text: "/f(/", mode: "text", matchCase: false })).toEqual({
      kind: "bad",
      message: "Not a regular expression: unterminated group.",
    });
    expect(parseSearch({ text: "(?=f)", mode: "regex", matchCase: false })).toEqual({
      kind: "bad",
      message: "Look-ahead, look-behind and flags inside an expression cannot be searched for.",
    });
  });

  test("never throws", () => {
    const mode = fc.constantFrom<SearchMode>("text", "regex", "fuzzy");
    const source = fc.string({
      unit: fc.constantFrom(..."()[]{}|*+?^$.\\/-,:<>=!0123akbcux é😀\ud800"),
      maxLength: 14,
    });
    fc.assert(
      fc.property(
        fc.oneof(source, fc.string()),
        fc.string(),
        mode,
        fc.boolean(),
        (text, name, how, matchCase) => {
          matches(text, name, how, matchCase);
        },
      ),
      { numRuns: 5_000 },
    );
  });
});

describe("fuzzy", () => {
  const rank = (text: string, name: string) => {
    const search = parseSearch({ text, mode: "fuzzy", matchCase: false });
    return search.kind === "test" ? (search.rank?.(name) ?? 0) : 0;
  };

  test.each([
    ["vpb", "std::vector<int>::push_back", true],
    ["vpb", "VertexPageBuffer", true],
    ["vec push", "std::vector<int>::push_back", true],
    ["mlc", "malloc", true],
    ["malloc", "je_malloc", true],
    ["utf8", "decodeUtf8Slow", true],
    ["xyz", "main", false],
    ["pbv", "vector::push_back", false],
    ["aeo", "operator_and_many_letters_between_evens_and_odds", true],
    ["roe", "operator_and_many_letters_between_bevens", false],
  ])("%s in %s: %s", (text, name, expected) => {
    expect(rank(text, name) > 0).toBe(expected);
  });

  test("ranks whole words before pieces, pieces before letters in between, short before long", () => {
    const names = ["parse", "parse_request", "PathArgumentsReader::scan_entry", "xpxarse", "sparse_set"];
    const ranked = names.toSorted((a, b) => rank("parse", b) - rank("parse", a));
    expect(ranked.slice(0, 2)).toEqual(["parse", "parse_request"]);
    expect(rank("parse", "PathArgumentsReader::scan_entry")).toBeGreaterThan(rank("parse", "xpxarse"));
  });

  test("whatever is found has the letters in order", () => {
    const word = fc.string({ unit: fc.constantFrom(..."abAB_:1"), maxLength: 10 });
    fc.assert(
      fc.property(word, word, (text, name) => {
        let from = 0;
        for (const letter of text.toLowerCase())
          from = name.toLowerCase().indexOf(letter, from) + 1 || Number.NaN;
        if (rank(text, name) > 0) expect(from).toBeGreaterThan(0);
        if (text !== "" && name.toLowerCase().startsWith(text.toLowerCase()))
          expect(rank(text, name)).toBeGreaterThan(1);
      }),
    );
  });
});
