import { describe, expect, test } from "vitest";
import { Analysis } from "../../../profile/analysis/analysis.ts";
import { NO_FILTER } from "../../../profile/analysis/sample-filter.ts";
import type { Transform } from "../../../profile/analysis/transform.ts";
import { framesMatching } from "../../../profile/search/match-frames.ts";
import { parseSearch } from "../../../profile/search/search-text.ts";
import { matchRows, summarizeMatches } from "../../../profile/search/tree-matches.ts";
import { profileOf } from "../picture.ts";

const QUERY = { filter: NO_FILTER, groupBy: "none", order: "weight", valueIndex: 0 } as const;
const DEPTH = 50_000;

/** Stacks far deeper than any call stack of JavaScript: nothing may recurse over them. */
describe("a recursion of 100,000 frames", () => {
  const profile = profileOf(`main${";walk@/lib/w.so;visit@/lib/w.so".repeat(DEPTH)} 7`);
  const analysis = new Analysis(profile);
  const walk = { name: "walk", module: "/lib/w.so" };
  const search = { text: "walk", mode: "text", matchCase: true } as const;
  const rows = (...transforms: Transform[]) => analysis.tree({ ...QUERY, transforms }).length;

  test("can be seen in every way", () => {
    const whole = 2 * DEPTH + 2;
    expect(rows()).toBe(whole);
    expect(rows({ kind: "focus-function", frame: walk })).toBe(whole - 1);
    expect(rows({ kind: "drop-function", frame: walk })).toBe(1);
    expect(rows({ kind: "merge-function", frame: walk })).toBe(DEPTH + 2);
    expect(rows({ kind: "merge-function", frame: walk }, { kind: "collapse-direct" })).toBe(3);
    expect(rows({ kind: "collapse-recursion", frame: walk })).toBe(4);
    expect(rows({ kind: "collapse-module", module: "/lib/w.so" })).toBe(3);
    expect(rows({ kind: "hide-kind", frameKind: "library" })).toBe(2);
    expect(rows({ kind: "keep-matching", search })).toBe(whole);
  });

  test("can be turned around, cut in two, searched and listed", () => {
    const tree = analysis.tree({ ...QUERY, transforms: [] });
    const inverted = analysis.inverted(tree).callTree({ minWeight: 0 });
    expect(inverted.length).toBe(tree.length);
    expect(inverted.depth[tree.length - 1]).toBe(2 * DEPTH + 1);
    expect(analysis.callers(tree, walk).callTree({ minWeight: 0 }).length).toBe(3);
    expect(analysis.callees(tree, walk, "weight").length).toBe(tree.length - 1);
    const { table } = analysis.functions(tree);
    expect([...table.total]).toEqual([7, 7, 7]);
    const query = parseSearch(search);
    if (query.kind !== "test") throw new Error("no search");
    const matches = matchRows(tree, framesMatching(tree.frames, query));
    expect(summarizeMatches(tree, matches)).toEqual({ functions: 1, frames: DEPTH, weight: 7 });
    expect(analysis.lines(tree, tree.length - 1).lines).toMatchObject([{ self: 7, total: 7 }]);
  });
});
