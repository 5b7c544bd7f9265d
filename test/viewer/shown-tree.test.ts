import { describe, expect, test } from "vitest";
import { frameKeyOf } from "../../profile/analysis/frame-key.ts";
import type { CallTree } from "../../profile/call-tree.ts";
import { frameName } from "../../profile/frames.ts";
import { carryZoom } from "../../viewer/model/carry-zoom.ts";
import { FRAME_CHANGES, transformOf } from "../../viewer/model/frame-changes.ts";
import { heaviestRow } from "../../viewer/model/heaviest-row.ts";
import { pathTo } from "../../viewer/model/layout.ts";
import { subtree, withoutRoot } from "../../viewer/model/re-root.ts";
import { TreeSource } from "../../viewer/model/tree-source.ts";
import { INITIAL_STATE, type ViewState } from "../../viewer/model/view-state.ts";
import { largeProfile } from "./large-profile.ts";
import { profileOf } from "./made-profile.ts";

const names = (tree: CallTree, row: number) =>
  [...pathTo(tree, row)].map((at) => frameName(tree.frames, tree.frame[at])).join(";");
const find = (tree: CallTree, path: string) => {
  const row = [...tree.frame.keys()].find((each) => names(tree, each) === path);
  if (row === undefined) throw new Error(`no ${path}`);
  return row;
};
const UNGROUPED: ViewState = { ...INITIAL_STATE, groupBy: "none" };
const SMALL = "main;parse;read@k 40\nmain;parse 20\nmain;emit;read@k 30\nidle 10";

describe("the tree of a view", () => {
  test("inverted, is found by its path in a page made anew, however narrow what is zoomed into", () => {
    const profile = largeProfile({ nodes: 20_000 });
    const state: ViewState = { ...UNGROUPED, view: "inverted" };
    const source = new TreeSource(profile);
    // Down the lightest callers, zooming at each step as a person would.
    let shown = source.shown(state);
    let zoom = "";
    let path = "";
    for (let step = 0; step < 6; step++) {
      const { tree } = shown;
      const row = source.paths.rowOf(tree, zoom);
      let lightest = -1;
      for (let child = row + 1; child < tree.subtreeEnd[row]; child = tree.subtreeEnd[child]) {
        if (lightest < 0 || tree.total[child] < tree.total[lightest]) lightest = child;
      }
      if (lightest < 0) break;
      zoom = source.paths.hashOf(tree, lightest);
      path = names(tree, lightest);
      shown = source.shown({ ...state, zoom });
      expect(names(shown.tree, source.paths.rowOf(shown.tree, zoom))).toBe(path);
    }
    expect(path.split(";").length).toBeGreaterThan(2);
    const anew = new TreeSource(profile);
    const { tree } = anew.shown({ ...state, zoom });
    expect(names(tree, anew.paths.rowOf(tree, zoom))).toBe(path);
  });

  test("without light rows, still tells time and lines of the same rows", () => {
    const source = new TreeSource(profileOf(SMALL));
    const all = source.shown(UNGROUPED);
    const least = source.shown({ ...UNGROUPED, minShare: 0.25 });
    expect([...least.tree.frame].map((frame) => frameName(least.tree.frames, frame))).not.toContain("idle");
    expect(least.pruned).toEqual({ rows: 1, weight: 10 });
    const emit = find(least.tree, "all;main;emit");
    expect(names(all.base, least.rowInBase(emit))).toBe("all;main;emit");
    expect(source.time(UNGROUPED, least, emit)?.total).toBe(30 * 10_101_010);
  });
});

describe("a zoom", () => {
  const source = new TreeSource(profileOf(SMALL));
  const shown = source.shown(UNGROUPED);
  const row = find(shown.tree, "all;main;parse");
  const zoomed = { ...UNGROUPED, zoom: source.paths.hashOf(shown.tree, row) };
  const carried = (next: ViewState) => {
    const { zoom } = carryZoom(source, { shown, row }, next);
    const { tree } = source.shown({ ...next, zoom });
    return names(tree, source.paths.rowOf(tree, zoom));
  };

  test("stays on its frame when samples are grouped or left out, and is given up where that is gone", () => {
    expect(carried({ ...zoomed, groupBy: "process" })).toBe("all;demo (4242);main;parse");
    const read = { name: "read", module: "[kernel]" };
    expect(carried({ ...zoomed, transforms: [{ kind: "drop-function", frame: read }] })).toBe(
      "all;main;parse",
    );
    const parse = frameKeyOf(shown.tree.frames, shown.tree.frame[row]);
    expect(carried({ ...zoomed, transforms: [{ kind: "drop-function", frame: parse }] })).toBe("all");
    expect(carried({ ...zoomed, view: "inverted" })).toBe("all");
  });
});

test("a function's heaviest row; a tree below a row", () => {
  const { tree } = new TreeSource(profileOf(SMALL)).shown(UNGROUPED);
  const read = find(tree, "all;main;parse;read");
  expect(heaviestRow(tree, frameKeyOf(tree.frames, tree.frame[read]))).toBe(read);
  expect(heaviestRow(tree, { name: "none", module: "" })).toBe(-1);
  const main = subtree(tree, find(tree, "all;main"));
  expect(names(main, main.length - 1)).toBe("main;emit;read");
  expect([main.length, main.total[0], main.parent[0], main.depth[0], main.subtreeEnd[0]]).toEqual([
    5, 90, -1, 0, 5,
  ]);
  expect(withoutRoot(tree)).toBeUndefined();
});

test("changes make sense with functions, only a path with processes, none with all", () => {
  const source = new TreeSource(profileOf(SMALL));
  const possible = (state: ViewState, row: number) =>
    FRAME_CHANGES.map(({ change }) => change).filter(
      (change) => transformOf(change, source.shown(state), row, state.groupBy) !== undefined,
    );
  expect(possible(INITIAL_STATE, 0)).toEqual([]);
  expect(possible(INITIAL_STATE, 1)).toEqual(["focusPath"]);
  expect(possible(INITIAL_STATE, 2)).toEqual(FRAME_CHANGES.map(({ change }) => change));
  // A row of callers is no path from the root.
  expect(possible({ ...INITIAL_STATE, view: "inverted" }, 2)).not.toContain("focusPath");
});
