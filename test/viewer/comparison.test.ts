import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { AnalysisTree } from "../../profile/analysis/analysis-tree.ts";
import type { Transform } from "../../profile/analysis/transform.ts";
import { vanishedWeight } from "../../profile/analysis/vanished-tree.ts";
import { sortChanges } from "../../profile/diff/changes.ts";
import { diffProfiles, type ProfileDiff } from "../../profile/diff/diff.ts";
import { joinedProfile, joinedRows } from "../../profile/diff/joined-profile.ts";
import { pageComparison } from "../../profile/diff/page-comparison.ts";
import { decodeComparison, encodeComparison } from "../../profile/diff/page-comparison-codec.ts";
import { frameModule, frameName } from "../../profile/frames.ts";
import { readPprofFile } from "../../profile/node/pprof-file.ts";
import type { Profile } from "../../profile/profile.ts";
import { stepOf } from "../../viewer/model/diff/change-tones.ts";
import { pText } from "../../viewer/model/diff/change-words.ts";
import { TreeSource } from "../../viewer/model/tree-source.ts";
import { INITIAL_STATE, type ViewState } from "../../viewer/model/view-state.ts";

/** What the page says of rows and functions: only what was tested with the very same samples. */

const FIXTURES = join(import.meta.dirname, "../profile/diff/fixtures");
const files = (build: string) =>
  Promise.all(
    [1, 2, 3].map(async (run) => ({
      name: `${build}-${run}`,
      profile: await readPprofFile(join(FIXTURES, `service-${build}-${run}.pb.gz`)),
    })),
  );

let diff: ProfileDiff;
let profile: Profile;
let source: TreeSource;
beforeAll(async () => {
  diff = diffProfiles(await files("base"), await files("extra"));
  profile = joinedProfile(diff);
  const words = {
    title: { before: "", after: "" },
    before: "",
    after: "",
    how: "",
    headline: "",
    headlinePath: -1,
    notes: [],
    cautions: [],
  };
  source = new TreeSource(
    profile,
    decodeComparison(encodeComparison(pageComparison(diff, sortChanges(diff), words))),
  );
});

const changesOf = (state: ViewState) => {
  const shown = source.shown(state);
  const rows = source.comparison?.rows(shown.tree, shown, 0);
  if (!rows) throw new Error("The source compares nothing.");
  return { shown, rows };
};

/** The samples below each row, as text. */
function sampleSets({ rowOfSample, parent, length }: AnalysisTree): string[] {
  const sets = Array.from({ length }, (): number[] => []);
  for (const [sample, end] of rowOfSample.entries()) {
    for (let row = end; row >= 0; row = parent[row]) sets[row].push(sample);
  }
  return sets.map((set) => set.join(" "));
}

/** For each set of samples and function, what the comparison found of the path with these. */
function testedPaths(): Map<string, number> {
  const tested = new Map<string, number>();
  const rows = joinedRows(diff);
  const sets = Array.from({ length: rows.length }, (): number[] => []);
  for (const [sample, end] of profile.samples.stack.entries()) {
    for (let stack = end; stack >= 0; stack = profile.stacks.parent[stack]) sets[stack].push(sample);
  }
  for (const [stack, row] of rows.entries()) {
    const key = diff.paths.key[row];
    tested.set(`${diff.keys.name[key]} ${sets[stack].join(" ")}`, diff.pathTotal.verdict[row]);
  }
  return tested;
}

const frame = (name: string, module = "service") => ({ name, module });
const CHANGES: [string, Partial<ViewState>][] = [
  ["as compared", {}],
  ["weighed by before", { side: "before" }],
  ["by name, ungrouped", { order: "name", groupBy: "none" }],
  ["without a function", { transforms: [{ kind: "drop-function", frame: frame("skip_spaces") }] }],
  ["from a function on", { transforms: [{ kind: "focus-function", frame: frame("parse_request") }] }],
  ["a function merged", { transforms: [{ kind: "merge-function", frame: frame("parse_header") }] }],
  ["without the kernel's frames", { transforms: [{ kind: "hide-kind", frameKind: "kernel" }] }],
  ["a module collapsed", { transforms: [{ kind: "collapse-module", module: "service" }] }],
  ["what vanished", { side: "vanished" }],
  ["each thread for itself", { groupBy: "thread" }],
  ["a part of the time", { filter: { labels: [], range: { from: 10, to: 40 } } }],
];

