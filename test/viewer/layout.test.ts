import { describe, expect, test } from "vitest";
import { buildCallTree, type CallTree } from "../../profile/call-tree.ts";
import { frameName } from "../../profile/frames.ts";
import { type ChartNode, chartData, drawnRows, SPACER } from "../../viewer/model/chart-data.ts";
import { fullestWindow, type Layout, layoutBounded, layoutTree } from "../../viewer/model/layout.ts";
import { profileOf } from "./made-profile.ts";
import { deepTree, wideTree } from "./made-trees.ts";

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

  test("does not draw a run that is itself too narrow, but counts it", () => {
    const layout = layoutTree(tree, 0, 100, 5);
    expect(draw(tree, layout)[2]).toBe("[parse 0-60][emit 60-90]");
    expect(layout.hidden).toEqual({ frames: 4, weight: 3 });
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
    expect(draw(byName, layoutTree(byName, 0, 100, 5))[2]).toBe("[emit 10-40][parse 40-100]");
  });

  test("of nothing is the root alone", () => {
    const empty = buildCallTree(profileOf("x 0"), { groupBy: "none" });
    expect(layoutTree(empty, 0, 100, 1).length).toBe(1);
  });
});

describe("layoutBounded", () => {
  test("leaves out more of the narrowest until the picture has few enough frames", () => {
    const wide = wideTree(1_000, 1);
    const layout = layoutBounded(wide, 0, 2_000, 1, 300, 500);
    expect(fullestWindow(layout, 300)).toBeLessThanOrEqual(500);
    expect(layout.minWidth).toBeGreaterThan(1);
    expect(layout.hidden.frames).toBeGreaterThan(0);
  });

  test("changes nothing when they are few", () => {
    expect(layoutBounded(tree, 0, 100, 1, 300, 500).minWidth).toBe(1);
  });

  test("ends even when the bound cannot be met", () => {
    expect(layoutBounded(deepTree(400), 0, 100, 1, 300, 5).rows).toBe(401);
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
  test("draws all of a shallow graph", () => {
    expect(drawnRows({ from: 10, to: 40 }, 80, 300, 20)).toEqual({ from: 0, to: 80 });
  });

  test("draws what is seen of a deep graph and some around, within its ends", () => {
    expect(drawnRows({ from: 1000, to: 1040 }, 5001, 300, 20)).toEqual({ from: 980, to: 1060 });
    expect(drawnRows({ from: 0, to: 40 }, 5001, 300, 20)).toEqual({ from: 0, to: 80 });
    expect(drawnRows({ from: 4961, to: 5001 }, 5001, 300, 20)).toEqual({ from: 4921, to: 5001 });
  });
});

describe("big trees", () => {
  test("5,000 frames deep", () => {
    const deep = deepTree(5_000);
    const layout = layoutBounded(deep, 0, 1_600, 1, 300, 3_000);
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

  test("a million frames", () => {
    const big = wideTree(100, 3);
    expect(big.length).toBeGreaterThan(1_000_000);
    const start = performance.now();
    const layout = layoutBounded(big, 0, 3_840, 1, 300, 3_000);
    console.log(`layout of ${big.length} frames: ${(performance.now() - start).toFixed(1)} ms`);
    expect(layout.hidden.frames).toBeGreaterThan(900_000);
  });
});
