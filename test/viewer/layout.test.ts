import { describe, expect, test } from "vitest";
import { buildCallTree, type CallTree } from "../../profile/call-tree.ts";
import { frameName } from "../../profile/frames.ts";
import { type ChartNode, chartData, drawnRows, SPACER } from "../../viewer/model/chart-data.ts";
import { zoomTarget } from "../../viewer/model/frame-facts.ts";
import {
  fullestWindow,
  type Layout,
  layoutTree as layOut,
  layoutBounded,
  type Zoom,
  zoomBase,
  zoomWeight,
} from "../../viewer/model/layout.ts";
import { nextWideSibling, siblingAt } from "../../viewer/model/wide-sibling.ts";
import { profileOf } from "./made-profile.ts";
import { deepTree, randomTree, wideTree } from "./made-trees.ts";

const SAMPLE = profileOf(`
  main;parse;read@k 40
  main;parse 20
  main;emit 30
  main;a;x 1
  main;b 1
  main;c 1
  idle 7
`);

/** A picture of a layout: one line a row, `[name left-right]`; runs as `{n frames left-right}`. */
function draw(tree: CallTree, layout: Layout): string[] {
  const lines: string[] = Array.from({ length: layout.rows }, () => "");
  for (let box = 0; box < layout.length; box++) {
    const row = layout.row[box];
    const range = `${round(layout.left[box])}-${round(layout.right[box])}`;
    const name = frameName(tree.frames, tree.frame[row]);
    lines[layout.depth[box]] +=
      layout.runEnd[box] > 0 ? `{${layout.runEnd[box] - row} ${range}}` : `[${name} ${range}]`;
  }
  return lines;
}

const WHOLE: Zoom = { row: 0, end: 0 };
const layoutTree = (of: CallTree, zoom: number, width: number, minWidth: number) =>
  layOut(of, { row: zoom, end: 0 }, { width, minWidth });
const round = (pixels: number) => Math.round(pixels * 100) / 100;
const tree = buildCallTree(SAMPLE, { groupBy: "none" });
const rowNamed = (name: string) => {
  for (let row = 0; row < tree.length; row++) {
    if (frameName(tree.frames, tree.frame[row]) === name) return row;
  }
  throw new Error(`no frame ${name}`);
};

describe("layoutTree", () => {
  test("gives each frame its share of the width, heaviest first", () => {
    expect(draw(tree, layoutTree(tree, 0, 100, 1))).toEqual([
      "[all 0-100]",
      "[main 0-93][idle 93-100]",
      "[parse 0-60][emit 60-90][a 90-91][b 91-92][c 92-93]",
      "[read 0-40][x 90-91]",
    ]);
  });

  test("puts siblings that are too narrow together and counts all that is in them", () => {
    const layout = layoutTree(tree, 0, 100, 2);
    expect(draw(tree, layout)).toEqual([
      "[all 0-100]",
      "[main 0-93][idle 93-100]",
      "[parse 0-60][emit 60-90]{4 90-93}",
      "[read 0-40]",
    ]);
    expect(layout.hidden).toEqual({ frames: 4, weight: 3 });
  });

  test("a sliver that would not be seen gets more, of its caller's own part or of the frame before it", () => {
    const own = buildCallTree(profileOf("main;big 60\nmain 38\nmain;x 1\nmain;y 1"), { groupBy: "none" });
    expect(draw(own, layoutTree(own, 0, 40, 1))[2]).toBe("[big 0-24]{2 24-27}");
    const none = buildCallTree(profileOf("main;big 98\nmain;x 1\nmain;y 1"), { groupBy: "none" });
    expect(draw(none, layoutTree(none, 0, 40, 1))[2]).toBe("[big 0-37]{2 37-40}");
    // What is between the wide frame and the sliver moves with all that is on it.
    const between = buildCallTree(profileOf("main;big 94\nmain;mid;leaf 5\nmain;x 1"), { groupBy: "none" });
    expect(draw(between, layoutTree(between, 0, 100, 2)).slice(2)).toEqual([
      "[big 0-92][mid 92-97]{1 97-100}",
      "[leaf 92-97]",
    ]);
    expect(draw(none, layoutTree(none, 0, 10, 1))[2]).toBe("[big 0-9.8]");
    const layout = layoutTree(none, 0, 10, 1);
    expect([...layout.undrawn]).toEqual([0, 2, 0]);
    expect(layout.hidden).toEqual({ frames: 2, weight: 2 });
  });

  test("zoomed into a sliver: its siblings have the full width, as their callers have", () => {
    const x = rowNamed("a");
    const layout = layOut(tree, { row: x, end: x + 4 }, { width: 90, minWidth: 1 });
    expect(draw(tree, layout)).toEqual([
      "[all 0-90]",
      "[main 0-90]",
      "[a 0-30][b 30-60][c 60-90]",
      "[x 0-30]",
    ]);
    expect(zoomWeight(tree, layout.zoom)).toBe(3);
    expect(zoomBase(tree, layout.zoom)).toBe(rowNamed("main"));
  });

  test("zoomed: callers and the frame have the full width", () => {
    expect(draw(tree, layoutTree(tree, rowNamed("parse"), 120, 1))).toEqual([
      "[all 0-120]",
      "[main 0-120]",
      "[parse 0-120]",
      "[read 0-80]",
    ]);
  });

  test("a frame after narrow ones keeps its place when ordered by name", () => {
    const byName = buildCallTree(SAMPLE, { groupBy: "none", order: "name" });
    expect(draw(byName, layoutTree(byName, 0, 100, 5))[2]).toBe("{4 7-10}[emit 10-40][parse 40-100]");
  });

  test("of nothing is the root alone", () => {
    const empty = buildCallTree(profileOf("x 0"), { groupBy: "none" });
    expect(layoutTree(empty, 0, 100, 1).length).toBe(1);
  });
});

