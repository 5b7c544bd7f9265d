import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { analysisTree } from "../../../profile/analysis/analysis-tree.ts";
import { frameStacks, untransformed } from "../../../profile/analysis/frame-stacks.ts";
import { buildFrames, frameName } from "../../../profile/frames.ts";
import { framesMatching, Matching } from "../../../profile/search/match-frames.ts";
import { parseSearch } from "../../../profile/search/search-text.ts";
import {
  matchRows,
  placeOfMatch,
  stepToMatch,
  summarizeMatches,
} from "../../../profile/search/tree-matches.ts";
import { arbitrarySamples, groupings } from "../analysis/arbitrary-samples.ts";
import { plainSamples } from "../analysis/oracle.ts";

function textSearch(text: string) {
  const search = parseSearch({ text, mode: "text", matchCase: true });
  if (search.kind !== "test") throw new Error(`no search: ${text}`);
  return search;
}

describe("matches of a tree", () => {
  test("are those that looking through every stack finds, of the whole and of each part", () => {
    fc.assert(
      fc.property(
        arbitrarySamples,
        groupings,
        fc.constantFrom("a", "b", "demo", "z"),
        (profile, groupBy, text) => {
          const view = untransformed(frameStacks(profile, buildFrames(profile)));
          const tree = analysisTree({ profile, view, groupBy, order: "weight", valueIndex: 0 });
          const matches = matchRows(tree, framesMatching(tree.frames, textSearch(text)));
          const samples = plainSamples(profile, groupBy);
          for (let top = 0; top < tree.length; top++) {
            // From the row itself down; what is above it is not part of it.
            const depth = tree.depth[top];
            let weight = 0;
            const names = new Set<string>();
            for (const { row, groups, frames, value } of samples) {
              const end = tree.rowOfSample[row];
              if (end < top || end >= tree.subtreeEnd[top]) continue;
              const path = ["", ...groups, ...frames.map(({ name }) => name)].slice(depth);
              if (path.some((name) => name.includes(text))) weight += value;
              const functions = frames.slice(Math.max(0, depth - groups.length - 1));
              for (const { name } of functions) if (name.includes(text)) names.add(name);
            }
            const rows = [];
            for (let row = Math.max(1, top); row < tree.subtreeEnd[top]; row++) {
              if (frameName(tree.frames, tree.frame[row]).includes(text)) rows.push(row);
            }
            expect(summarizeMatches(tree, matches, top)).toEqual({
              functions: names.size,
              frames: rows.length,
              weight,
            });
            let at = -1;
            const walked = rows.map(() => {
              at = stepToMatch(tree, matches, at, 1, top);
              return at;
            });
            expect(walked).toEqual(rows);
            expect(stepToMatch(tree, matches, at, 1, top)).toBe(rows[0] ?? -1);
            expect(stepToMatch(tree, matches, rows[0] ?? -1, -1, top)).toBe(rows.at(-1) ?? -1);
            for (const [place, row] of rows.entries()) {
              if (top === 0) expect(placeOfMatch(matches, row)).toEqual({ place, count: rows.length });
            }
          }
        },
      ),
      { numRuns: 150 },
    );
  });
});

describe("Matching", () => {
  test("in pieces finds what it finds in one go", () => {
    const names = Array.from({ length: 2_000 }, (_, at) => `name_${at}`);
    const zeros = new Int32Array(names.length);
    const frames = {
      length: names.length,
      strings: names,
      name: Int32Array.from(names, (_, at) => at),
      linkageName: zeros,
      module: zeros,
      kind: new Uint8Array(names.length),
      file: zeros,
      line: zeros,
    };
    const search = textSearch("7");
    const pieces = new Matching(frames, search);
    let clock = 0;
    let turns = 1;
    while (!pieces.run(clock, () => clock)) {
      clock++;
      turns++;
    }
    expect(turns).toBeGreaterThan(2);
    expect(pieces.found).toEqual(framesMatching(frames, search));
    expect(pieces.found.reduce((sum, each) => sum + each, 0)).toBe(
      names.filter((name) => name.includes("7")).length,
    );
  });
});
