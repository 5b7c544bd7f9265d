import { describe, expect, test } from "vitest";
import { buildCallTree } from "../../profile/call-tree.ts";
import { frameName } from "../../profile/frames.ts";
import { describeFrame, undrawnWords, zoomTarget } from "../../viewer/model/frame-facts.ts";
import { layoutTree } from "../../viewer/model/layout.ts";
import { stackText } from "../../viewer/model/stack-text.ts";
import { treeItems } from "../../viewer/model/tree-items.ts";
import { profileOf } from "./made-profile.ts";
import { deepTree, wideTree } from "./made-trees.ts";

const WHOLE = { row: 0, end: 0 };
const tree = buildCallTree(
  profileOf(`
    main;parse;read@k 40
    main;parse 20
    main;emit 30
    main;tiny 1
    idle 9
  `),
  { groupBy: "none" },
);
const layout = layoutTree(tree, WHOLE, { width: 60, minWidth: 1 });
const name = (box: number) => frameName(tree.frames, tree.frame[layout.row[box]]);

describe("treeItems", () => {
  /** `name level position/siblings`, `+` open, `-` closed. */
  const picture = (focus: number) =>
    treeItems(tree, layout, focus).map(
      ({ box, level, position, siblings, expanded }) =>
        `${expanded === undefined ? "" : expanded ? "+" : "-"}${name(box)} ${level} ${position}/${siblings}`,
    );
  const box = (wanted: string) => [...layout.row.keys()].find((each) => name(each) === wanted) ?? -1;

  test("are the callers of the focus, its siblings, and what is right on it", () => {
    expect(picture(0)).toEqual(["+all 1 1/1", "+main 2 1/2", "idle 2 2/2"]);
    expect(picture(box("parse"))).toEqual([
      "+all 1 1/1",
      "+main 2 1/2",
      "+parse 3 1/3",
      "read 4 1/1",
      "emit 3 2/3",
      "-tiny 3 3/3",
    ]);
  });

  test("are few, however many frames and levels there are", () => {
    const wide = wideTree(500, 2);
    const wideLayout = layoutTree(wide, WHOLE, { width: 2_000, minWidth: 1 });
    for (const focus of [0, 1, 300]) {
      const items = treeItems(wide, wideLayout, focus);
      expect(items.length).toBeLessThan(60);
      expect(items.some((item) => item.box === focus)).toBe(true);
    }
    const deep = deepTree(5_000);
    const items = treeItems(deep, layoutTree(deep, WHOLE, { width: 100, minWidth: 1 }), 4_000);
    expect(items.length).toBeLessThan(60);
    expect(items.map((item) => item.level).slice(0, 2)).toEqual([1, 3_985]);
  });
});

test("what is said of a frame to screen readers", () => {
  const row = (wanted: string) => [...layout.row.keys()].find((each) => name(each) === wanted) ?? -1;
  expect(describeFrame(tree, layout, 0)).toBe("all samples, 100% of all, itself 0%");
  expect(describeFrame(tree, layout, row("parse"))).toBe("parse, program, 60.0% of all, itself 20.0%");
  expect(describeFrame(tree, layout, row("tiny"))).toBe("1 frame too narrow to draw, 1.0% of all");
  const narrow = layoutTree(tree, WHOLE, { width: 5, minWidth: 1 });
  expect(undrawnWords(narrow, 1)).toBe("1 narrower frame not drawn");
  expect(describeFrame(tree, narrow, 1)).toContain("1 narrower frame not drawn");
});

test("a sliver zooms to its caller, then into itself", () => {
  const sliver = [...layout.runEnd.keys()].find((box) => layout.runEnd[box] > 0) ?? -1;
  const main = layout.row[1];
  expect(zoomTarget(tree, layout, sliver)).toEqual({ row: main, end: 0 });
  const zoomed = layoutTree(tree, { row: main, end: 0 }, { width: 60, minWidth: 1 });
  const again = [...zoomed.runEnd.keys()].find((box) => zoomed.runEnd[box] > 0) ?? -1;
  expect(zoomTarget(tree, zoomed, again)).toEqual({ row: zoomed.row[again], end: zoomed.runEnd[again] });
});

test("a stack as text: the frame first, a line each, nothing invisible", () => {
  const odd = buildCallTree(profileOf("main;two\u202ewords;read@k 1"), { groupBy: "process" });
  expect(stackText(odd, odd.length - 1)).toBe(
    "read ([kernel])\ntwo\\u202ewords (demo)\nmain (demo)\ndemo (4242)\n",
  );
  expect(stackText(odd, 0)).toBe("");
});
