import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { buildCallTree, type CallTree } from "../../profile/call-tree.ts";
import { frameName } from "../../profile/frames.ts";
import { framesMatching } from "../../profile/search/match-frames.ts";
import { parseSearch } from "../../profile/search/search-text.ts";
import { matchRows, summarizeMatches } from "../../profile/search/tree-matches.ts";
import { layoutTree } from "../../viewer/model/layout.ts";
import { nextMatch } from "../../viewer/model/search.ts";
import { madeProfile, profileOf } from "./made-profile.ts";
import { deepTree, wideTree } from "./made-trees.ts";

function search(tree: CallTree, text: string, zoom = 0) {
  return summarizeMatches(tree, matchesOf(tree, text), zoom);
}

function matchesOf(tree: CallTree, text: string) {
  const parsed = parseSearch({ text, mode: "text", matchCase: false });
  if (parsed.kind !== "test") throw new Error(`not a search: ${text}`);
  return matchRows(tree, framesMatching(tree.frames, parsed));
}

describe("what a search finds", () => {
  const tree = buildCallTree(
    profileOf(`
      main;walk;walk;walk 10
      main;walk;leaf 5
      main;other;walk 3
      main;other 2
    `),
    { groupBy: "none" },
  );

  test("does not weigh a match below another match again", () => {
    expect(search(tree, "walk")).toEqual({ functions: 1, frames: 4, weight: 18 });
  });

  test("of a zoomed part counts what is in it", () => {
    const other = [...tree.frame.keys()].find((row) => frameName(tree.frames, tree.frame[row]) === "other");
    expect(search(tree, "walk", other)).toEqual({ functions: 1, frames: 1, weight: 3 });
    expect(search(tree, "leaf", other)).toEqual({ functions: 0, frames: 0, weight: 0 });
  });

  test("the root is no function", () => {
    expect(search(tree, "all").frames).toBe(0);
  });

  test("agrees with looking through every stack", () => {
    const name = fc.constantFrom("a", "b", "ab", "c");
    const stack = fc.record({
      frames: fc.array(
        name.map((each) => ({ name: each })),
        { minLength: 1, maxLength: 8 },
      ),
      count: fc.integer({ min: 1, max: 9 }),
    });
    fc.assert(
      fc.property(fc.array(stack, { minLength: 1, maxLength: 12 }), name, (stacks, wanted) => {
        const made = buildCallTree(madeProfile(stacks), { groupBy: "none" });
        const having = stacks.filter(({ frames }) => frames.some((frame) => frame.name.includes(wanted)));
        const names = new Set(having.flatMap(({ frames }) => frames.map((frame) => frame.name)));
        const prefixes = new Set(
          stacks.flatMap(({ frames }) =>
            frames.flatMap((frame, at) =>
              frame.name.includes(wanted)
                ? [
                    frames
                      .slice(0, at + 1)
                      .map((each) => each.name)
                      .join(";"),
                  ]
                : [],
            ),
          ),
        );
        expect(search(made, wanted)).toEqual({
          functions: [...names].filter((each) => each.includes(wanted)).length,
          frames: prefixes.size,
          weight: having.reduce((sum, each) => sum + each.count, 0),
        });
      }),
    );
  });

  test("big trees", () => {
    const deep = deepTree(5_000);
    expect(search(deep, "f")).toEqual({ functions: 5_000, frames: 5_000, weight: 1 });
    const big = wideTree(100, 3);
    const start = performance.now();
    expect(search(big, "level3").frames).toBe(1_000_000);
    console.log(`search of ${big.length} frames: ${(performance.now() - start).toFixed(1)} ms`);
  });
});

describe("nextMatch", () => {
  test("goes around the drawn matches", () => {
    const tree = buildCallTree(profileOf("main;a 5\nmain;b;a 3\na 1"), { groupBy: "none" });
    const layout = layoutTree(tree, { row: 0, end: 0 }, { width: 100, minWidth: 1 });
    const matches = matchesOf(tree, "/^a$/");
    const seen = [nextMatch(layout, matches, -1, 1)];
    for (let step = 0; step < 3; step++) seen.push(nextMatch(layout, matches, seen[step], 1));
    expect(new Set(seen).size).toBe(3);
    expect(seen[3]).toBe(seen[0]);
    expect(nextMatch(layout, matches, seen[0], -1)).toBe(seen[2]);
    expect(nextMatch(layout, matchesOf(tree, "none"), -1, 1)).toBe(-1);
  });
});
