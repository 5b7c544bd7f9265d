import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fromComments } from "../../profile/recording-info.ts";
import { chartData, LOST } from "../../viewer/model/chart-data.ts";
import { layoutTree } from "../../viewer/model/layout.ts";
import {
  type LostSamples,
  lostBlock,
  lostFacts,
  lostSamples,
  lostSentence,
} from "../../viewer/model/lost-samples.ts";
import { TreeSource } from "../../viewer/model/tree-source.ts";
import { INITIAL_STATE } from "../../viewer/model/view-state.ts";
import { madeProfile, profileOf } from "./made-profile.ts";

const lossy = (taken: number, ...drops: { count: number; cause: string }[]) =>
  madeProfile([{ frames: [{ name: "main" }], count: taken }], { drops });
const lostOf = (taken: number, ...counts: number[]): LostSamples => {
  const lost = lostSamples(lossy(taken, ...counts.map((count) => ({ count, cause: "table full" }))));
  if (lost === undefined) throw new Error("Nothing was lost.");
  return lost;
};

describe("lost samples", () => {
  test("are those that the recording tells, none where it tells of none or was made by something else", () => {
    expect(
      lostSamples(lossy(990, { count: 9, cause: "table full" }, { count: 1, cause: "no memory" })),
    ).toEqual({
      count: 10,
      share: 0.01,
      causes: [
        { cause: "table full", count: 9 },
        { cause: "no memory", count: 1 },
      ],
    });
    expect(lostSamples(profileOf("main 5"))).toBeUndefined();
    expect(lostSamples(lossy(5, { count: 0, cause: "table full" }))).toBeUndefined();
    expect(lostSamples({ ...profileOf("main 5"), comments: ["made by hand"] })).toBeUndefined();
  });

  test("whatever stands in the file, their share is a share and the block leaves half of the picture", () => {
    const anyLost = fc.record({
      taken: fc.nat(),
      drop: fc.oneof(
        fc.bigInt(0n, 10n ** 400n).map((count) => `stapflame.drop: ${count} \u202ecause`),
        fc.string().map((text) => `stapflame.drop: ${text}`),
      ),
      width: fc.integer({ min: 1, max: 10_000 }),
    });
    fc.assert(
      fc.property(anyLost, ({ taken, drop, width }) => {
        const lost = lostSamples({ ...profileOf(`main ${taken}`), comments: ["stapflame.tool: x", drop] });
        const told = fromComments([drop])?.drops.some(({ count }) => count > 0) ?? false;
        expect(lost !== undefined).toBe(told);
        if (lost === undefined) return;
        expect(lost.share).toBeGreaterThan(0);
        expect(lost.share).toBeLessThanOrEqual(1);
        const block = lostBlock(lost, width);
        expect(block.width).toBeLessThanOrEqual(width / 2);
        expect(block.width).toBeGreaterThanOrEqual(Math.min(3, width / 2));
        expect(block.sentence).not.toContain("\u202e");
      }),
    );
  });

  test("are a block on the scale of the graph, which can always be seen and never takes more than half", () => {
    expect(lostBlock(lostOf(900, 60, 40), 1000)).toMatchObject({
      width: 100,
      label: "100 lost",
      isThin: false,
    });
    expect(lostBlock(lostOf(1e6, 1), 1000)).toMatchObject({ width: 3, label: "", isThin: true });
    expect(lostBlock(lostOf(1, 99_999), 1000)).toMatchObject({
      width: 500,
      label: "99,999 lost, 100%: not to scale".replace("100%", "99.99%"),
    });
  });

  test("have their whole number as a label or none", () => {
    const labels = new Set<string>();
    for (let width = 3; width < 1000; width++) labels.add(lostBlock(lostOf(1000, 4321), width).label);
    expect([...labels]).toEqual(["", "4,321 lost", "4,321 lost, 81.2%: not to scale"]);
  });

  test("are told with share and causes, and that no share counts them", () => {
    const lost = lostSamples(lossy(990, { count: 9, cause: "table full" }, { count: 1, cause: "no memory" }));
    if (lost === undefined) throw new Error("Nothing was lost.");
    expect(lostSentence(lost)).toBe(
      "10 samples lost, not in the graph, 1.0% of taken and lost: 9 table full, 1 no memory",
    );
    expect(lostFacts(lost)).toMatchObject({
      name: "10 samples lost",
      marks: ["not in the graph"],
      numbers: [
        ["Of taken and lost", "1.0%"],
        ["9", "table full"],
        ["1", "no memory"],
      ],
    });
    expect(lostFacts(lost).hint).toMatch(/no share counts them\.$/);
    expect(lostFacts(lostOf(1, 3)).hint).toMatch(/cut there\.$/);
  });

  test("stand beside the root, in pictures that have its row; all else is as wide as it is without them", () => {
    const source = new TreeSource(lossy(75, { count: 25, cause: "table full" }));
    const { tree } = source.shown({ ...INITIAL_STATE, groupBy: "none" });
    const layout = layoutTree(tree, { row: 0, end: 0 }, { width: 750, minWidth: 1 });
    const base = chartData(layout, 1000, { from: 0, to: 2 }, 250);
    expect(base.value).toBe(1000);
    expect(base.children.map(({ box, value }) => [box, value])).toEqual([
      [0, 750],
      [LOST, 250],
    ]);
    const above = chartData(layout, 1000, { from: 1, to: 2 }, 250);
    expect(above.children.map(({ box, value }) => [box, value])).toEqual([[1, 750]]);
    expect(chartData(layout, 750, { from: 0, to: 2 }).children).toHaveLength(1);
  });
});
