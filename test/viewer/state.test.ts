import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { buildCallTree, type CallTree } from "../../profile/call-tree.ts";
import { frameName } from "../../profile/frames.ts";
import { rowOfSamePath, sameRow } from "../../viewer/model/find-path.ts";
import { layoutTree, pathTo } from "../../viewer/model/layout.ts";
import { boxOfRow, stepFrom, stepOfKey } from "../../viewer/model/navigate.ts";
import { fromHash, INITIAL_STATE, toHash, type ViewState } from "../../viewer/model/view-state.ts";
import { madeProfile, profileOf } from "./made-profile.ts";

/** A path as addresses have it. */
const PATH = "Abcdefghij1";

describe("the address", () => {
  test("is empty at first and holds only what differs", () => {
    expect(toHash(INITIAL_STATE)).toBe("");
    const search = { ...INITIAL_STATE.search, text: "a&b=/c" };
    expect(toHash({ ...INITIAL_STATE, direction: "icicle", zoom: PATH, search, theme: "dark" })).toBe(
      `#direction=icicle&search=a%26b%3D/c&zoom=${PATH}&theme=dark`,
    );
    expect(toHash({ ...INITIAL_STATE, time: true })).toBe("#time=1");
  });

  test("comes back as it was written", () => {
    // What is asked of the profile has a test of its own (analysis-state.test.ts).
    const state = fc.record({
      zoomEnd: fc.constantFrom("", PATH),
      fold: fc.boolean(),
      filters: fc.boolean(),
      time: fc.boolean(),
      colours: fc.constantFrom(undefined, "kind", "module", "package", "self", "name"),
      theme: fc.constantFrom(undefined, "light", "dark"),
    });
    fc.assert(
      fc.property(state, (each) => {
        for (const asked of [INITIAL_STATE, { ...INITIAL_STATE, minShare: 0.1, zoom: PATH }]) {
          const whole: ViewState = { ...asked, ...each };
          expect(fromHash(toHash(whole))).toEqual(whole);
        }
      }),
    );
  });

  test("that makes no sense is passed over", () => {
    expect(fromHash("#view=x&group=<b>&order=&zoom=-1&to=1e3&case=yes&colours=red&theme=&%")).toEqual(
      INITIAL_STATE,
    );
  });
});

const names = (tree: CallTree, row: number) =>
  [...pathTo(tree, row)].map((at) => frameName(tree.frames, tree.frame[at])).join(";");

describe("finding a frame in another tree", () => {
  const frames = (text: string) => text.split(";").map((name) => ({ name }));
  const profile = madeProfile([
    { process: "web", pid: 1, frames: frames("main;serve;read"), count: 5 },
    { process: "web", pid: 2, frames: frames("main;serve;read"), count: 9 },
    { process: "db", pid: 3, frames: frames("main;query"), count: 20 },
  ]);
  const byName = buildCallTree(profile, { groupBy: "process" });
  const byPid = buildCallTree(profile, { groupBy: "pid" });
  const ungrouped = buildCallTree(profile, { groupBy: "none" });
  const find = (tree: CallTree, end: string) => {
    const row = [...tree.frame.keys()].find((each) => names(tree, each).endsWith(end));
    if (row === undefined) throw new Error(`no ${end}`);
    return row;
  };

  test("the same stack under other groups, the heaviest of them", () => {
    const found = sameRow(byName, find(byName, "serve;read"), byPid);
    expect(names(byPid, found)).toBe("all;web (2);main;serve;read");
    expect(names(ungrouped, sameRow(byPid, found, ungrouped))).toBe("all;main;serve;read");
    expect(names(byName, sameRow(ungrouped, find(ungrouped, "main;query"), byName))).toMatch(/main;query$/);
  });

  test("a group that the other tree has not is all", () => {
    expect(sameRow(byName, 1, ungrouped)).toBe(0);
    expect(sameRow(byName, 0, byPid)).toBe(0);
  });

  test("the same path in a tree of another weight", () => {
    const times = buildCallTree(profile, { groupBy: "process", valueIndex: 1 });
    for (let row = 0; row < byName.length; row++) {
      const same = rowOfSamePath(byName, row, times);
      expect(names(times, same)).toBe(names(byName, row));
    }
  });
});

describe("arrow keys", () => {
  const tree = buildCallTree(profileOf("main;a;x 40\nmain;b 30\nidle;y 20"), { groupBy: "none" });
  const layout = layoutTree(tree, { row: 0, end: 0 }, { width: 900, minWidth: 1 });
  const nameOf = (box: number) => frameName(tree.frames, tree.frame[layout.row[box]]);

  test("lead to callees, callers and the frames beside, also of other callers", () => {
    const main = stepFrom(layout, 0, "callee");
    const a = stepFrom(layout, main, "callee");
    const b = stepFrom(layout, a, "right");
    const y = stepFrom(layout, b, "right");
    expect([main, a, b, y].map(nameOf)).toEqual(["main", "a", "b", "y"]);
    expect(nameOf(stepFrom(layout, y, "left"))).toBe("b");
    expect(nameOf(stepFrom(layout, y, "caller"))).toBe("idle");
    expect(stepFrom(layout, y, "right")).toBe(y);
    expect(stepFrom(layout, y, "callee")).toBe(y);
    expect(stepFrom(layout, 0, "caller")).toBe(0);
  });

  test("a row that is not drawn has no box; one in a run has the run", () => {
    const narrow = buildCallTree(profileOf("main 98\na 1\nb 1"), { groupBy: "none" });
    const runs = layoutTree(narrow, { row: 0, end: 0 }, { width: 100, minWidth: 2 });
    expect(boxOfRow(runs, 3)).toBe(2);
    expect(boxOfRow(layoutTree(narrow, { row: 0, end: 0 }, { width: 5, minWidth: 1 }), 3)).toBe(-1);
  });
});

test("up leads to callees in a flame and to callers in an icicle", () => {
  expect(stepOfKey("ArrowUp", "flame")).toBe("callee");
  expect(stepOfKey("ArrowUp", "icicle")).toBe("caller");
  expect(stepOfKey("ArrowLeft", "icicle")).toBe("left");
  expect(stepOfKey("x", "flame")).toBeUndefined();
});