describe("layoutBounded", () => {
  test("leaves out more of the narrowest until the picture has few enough frames", () => {
    const wide = wideTree(1_000, 1);
    const layout = layoutBounded(wide, WHOLE, 2_000, 1, { rows: 300, frames: 500 });
    expect(fullestWindow(layout, 300)).toBeLessThanOrEqual(500);
    expect(layout.minWidth).toBeGreaterThan(1);
    expect(layout.hidden.frames).toBeGreaterThan(0);
  });

  test("changes nothing when they are few", () => {
    expect(layoutBounded(tree, WHOLE, 100, 1, { rows: 300, frames: 500 }).minWidth).toBe(1);
  });

  test("ends even when the bound cannot be met", () => {
    expect(layoutBounded(deepTree(400), WHOLE, 100, 1, { rows: 300, frames: 5 }).rows).toBe(401);
  });
});

describe("chartData", () => {
  /** Where the library would put each box: siblings side by side, from the left edge of their parent. */
  function placed(root: ChartNode): Map<number, number> {
    const left = new Map<number, number>();
    const open = [{ node: root, x: 0 }];
    for (let next = open.pop(); next; next = open.pop()) {
      let { x } = next;
      if (next.node.box !== SPACER) left.set(next.node.box, x);
      for (const child of next.node.children) {
        open.push({ node: child, x });
        x += child.value;
      }
    }
    return left;
  }

  test.each(["weight", "name"] as const)("puts every box where the layout has it, ordered by %s", (order) => {
    const made = buildCallTree(SAMPLE, { groupBy: "none", order });
    const layout = layoutTree(made, 0, 100, 2);
    for (const window of [
      { from: 0, to: 4 },
      { from: 2, to: 4 },
      { from: 3, to: 4 },
    ]) {
      const left = placed(chartData(layout, 100, window));
      for (let box = 0; box < layout.length; box++) {
        const inside = layout.depth[box] >= window.from && layout.depth[box] < window.to;
        expect(left.has(box)).toBe(inside);
        if (inside) expect(Math.abs((left.get(box) ?? 0) - layout.left[box])).toBeLessThanOrEqual(0.25);
      }
    }
  });
});

describe("drawnRows", () => {
  test("draws what is seen of a graph and some around, within its ends", () => {
    expect(drawnRows({ from: 10, to: 40 }, 80, 20)).toEqual({ from: 0, to: 60 });
    expect(drawnRows({ from: 1000, to: 1040 }, 5001, 20)).toEqual({ from: 980, to: 1060 });
    expect(drawnRows({ from: 4961, to: 5010 }, 5001, 20)).toEqual({ from: 4941, to: 5001 });
  });
});

