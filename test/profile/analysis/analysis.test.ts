import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  Analysis,
  type AnalysisQuery,
  focusOnRow,
  hashOfRow,
  rowOfHash,
} from "../../../profile/analysis/analysis.ts";
import { sortedFunctions } from "../../../profile/analysis/function-table.ts";
import { NO_FILTER } from "../../../profile/analysis/sample-filter.ts";
import type { Transform } from "../../../profile/analysis/transform.ts";
import { VisibleRows } from "../../../profile/analysis/visible-rows.ts";
import { buildFrames, frameName } from "../../../profile/frames.ts";
import { profileOf, treePicture } from "../picture.ts";
import { arbitrarySamples, groupings } from "./arbitrary-samples.ts";
import { sampledLines } from "./plain-lines.ts";

const QUERY: AnalysisQuery = {
  filter: NO_FILTER,
  transforms: [],
  groupBy: "none",
  order: "weight",
  valueIndex: 0,
};

function picture(profile: ReturnType<typeof profileOf>, ...transforms: Transform[]): string[] {
  return treePicture(new Analysis(profile).tree({ ...QUERY, transforms })).split("\n");
}

const key = (name: string, module = "") => ({ name, module });

describe("transforms, as pictures", () => {
  const profile = profileOf(`
    main;walk;visit;walk;visit;walk 4
    main;walk;visit 2
    main;parse@/lib/p.so;scan@/lib/p.so;read@[kernel] 3
    main;parse@/lib/p.so 1
  `);

  test("collapse the recursion of one function", () => {
    expect(picture(profile, { kind: "collapse-recursion", frame: key("walk") })).toEqual([
      "all 10",
      "  main 10",
      "    walk 6 (4)",
      "      visit 2 (2)",
      "    parse 4 (1)",
      "      scan 3",
      "        read 3 (3)",
    ]);
  });

  test("collapse a library, hide the kernel, focus on what is left", () => {
    const transforms: Transform[] = [
      { kind: "collapse-module", module: "/lib/p.so" },
      { kind: "hide-kind", frameKind: "kernel" },
      { kind: "focus-function", frame: key("p.so", "/lib/p.so") },
    ];
    expect(picture(profile, ...transforms)).toEqual(["all 4", "  p.so 4 (4)"]);
    const analysis = new Analysis(profile);
    expect(analysis.tree({ ...QUERY, transforms }).dropped).toBe(6);
    expect(analysis.effective([...transforms, { kind: "drop-function", frame: key("nothing") }])).toEqual([
      true,
      true,
      true,
      false,
    ]);
  });

  test("merge a function into its caller", () => {
    expect(
      picture(profile, { kind: "merge-function", frame: key("visit") }, { kind: "collapse-direct" }),
    ).toEqual([
      "all 10",
      "  main 10",
      "    walk 6 (6)",
      "    parse 4 (1)",
      "      scan 3",
      "        read 3 (3)",
    ]);
  });
});

