import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CallTreeNodes } from "../../../cli/view/model/call-tree-nodes.ts";
import { boxOfRow, layoutCells, levelsOf } from "../../../cli/view/model/cell-layout.ts";
import { FunctionRows } from "../../../cli/view/model/function-rows.ts";
import { InvertedNodes } from "../../../cli/view/model/inverted-nodes.ts";
import type { TreeNodes } from "../../../cli/view/model/nodes.ts";
import { Outline } from "../../../cli/view/model/outline.ts";
import { sameRow } from "../../../cli/view/model/same-row.ts";
import { isBad, nextMatchingRow, search } from "../../../cli/view/model/search.ts";
import { buildCallTree, type CallTree } from "../../../profile/call-tree.ts";
import { frameName } from "../../../profile/frames.ts";
import { plainSamples } from "../../setup/samples.ts";
import { profileOf } from "../../viewer/made-profile.ts";
import { deepTree } from "../../viewer/made-trees.ts";
import { arbitraryStacks } from "./stacks.ts";

/** Names from the outermost to the node itself. */
function pathOf(tree: CallTree, nodes: TreeNodes, node: number): string[] {
  const path: string[] = [];
  for (let at = node; at >= 0; at = nodes.parent(at)) path.unshift(frameName(tree.frames, nodes.frame(at)));
  return path;
}

const children = (nodes: TreeNodes, node: number): number[] => {
  const found: number[] = [];
  const first = node < 0 ? nodes.first : nodes.firstChild(node);
  for (let child = first; child >= 0; child = nodes.nextSibling(child)) found.push(child);
  return found;
};

function everyNode(nodes: TreeNodes): number[] {
  const all: number[] = [];
  const waiting = children(nodes, -1);
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    all.push(node);
    waiting.push(...children(nodes, node));
  }
  return all;
}

describe("the inverted tree", () => {
  it("has of every path of callers the weight that the raw samples give", () => {
    fc.assert(
      fc.property(arbitraryStacks, (profile) => {
        const tree = buildCallTree(profile, { groupBy: "none" });
        const nodes = new InvertedNodes(tree);
        const expected = new Map<string, number>();
        for (const { names, count } of plainSamples(profile)) {
          for (let length = 1; length <= names.length; length++) {
            const path = names.slice(0, length).join(" < ");
            expected.set(path, (expected.get(path) ?? 0) + count);
          }
        }
        const found = new Map(
          everyNode(nodes).map((node) => [pathOf(tree, nodes, node).join(" < "), nodes.total(node)]),
        );
        expect(found).toEqual(expected);
      }),
    );
  });

  it("has siblings heaviest first, and knows without making them whether there are any", () => {
    fc.assert(
      fc.property(arbitraryStacks, (profile) => {
        const nodes = new InvertedNodes(buildCallTree(profile));
        for (const node of everyNode(new InvertedNodes(buildCallTree(profile)))) {
          const fresh = nodes.hasChildren(node);
          const below = children(nodes, node);
          expect(fresh).toBe(below.length > 0);
          const weights = below.map((child) => nodes.total(child));
          expect(weights).toEqual(weights.toSorted((a, b) => b - a));
        }
      }),
    );
  });
});

describe("functions", () => {
  it("have the self and total of the raw samples, recursion counted once", () => {
    fc.assert(
      fc.property(
        arbitraryStacks,
        fc.constantFrom("process", "thread", "none" as const),
        (profile, groupBy) => {
          const tree = buildCallTree(profile, { groupBy: groupBy as "process" });
          const functions = new FunctionRows(tree);
          const samples = plainSamples(profile);
          const naive = [...new Set(samples.flatMap(({ names }) => names))].map((name) => ({
            name,
            self: samples.reduce((sum, { names, count }) => sum + (names[0] === name ? count : 0), 0),
            total: samples.reduce((sum, { names, count }) => sum + (names.includes(name) ? count : 0), 0),
          }));
          const { self, total } = functions.totals;
          for (const [by, order] of [
            ["self", (a: Row, b: Row) => b.self - a.self || b.total - a.total],
            ["total", (a: Row, b: Row) => b.total - a.total || b.self - a.self],
            ["name", () => 0],
          ] as const) {
            const rows = Array.from(functions.sorted(by), (frame) => ({
              name: frameName(tree.frames, frame),
              self: self[frame],
              total: total[frame],
            }));
            expect(rows).toEqual(naive.toSorted((a, b) => order(a, b) || (a.name < b.name ? -1 : 1)));
          }
        },
      ),
    );
  });
});

interface Row {
  name: string;
  self: number;
  total: number;
}

describe("an outline", () => {
  /** What must be shown, told by a plain walk. */
  function naive(outline: Outline): number[] {
    const shown: number[] = [];
    const walk = (node: number) => {
      shown.push(node);
      if (outline.isOpen(node)) for (const child of children(outline.nodes, node)) walk(child);
    };
    for (const node of children(outline.nodes, -1)) walk(node);
    return shown;
  }

  it.each(["call tree", "inverted"])("of a %s shows what is open, whatever is done", (kind) => {
    const actions = fc.array(
      fc.record({
        act: fc.constantFrom("open", "close", "openSubtree", "closeSubtree", "heaviest", "reveal"),
        at: fc.nat(),
      }),
      { maxLength: 25 },
    );
    fc.assert(
      fc.property(arbitraryStacks, actions, (profile, list) => {
        const tree = buildCallTree(profile);
        const outline = new Outline(kind === "inverted" ? new InvertedNodes(tree) : new CallTreeNodes(tree));
        for (const { act, at } of list) {
          const index = at % outline.length;
          if (act === "open") outline.open(index);
          else if (act === "close") outline.close(index);
          else if (act === "openSubtree") outline.openSubtree(index);
          else if (act === "closeSubtree") outline.closeSubtree(index);
          else if (act === "heaviest") outline.openHeaviest(index, 10);
          else if (kind === "call tree")
            expect(outline.at(outline.reveal(at % tree.length))).toBe(at % tree.length);
          const shown = Array.from({ length: outline.length }, (_, place) => outline.at(place));
          expect(shown).toEqual(naive(outline));
        }
      }),
    );
  });

  it("opens a recursion of 100,000 levels", () => {
    const outline = new Outline(new CallTreeNodes(deepTree(100_000)));
    expect(outline.reveal(100_000)).toBe(100_000);
    expect(outline.length).toBe(100_001);
    outline.close(0);
    expect(outline.length).toBe(1);
  });
});

