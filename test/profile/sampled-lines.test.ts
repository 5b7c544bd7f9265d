import { describe, expect, it } from "vitest";
import { Analysis } from "../../profile/analysis/analysis.ts";
import { NO_FILTER } from "../../profile/analysis/sample-filter.ts";
import { buildCallTree, type CallTree } from "../../profile/call-tree.ts";
import { buildFrames, frameName, Inlining } from "../../profile/frames.ts";
import { hotLines } from "../../profile/hot-lines.ts";
import type { Profile } from "../../profile/profile.ts";
import type { GroupBy } from "../../profile/sample-groups.ts";
import type { SampledLines } from "../../profile/sampled-lines.ts";
import { slimForPage } from "../../profile/slim.ts";
import { type MadeFrame, madeProfile } from "../viewer/made-profile.ts";

const at = (name: string, line: number, inlined = false): MadeFrame => ({
  name,
  file: "/src/a.c",
  line: 1,
  at: line,
  inlined,
});

const profile = madeProfile([
  { pid: 1, frames: [at("main", 9), at("parse", 21), at("read", 3, true)], count: 3 },
  { pid: 2, frames: [at("main", 9), at("parse", 22)], count: 2 },
  { pid: 1, frames: [at("main", 9), at("parse", 21), at("read", 4)], count: 1 },
  { pid: 1, frames: [at("main", 9), at("parse", 22), at("parse", 21), at("read", 3, true)], count: 4 },
]);

/** `line total/self` of the row with these names below the root. */
function linesOf(of: Profile, path: string, groupBy: GroupBy): string {
  return sampled(of, path, groupBy)
    .lines.map(({ line, total, self }) => `${line} ${total}/${self}`)
    .join(", ");
}

function sampled(of: Profile, path: string, groupBy: GroupBy): SampledLines {
  const analysis = new Analysis(of);
  const tree = analysis.tree({ filter: NO_FILTER, transforms: [], groupBy, order: "weight", valueIndex: 0 });
  return analysis.lines(tree, rowOf(tree, path));
}

function rowOf(tree: CallTree, path: string): number {
  for (let row = 0; row < tree.length; row++) {
    const names: string[] = [];
    for (let up = row; up > 0; up = tree.parent[up]) names.unshift(frameName(tree.frames, tree.frame[up]));
    if (names.join(";") === path) return row;
  }
  throw new Error(`no row ${path}`);
}

describe("lines of a row", () => {
  it("tell calls and own work of one row, not of other rows of the function", () => {
    expect(linesOf(profile, "main", "none")).toBe("9 10/0");
    expect(linesOf(profile, "main;parse", "none")).toBe("22 6/2, 21 4/0");
    expect(linesOf(profile, "main;parse;parse", "none")).toBe("21 4/0");
    expect(linesOf(profile, "main;parse;read", "none")).toBe("3 3/3, 4 1/1");
  });

  it("are of the row's group only", () => {
    expect(linesOf(profile, "demo (1);main;parse", "pid")).toBe("21 4/0, 22 4/0");
    expect(linesOf(profile, "demo (2);main;parse", "pid")).toBe("22 2/2");
    expect(linesOf(profile, "demo (1)", "pid")).toBe("");
  });

  it("are the same in the page", () => {
    const slim = slimForPage(profile, { keepSlices: false });
    expect(linesOf(slim, "main;parse", "none")).toBe("22 6/2, 21 4/0");
  });
});

describe("inlining of a row", () => {
  it("is called, inlined, or both where a function is inlined in some places only", () => {
    const frames = buildFrames(profile);
    const tree = buildCallTree(profile, { frames, groupBy: "none" });
    const bits = (path: string) => tree.inlining[rowOf(tree, path)];
    expect(bits("main;parse")).toBe(Inlining.called);
    expect(bits("main;parse;read")).toBe(Inlining.called | Inlining.inlined);
    expect(bits("main;parse;parse;read")).toBe(Inlining.inlined);
    expect(tree.inlining[0]).toBe(0);
    const { inlined } = sampled(profile, "main;parse;read", "none");
    expect(inlined).toBe(3);
  });
});

describe("hotLines", () => {
  it("rank lines by the samples through them", () => {
    expect(hotLines(profile).map(({ line, weight }) => `${line} ${weight}`)).toEqual([
      "9 10",
      "21 8",
      "3 7",
      "22 6",
      "4 1",
    ]);
  });
});

it("the page's data has lines, but no columns", () => {
  profile.lines.column.fill(7);
  const slim = slimForPage(profile, { keepSlices: false });
  expect([...slim.lines.column].every((column) => column === 0)).toBe(true);
  expect(slim.lines.line).toContain(22);
});