describe("a row of any tree", () => {
  test("can be focused on and found again by its path", () => {
    fc.assert(
      fc.property(arbitrarySamples, groupings, (profile, groupBy) => {
        const analysis = new Analysis(profile);
        const tree = analysis.tree({ ...QUERY, groupBy });
        for (let row = 1; row < tree.length; row++) {
          expect(rowOfHash(tree, hashOfRow(tree, row))).toBe(row);
          const focused = analysis.tree({ ...QUERY, groupBy, transforms: [focusOnRow(tree, row, groupBy)] });
          expect(focused.total[0]).toBe(tree.total[row]);
          const names = (at: typeof tree, from: number, to: number) =>
            Array.from(at.frame.subarray(from, to), (frame) => frameName(at.frames, frame));
          // The focused row and what is below it are the last rows, below the groups.
          const size = tree.subtreeEnd[row] - row;
          expect(names(focused, focused.length - size, focused.length)).toEqual(names(tree, row, row + size));
        }
      }),
      { numRuns: 60 },
    );
  });

  test("has the lines that sampledLines tells of trees without transforms", () => {
    fc.assert(
      fc.property(arbitrarySamples, groupings, (profile, groupBy) => {
        const analysis = new Analysis(profile);
        const tree = analysis.tree({ ...QUERY, groupBy });
        const frames = buildFrames(profile);
        for (let row = 0; row < tree.length; row++) {
          expect(analysis.lines(tree, row)).toEqual(sampledLines(profile, frames, tree, row, groupBy));
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe("Analysis", () => {
  test("keeps what was asked for last, and only so much of it", () => {
    const analysis = new Analysis(profileOf("a;b 1\na;c 2"));
    const filtered = (value: number): AnalysisQuery => ({
      ...QUERY,
      filter: { labels: [{ key: "pid", values: [String(value)], exclude: true }], range: undefined },
    });
    const first = analysis.tree(QUERY);
    for (let value = 0; value < 10; value++) {
      expect(analysis.tree(filtered(value))).toBe(analysis.tree(filtered(value)));
      expect(analysis.tree(QUERY)).toBe(first);
    }
    for (let value = 10; value < 40; value++) analysis.tree(filtered(value));
    expect(analysis.tree(QUERY)).not.toBe(first);
    expect(analysis.tree(QUERY)).toEqual(first);
    expect(analysis.inverted(first)).toBe(analysis.inverted(first));
    expect(analysis.weights(first, 0).total).toEqual(first.total);
  });
});

describe("rowOfHash", () => {
  test.each([
    ["", 0],
    ["nonsense", -1],
    ["AAAAAAAAAAA", -1],
    ["zzzzzzzzzzz", -1],
    ["PPPPPPPPPP", -1],
  ])("of %s is %d", (hash, row) => {
    expect(rowOfHash(new Analysis(profileOf("a;b 1")).tree(QUERY), hash)).toBe(row);
  });
});

describe("sortedFunctions", () => {
  test("by each column, both ways, only those found", () => {
    const analysis = new Analysis(profileOf("b@/m/z;a@/m/y 5\nb@/m/z 2\nc@/m/y 5\nb@/m/z;c@/m/y 1"));
    const tree = analysis.tree(QUERY);
    const { table, ranks } = analysis.functions(tree);
    const names = (rows: Int32Array) =>
      Array.from(rows, (row) => frameName(tree.frames, table.frame[row])).join("");
    const by = (...args: [Parameters<typeof sortedFunctions>[2], Parameters<typeof sortedFunctions>[3]]) =>
      names(sortedFunctions(tree, table, ...args, undefined, ranks));
    expect(by("name", "ascending")).toBe("abc");
    expect(by("name", "descending")).toBe("cba");
    expect(by("self", "descending")).toBe("cab");
    expect(by("self", "ascending")).toBe("bac");
    expect(by("total", "descending")).toBe("bca");
    expect(by("module", "ascending")).toBe("cab");
    const found = new Uint8Array(tree.frames.length);
    found[table.frame[0]] = 1;
    expect(sortedFunctions(tree, table, "self", "descending", found).length).toBe(1);
  });
});

describe("VisibleRows", () => {
  const tree = new Analysis(profileOf("a;b;c 5\na;d 3\ne;f 2")).tree(QUERY);
  const names = (rows: Int32Array) =>
    Array.from(rows, (row) => frameName(tree.frames, tree.frame[row])).join(" ");
  const rowNamed = (name: string) => tree.frame.findIndex((frame) => frameName(tree.frames, frame) === name);

  test("shows what is expanded, in reading order", () => {
    const visible = new VisibleRows(tree);
    expect(names(visible.rows)).toBe("all a e");
    visible.setExpanded(rowNamed("a"), true);
    expect(names(visible.rows)).toBe("all a b d e");
    expect(visible.placeOf(rowNamed("c"))).toBe(2);
    expect(visible.placeOf(rowNamed("f"))).toBe(4);
    visible.reveal(rowNamed("c"));
    expect(names(visible.rows)).toBe("all a b c d e");
    visible.setExpanded(rowNamed("a"), false);
    expect(names(visible.rows)).toBe("all a e");
    visible.setAllExpanded(0, true);
    expect(names(visible.rows)).toBe("all a b c d e f");
    visible.setAllExpanded(0, false);
    expect(names(visible.rows)).toBe("all");
    expect(visible.expandHeaviest(0)).toBe(rowNamed("c"));
    expect(names(visible.rows)).toBe("all a b c d e");
    expect(visible.isExpanded(rowNamed("c"))).toBe(false);
  });
});
