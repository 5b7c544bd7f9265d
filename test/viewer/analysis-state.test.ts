import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FUNCTION_COLUMNS } from "../../profile/analysis/function-table.ts";
import type { Transform } from "../../profile/analysis/transform.ts";
import { SEARCH_MODES } from "../../profile/search/search-text.ts";
import {
  type AnalysisState,
  analysisFromHash,
  analysisHash,
  INITIAL_ANALYSIS,
  SIDES,
  VIEWS,
} from "../../viewer/model/analysis-state.ts";
import { transformWords } from "../../viewer/model/transform-words.ts";

const text = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 12 }),
  fc.constantFrom("", "|", "%7C", "a|b%25", "operator&&(x=1)#+ ", "~Foo()", "/usr/lib/libc.so.6", "\n"),
);
const frame = fc.record({ name: text, module: text });
const groupBy = fc.constantFrom("process" as const, "pid" as const, "thread" as const, "none" as const);
const search = fc.record({ text, mode: fc.constantFrom(...SEARCH_MODES), matchCase: fc.boolean() });
const hash = fc.constantFrom("", "AbCdEfGhI-_", "P0123456789");
const transform: fc.Arbitrary<Transform> = fc.oneof(
  fc.record({
    kind: fc.constant("focus-path" as const),
    groupBy,
    groups: fc.array(text, { maxLength: 2 }),
    path: hash,
    frame,
  }),
  fc.record({
    kind: fc.constantFrom("focus-function", "drop-function", "merge-function", "collapse-recursion"),
    frame,
  }),
  fc.constant({ kind: "collapse-direct" as const }),
  fc.record({ kind: fc.constant("collapse-module" as const), module: text }),
  fc.record({
    kind: fc.constant("hide-kind" as const),
    frameKind: fc.constantFrom("kernel", "user", "library", "jit", "unknown"),
  }),
  fc.record({ kind: fc.constant("keep-matching" as const), search }),
);
const state: fc.Arbitrary<AnalysisState> = fc.record({
  view: fc.constantFrom(...VIEWS),
  direction: fc.constantFrom("flame", "icicle"),
  groupBy,
  order: fc.constantFrom("weight", "name"),
  valueIndex: fc.nat({ max: 99 }),
  filter: fc.record({
    labels: fc.array(
      fc.record({
        key: text.filter((key) => key !== ""),
        values: fc.array(text, { minLength: 1, maxLength: 3 }),
        exclude: fc.boolean(),
      }),
      { maxLength: 3 },
    ),
    range: fc.option(
      fc
        .tuple(fc.nat(), fc.integer({ min: 1, max: 1000 }))
        .map(([from, length]) => ({ from, to: from + length })),
      { nil: undefined },
    ),
  }),
  minShare: fc.double({ min: 0, max: 1, noNaN: true }).map((share) => share + 0),
  transforms: fc.array(transform, { maxLength: 5 }),
  search,
  zoom: hash,
  chosen: fc.option(frame, { nil: undefined }),
  sort: fc.record({
    by: fc.constantFrom(...FUNCTION_COLUMNS),
    direction: fc.constantFrom("ascending", "descending"),
  }),
  panel: fc.boolean(),
  side: fc.constantFrom(...SIDES),
  minChange: fc.constantFrom(0, 0.0005, 0.25, 1),
});

describe("analysisHash and analysisFromHash", () => {
  test("keep all of a state", () => {
    fc.assert(
      fc.property(state, (given) => {
        const written = analysisHash(given);
        expect(analysisFromHash(written)).toEqual(given);
        // As a browser gives it back after it was in the address.
        expect(analysisFromHash(new URL(`file:///x.html${written}`).hash)).toEqual(given);
      }),
      { numRuns: 1_000 },
    );
  });

  test("write nothing of what is as at first, and the rest so that a person can read it", () => {
    expect(analysisHash(INITIAL_ANALYSIS)).toBe("");
    expect(
      analysisHash({
        ...INITIAL_ANALYSIS,
        view: "tree",
        filter: {
          labels: [{ key: "comm", values: ["nginx", "node"], exclude: false }],
          range: { from: 3, to: 9 },
        },
        transforms: [
          { kind: "hide-kind", frameKind: "kernel" },
          { kind: "drop-function", frame: { name: "std::sort(int*)", module: "/usr/bin/a" } },
        ],
      }),
    ).toBe("#view=tree&only=comm%7Cnginx%7Cnode&range=3-9&do=H%7Ckernel&do=D%7Cstd::sort(int*)%7C/usr/bin/a");
  });

  test.each([
    "",
    "#",
    "#%",
    "#%E0%A4%A",
    "#do=&do=|&do=P&do=P|none|short|a|b&do=H|nothing&do=K|text&do=D|x&do=%00&do=constructor|a|b",
    "#range=9-3&range=1-2&min=7&min=NaN&type=-1&zoom=12&view=__proto__&only=&not=|a&function=onlyname",
    "#range=99999999999-999999999999",
    `#${"do=F|a|b&".repeat(10_000)}`,
  ])("%s: never throw, take only what makes sense", (given) => {
    const read = analysisFromHash(given);
    expect(read.transforms.length).toBeLessThanOrEqual(64);
    expect({ ...read, transforms: [] }).toEqual(INITIAL_ANALYSIS);
    expect(read.transforms.every(({ kind }) => kind === "focus-function")).toBe(true);
  });

  test("never throw on any text", () => {
    const pieces = fc.array(
      fc.oneof(fc.constantFrom("do=", "only=", "range=", "&", "|", "P", "K|", "%", "="), fc.string()),
    );
    fc.assert(
      fc.property(pieces, (parts) => {
        const read = analysisFromHash(`#${parts.join("")}`);
        expect(analysisFromHash(analysisHash(read))).toEqual(read);
        for (const each of read.transforms) expect(transformWords(each)).not.toBe("");
      }),
    );
  });
});