describe("the cells of a flame graph", () => {
  it("hold every sample once, within the caller, a cell off at most", () => {
    fc.assert(
      fc.property(arbitraryStacks, fc.integer({ min: 1, max: 120 }), fc.nat(), (profile, width, pick) => {
        const tree = buildCallTree(profile);
        const zoom = pick % tree.length;
        const layout = layoutCells(tree, zoom, width);
        let seen = 0;
        for (let level = 0; level < levelsOf(layout); level++) {
          let column = 0;
          for (let box = layout.levelStart[level]; box < layout.levelStart[level + 1]; box++) {
            const row = layout.row[box];
            expect(layout.left[box]).toBeGreaterThanOrEqual(column);
            expect(layout.right[box]).toBeGreaterThan(layout.left[box]);
            column = layout.right[box];
            expect(tree.depth[row]).toBe(level);
            if (level === 0) continue;
            const caller = boxOfRow(layout, tree, tree.parent[row]);
            expect(layout.left[box]).toBeGreaterThanOrEqual(layout.left[caller]);
            expect(layout.right[box]).toBeLessThanOrEqual(layout.right[caller]);
            if (row <= zoom || layout.runEnd[box] !== 0) continue;
            seen++;
            const exact = (tree.total[row] / tree.total[zoom]) * width;
            expect(Math.abs(layout.right[box] - layout.left[box] - exact)).toBeLessThanOrEqual(1);
          }
          expect(column).toBeLessThanOrEqual(width);
        }
        // Each row below the zoom is drawn, or counted as hidden.
        expect(seen + layout.hidden.frames).toBe(tree.subtreeEnd[zoom] - zoom - 1);
      }),
    );
  });

  it("count hidden weight once", () => {
    const tree = buildCallTree(profileOf("main;big 97\nmain;x;y;z 1\nmain;u;v 1\nmain;w 1"), {
      groupBy: "none",
    });
    const layout = layoutCells(tree, 0, 10);
    expect(layout.hidden).toEqual({ frames: 6, weight: 3 });
  });

  it("of 5,000 levels", () => {
    expect(levelsOf(layoutCells(deepTree(5000), 0, 80))).toBe(5001);
  });
});

describe("a search", () => {
  it("counts functions, places, and each matching sample once", () => {
    fc.assert(
      fc.property(arbitraryStacks, fc.constantFrom("a", "B", "/^[ab]$/", "/c|d/", "zz"), (profile, text) => {
        const tree = buildCallTree(profile, { groupBy: "none" });
        const found = search(tree, text);
        if (isBad(found)) throw new Error(found.sentence);
        const pattern = new RegExp(text.replaceAll("/", ""), "i");
        const weight = plainSamples(profile).reduce(
          (sum, { names, count }) => sum + (names.some((name) => pattern.test(name)) ? count : 0),
          0,
        );
        expect(found.weight).toBe(weight);
        const rows = Array.from({ length: tree.length - 1 }, (_, row) => row + 1).filter((row) =>
          pattern.test(frameName(tree.frames, tree.frame[row])),
        );
        expect(found.places).toBe(rows.length);
        expect(found.functions).toBe(new Set(rows.map((row) => tree.frame[row])).size);
        // Going on from match to match visits all of them, in both directions.
        for (const direction of [1, -1] as const) {
          const visited: number[] = [];
          let row = 0;
          for (let step = 0; step < rows.length; step++) {
            row = nextMatchingRow(tree, found.matched, row, direction);
            visited.push(row);
          }
          expect(visited.toSorted((a, b) => a - b)).toEqual(rows);
        }
      }),
    );
  });

  it("says what is wrong with an expression, and takes plain text as it stands", () => {
    const tree = buildCallTree(profileOf("operator();f(int) 1"));
    expect(search(tree, "/f(/")).toEqual({ sentence: "Not a regular expression: unterminated group." });
    expect(search(tree, "f(")).toMatchObject({ functions: 1, places: 1, weight: 1 });
    expect(search(tree, "/\\_|x/")).not.toHaveProperty("sentence");
    expect(search(tree, "none")).toMatchObject({ functions: 0, places: 0, weight: 0 });
  });
});

describe("the same row in another grouping", () => {
  it("has the same functions above it", () => {
    fc.assert(
      fc.property(arbitraryStacks, fc.nat(), (profile, pick) => {
        const from = buildCallTree(profile, { groupBy: "process" });
        for (const groupBy of ["thread", "pid", "none"] as const) {
          const to = buildCallTree(profile, { groupBy });
          const functionsOf = (tree: CallTree, row: number) => {
            const names: string[] = [];
            for (let at = row; at > 0; at = tree.parent[at]) {
              if (tree.frames.module[tree.frame[at]] !== 0)
                names.push(frameName(tree.frames, tree.frame[at]));
            }
            return names;
          };
          const row = pick % from.length;
          expect(functionsOf(to, sameRow(from, row, to))).toEqual(functionsOf(from, row));
        }
      }),
    );
  });
});