describe("very many siblings", () => {
  const siblings = (of: CallTree, parent: number) => {
    const rows: number[] = [];
    for (let row = parent + 1; row < of.subtreeEnd[parent]; row = of.subtreeEnd[row]) rows.push(row);
    return rows;
  };

  test("nextWideSibling and siblingAt find what looking at each one finds", () => {
    for (let seed = 1; seed <= 40; seed++) {
      const made = randomTree(400, seed, 6);
      for (const parent of [0, 1, 3]) {
        const rows = siblings(made, parent);
        const end = made.subtreeEnd[parent];
        for (const weight of [0.5, 1, 3, 17, 100, 1e6]) {
          for (const from of rows.slice(0, 5)) {
            const wide = rows.find((row) => row >= from && made.total[row] >= weight);
            expect(nextWideSibling(made, from, end, weight)).toBe(wide ?? end);
            let sum = 0;
            const at = rows.find((row) => {
              if (row < from) return false;
              sum += made.total[row];
              return sum > weight;
            });
            expect(siblingAt(made, from, end, weight)).toBe(at ?? end);
          }
        }
      }
    }
  });

  test("zooming into slivers leads to frames, whatever their number", () => {
    const flat = wideTree(1_000_000, 1);
    let zoom = WHOLE;
    let steps = 0;
    for (; steps < 10; steps++) {
      const layout = layOut(flat, zoom, { width: 1_000, minWidth: 1 });
      const box = layout.row.findIndex((row) => row > 0);
      if (layout.runEnd[box] === 0) break;
      expect(layout.length).toBeGreaterThan(15);
      const next = zoomTarget(flat, layout, box);
      expect(zoomWeight(flat, next)).toBeLessThan(zoomWeight(flat, zoom));
      zoom = next;
    }
    expect(steps).toBeLessThan(5);
  });
});

test("slivers can be seen, and nothing beside them overlaps", () => {
  for (let seed = 1; seed <= 12; seed++) {
    const made = randomTree(20_000, seed);
    const layout = layOut(made, WHOLE, { width: 1_280, minWidth: 1.5 });
    const slivers = [...layout.runEnd].filter((end) => end > 0).length;
    expect(slivers).toBeGreaterThan(50);
    const lastRight = new Map<number, number>();
    for (let box = 0; box < layout.length; box++) {
      const { left, right, runEnd, row } = layout;
      if (runEnd[box] > 0) expect(right[box] - left[box]).toBeGreaterThan(2.99);
      const caller = made.parent[row[box]];
      expect(left[box]).toBeGreaterThan((lastRight.get(caller) ?? 0) - 1e-6);
      lastRight.set(caller, right[box]);
    }
  }
});

describe.each([10_000, 100_000, 1_000_000, 5_000_000])("a tree of %d rows", (length) => {
  test("nothing is lost, and only what is drawn is looked at", () => {
    const big = randomTree(length);
    let looks = 0;
    const counted: CallTree = {
      ...big,
      total: new Proxy(big.total, {
        get(target, key) {
          looks++;
          return Reflect.get(target, key, target);
        },
      }),
    };
    const cpu: number[] = [];
    for (let step = 0; step < 12; step++) {
      let row = step === 0 ? 0 : Math.floor((step * 0.618 * length) % length);
      while (big.total[row] === 0) row--;
      const zoom = { row, end: 0 };
      const start = process.cpuUsage();
      const layout = layoutBounded(big, zoom, 1_600, 1, { rows: 65, frames: 1_000 });
      cpu.push(process.cpuUsage(start).user / 1_000);
      expect(fullestWindow(layout, 65)).toBeLessThanOrEqual(1_000);
      let drawn = 0;
      for (let box = 0; box < layout.length; box++) {
        if (layout.depth[box] > big.depth[row] && layout.runEnd[box] === 0) drawn++;
      }
      expect(drawn + layout.hidden.frames).toBe(big.subtreeEnd[row] - row - 1);
      looks = 0;
      layOut(counted, zoom, { width: 1_600, minWidth: layout.minWidth });
      // Each box and each sliver's siblings, those to 64 one by one: nothing that grows with the tree.
      expect(looks).toBeLessThan(200 * layout.length + 20_000);
    }
    console.log(`layout of ${length} rows: ${Math.max(...cpu).toFixed(1)} ms CPU at most`);
    // The first time makes the sums of the samples before each row.
    expect(Math.max(...cpu.slice(1))).toBeLessThan(50);
  });
});

test("5,000 frames deep", () => {
  const deep = deepTree(5_000);
  const layout = layoutBounded(deep, WHOLE, 1_600, 1, { rows: 300, frames: 3_000 });
  expect(layout.rows).toBe(5_001);
  let depth = 0;
  let node: ChartNode | undefined = chartData(layout, 1_600, { from: 4_900, to: 5_001 });
  while (node) {
    depth++;
    node = node.children.find((child) => child.box !== SPACER);
  }
  expect(depth).toBe(102);
  expect(layoutTree(deep, 4_000, 1_600, 1).length).toBe(5_001);
});