describe("results hold where the samples are the same", () => {
  test.each(CHANGES)("%s", (_, part) => {
    const { shown, rows } = changesOf({ ...INITIAL_STATE, ...part });
    const tested = testedPaths();
    const sets = sampleSets(shown.base);
    const { frames, frame: frameOf } = shown.tree;
    const said = { group: 0, context: 0, untested: 0, tooFew: 0, chance: 0, carried: 0, significant: 0 };
    for (let row = 0; row < shown.tree.length; row++) {
      const change = rows.of(row);
      said[change.verdict]++;
      if (change.verdict === "group" || change.verdict === "context") continue;
      const name = frameName(frames, frameOf[row]);
      const verdict = tested.get(`${name} ${sets[shown.rowInBase(row)]}`);
      const wanted = { 1: ["tooFew"], 2: ["chance"], 3: ["significant", "carried"] }[verdict ?? 0];
      if (wanted !== undefined) {
        expect(wanted, name).toContain(change.verdict);
        continue;
      }
      if (change.verdict === "untested") continue;
      // No path has these samples: then they are all of the function.
      const key = diff.keys.name.findIndex(
        (each, at) => each === name && diff.keys.module[at] === frameModule(frames, frameOf[row]),
      );
      expect([change.beforeWeight, change.afterWeight], name).toEqual([
        diff.functionTotal.beforeWeight[key],
        diff.functionTotal.afterWeight[key],
      ]);
    }
    expect(said.tooFew + said.chance).toBeGreaterThan(
      part.transforms?.[0]?.kind === "collapse-module" ? 0 : 10,
    );
  });

  test("functions of changed stacks: tested only where nothing of them is missing", () => {
    const drop: Transform = { kind: "drop-function", frame: frame("skip_spaces") };
    const verdicts = (transforms: Transform[]) => {
      const { base } = source.shown({ ...INITIAL_STATE, transforms });
      const changes = source.comparison?.ofFunctions(base);
      const verdictOf = (name: string) => {
        const at = base.frame.find((each) => frameName(base.frames, each) === name) ?? 0;
        return changes?.total(at).verdict;
      };
      return ["main", "parse_header", "copy_block", "escape_text"].map(verdictOf);
    };
    expect(verdicts([])).toEqual(["chance", "significant", "significant", "chance"]);
    expect(verdicts([drop])).toEqual(["untested", "untested", "significant", "chance"]);
  });

  test("callers, callees and the inverted tree have both sides' weights", () => {
    const state = { ...INITIAL_STATE };
    const { base } = source.shown(state);
    const sum = (name: string, what: "functionTotal" | "functionSelf") => {
      const key = diff.keys.name.indexOf(name);
      return { before: diff[what].beforeWeight[key], after: diff[what].afterWeight[key] };
    };
    const copied = frame("copy_block");
    const callers = source.analysis.callers(base, copied).callTree({ minWeight: 0 });
    const callees = source.analysis.callees(base, copied, "weight");
    for (const tree of [callers, callees]) {
      for (const row of [0, 1]) {
        expect({ before: tree.compared?.before[row], after: tree.compared?.after[row] }).toEqual(
          sum("copy_block", "functionTotal"),
        );
      }
    }
    const { shown, rows } = changesOf({ ...state, view: "inverted" });
    const { tree } = shown;
    let seen = 0;
    for (let row = 0; row < tree.length; row++) {
      if (tree.depth[row] !== 2) continue;
      const name = frameName(tree.frames, tree.frame[row]);
      const key = diff.keys.name.indexOf(name);
      const { beforeWeight, afterWeight, verdict } = rows.of(row);
      expect({ before: beforeWeight, after: afterWeight }).toEqual(sum(name, "functionSelf"));
      if (diff.functionSelf.verdict[key] === 3) expect(["significant", "carried"]).toContain(verdict);
      seen++;
    }
    expect(seen).toBeGreaterThan(8);
  });

  test("what vanished adds up to what is said of it", () => {
    const after = source.shown(INITIAL_STATE).base;
    const vanished = source.shown({ ...INITIAL_STATE, side: "vanished" }).base;
    expect(vanishedWeight(after)).toBe(vanished.total[0]);
    let weight = 0;
    const { paths, pathTotal } = diff;
    for (let row = 1; row < paths.length; row++) {
      const isTop = pathTotal.afterWeight[row] === 0 && pathTotal.afterWeight[paths.parent[row]] > 0;
      if (isTop) weight += pathTotal.beforeWeight[row];
    }
    expect(vanished.total[0]).toBe(weight);
    expect(weight).toBeGreaterThan(0);
  });
});

test("colours have a step each at 10%, 25% and twice, up and down; what is new or gone has the last", () => {
  const steps = [1.05, 1.2, 1.6, 2.5, Number.POSITIVE_INFINITY];
  expect(steps.map((factor) => stepOf({ before: 1, after: factor }))).toEqual([0, 1, 2, 3, 3]);
  expect(steps.map((factor) => stepOf({ before: factor, after: 1 }))).toEqual([0, 1, 2, 3, 3]);
  expect(stepOf({ before: 0, after: 0.1 })).toBe(3);
});

test("p-values in words", () => {
  expect([0.00001, 0.0012, 0.032, 0.5, 1].map(pText)).toEqual([
    "p < 0.001",
    "p = 0.0012",
    "p = 0.032",
    "p = 0.50",
    "p = 1.00",
  ]);
});
