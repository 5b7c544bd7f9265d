import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type AnalysisTree, analysisTree, otherWeights } from "../../../profile/analysis/analysis-tree.ts";
import { calleesTree } from "../../../profile/analysis/callees-tree.ts";
import { framesOfKey } from "../../../profile/analysis/frame-key.ts";
import { frameStacks, type StackView, untransformed } from "../../../profile/analysis/frame-stacks.ts";
import { functionTable } from "../../../profile/analysis/function-table.ts";
import { InvertedTree } from "../../../profile/analysis/inverted-tree.ts";
import { placesOfFunction, placesOfInverted, placesOfRow } from "../../../profile/analysis/line-places.ts";
import { linesAt } from "../../../profile/analysis/lines-at.ts";
import { pathHash } from "../../../profile/analysis/path-hash.ts";
import { pruneTree } from "../../../profile/analysis/prune-tree.ts";
import { selectSamples } from "../../../profile/analysis/sample-filter.ts";
import type { Transform } from "../../../profile/analysis/transform.ts";
import { transformStacks } from "../../../profile/analysis/transform-stacks.ts";
import type { CallTree } from "../../../profile/call-tree.ts";
import { buildFrames, type FrameTable, frameModule, frameName, Inlining } from "../../../profile/frames.ts";
import type { Profile } from "../../../profile/profile.ts";
import type { SampledLines } from "../../../profile/sampled-lines.ts";
import { arbitraryFilter, arbitrarySamples, groupings } from "./arbitrary-samples.ts";
import {
  functionWeights,
  halves,
  inverted,
  type PlainFrame,
  type PlainSample,
  pathWeights,
  plainFilter,
  plainSamples,
  plainTransform,
  type Weights,
} from "./oracle.ts";

const kinds = fc.constantFrom(
  "focus-path" as const,
  "focus-function" as const,
  "drop-function" as const,
  "merge-function" as const,
  "collapse-direct" as const,
  "collapse-recursion" as const,
  "collapse-module" as const,
  "hide-kind" as const,
  "keep-matching" as const,
);

/** A transform that concerns something of the samples it is made for: `pick` chooses what. */
interface Wish {
  kind: Transform["kind"];
  sample: number;
  frame: number;
}

const wishes = fc.array(fc.record({ kind: kinds, sample: fc.nat(), frame: fc.nat() }), { maxLength: 3 });

interface Pair {
  profile: Profile;
  view: StackView;
  tree: AnalysisTree;
  plain: PlainSample[];
  groupBy: "process" | "pid" | "thread" | "none";
}

/** The same filter and transforms by the engine and by the oracle. */
function bothWays(
  profile: Profile,
  groupBy: Pair["groupBy"],
  filter: Parameters<typeof plainFilter>[2],
  wanted: readonly Wish[],
): Pair & { dropped: number } {
  let view: StackView = untransformed(frameStacks(profile, buildFrames(profile)));
  let all: (PlainSample | undefined)[] = plainSamples(profile, groupBy);
  const transforms: Transform[] = [];
  for (const wish of wanted) {
    const left = all.filter((sample) => sample !== undefined);
    if (left.length === 0) break;
    const sample = left[wish.sample % left.length];
    const { transform, focused } = transformOf(wish, sample, groupBy);
    if (transform === undefined) continue;
    transforms.push(transform);
    const next = transformStacks(view, transform);
    expect(next).toBeDefined();
    view = next ?? view;
    all = all.map((each) => each && plainTransform(each, transform, focused));
  }
  const taken = selectSamples(profile, filter, transforms);
  const tree = analysisTree({ profile, view, taken, groupBy, order: "weight", valueIndex: 0 });
  const kept = all.filter((sample) => sample !== undefined);
  const filtered = plainFilter(profile, plainSamples(profile, groupBy), filter);
  const plain = plainFilter(profile, kept, filter);
  const sum = (samples: PlainSample[]) => samples.reduce((total, { value }) => total + value, 0);
  return { profile, groupBy, view, tree, plain, dropped: sum(filtered) - sum(plain) };
}

function transformOf(
  { kind, frame: at }: Wish,
  sample: PlainSample,
  groupBy: Pair["groupBy"],
): { transform: Transform | undefined; focused?: PlainSample } {
  const { frames } = sample;
  if (kind === "collapse-direct") return { transform: frames.length > 0 ? { kind } : undefined };
  if (kind === "focus-path") {
    const focused = { ...sample, frames: frames.slice(0, at % (frames.length + 1)) };
    const names = focused.frames;
    const table = plainTable(names);
    const path = pathHash(table, [...names.keys()]);
    const frame = names.at(-1) ?? { name: "", module: "" };
    return {
      transform: { kind, groupBy, groups: at % 2 === 0 ? sample.groups : [], path, frame },
      focused: at % 2 === 0 ? focused : { ...focused, groups: [] },
    };
  }
  if (frames.length === 0) return { transform: undefined };
  const frame = frames[at % frames.length];
  if (kind === "collapse-module") return { transform: { kind, module: frame.module } };
  if (kind === "hide-kind") return { transform: { kind, frameKind: frame.kind as "kernel" } };
  if (kind === "keep-matching") {
    return { transform: { kind, search: { text: frame.name, mode: "text", matchCase: true } } };
  }
  return { transform: { kind, frame: { name: frame.name, module: frame.module } } };
}

/** Just enough of a frame table to hash a path. */
function plainTable(frames: readonly { name: string; module: string }[]): FrameTable {
  const strings = ["", ...frames.flatMap(({ name, module }) => [name, module])];
  const column = (offset: number) => Int32Array.from(frames, (_, at) => 1 + at * 2 + offset);
  const zeros = new Int32Array(frames.length);
  return {
    length: frames.length,
    strings,
    name: column(0),
    module: column(1),
    linkageName: zeros,
    file: zeros,
    line: zeros,
    kind: new Uint8Array(frames.length),
  };
}

function treePaths(tree: CallTree): Map<string, Weights> {
  const paths: string[] = [];
  const sums = new Map<string, Weights>();
  for (let row = 0; row < tree.length; row++) {
    const isGroup = tree.frames.kind[tree.frame[row]] <= 2;
    const name = frameName(tree.frames, tree.frame[row]);
    const text = isGroup ? name : `${name}@${frameModule(tree.frames, tree.frame[row])}`;
    const above = paths[tree.parent[row]];
    paths[row] = row === 0 ? "" : above === "" ? text : `${above} / ${text}`;
    expect(sums.has(paths[row])).toBe(false);
    sums.set(paths[row], { self: tree.self[row], total: tree.total[row] });
  }
  return sums;
}

const sorted = (sums: Map<string, Weights>) => [...sums].sort(([a], [b]) => (a < b ? -1 : 1));

function expectSame(tree: CallTree, plain: readonly PlainSample[]): void {
  const expected = pathWeights(plain);
  if (plain.length === 0) expected.set("", { self: 0, total: 0 });
  expect(sorted(treePaths(tree))).toEqual(sorted(expected));
}

/** Depth-first order, depths, ends of subtrees and the order of siblings are as `CallTree` promises. */
function expectWellFormed(tree: CallTree): void {
  for (let row = 1; row < tree.length; row++) {
    const parent = tree.parent[row];
    expect(tree.depth[row]).toBe(tree.depth[parent] + 1);
    expect(row > parent && tree.subtreeEnd[row] <= tree.subtreeEnd[parent]).toBe(true);
    const sibling = tree.subtreeEnd[row];
    if (sibling < tree.subtreeEnd[parent]) {
      expect(tree.parent[sibling]).toBe(parent);
      expect(tree.total[row]).toBeGreaterThanOrEqual(tree.total[sibling]);
    }
  }
}

const situations = [arbitrarySamples, groupings, arbitraryFilter, wishes] as const;
const RUNS = { numRuns: 150 };

describe("each filter and transform, against lists of frames changed one by one", () => {
  test("top-down tree: every path's self and total, and what was left out", () => {
    fc.assert(
      fc.property(...situations, (profile, groupBy, filter, wanted) => {
        const { tree, plain, dropped } = bothWays(profile, groupBy, filter, wanted);
        expectWellFormed(tree);
        expectSame(tree, plain);
        // What a focus below a process leaves out counts as not selected.
        if (!wanted.some(({ kind }) => kind === "focus-path")) expect(tree.dropped).toBe(dropped);
      }),
      RUNS,
    );
  });

  test("table of functions", () => {
    fc.assert(
      fc.property(...situations, (profile, groupBy, filter, wanted) => {
        const { tree, plain } = bothWays(profile, groupBy, filter, wanted);
        const table = functionTable(tree);
        const sums = new Map<string, Weights>();
        for (let row = 0; row < table.length; row++) {
          const name = `${frameName(tree.frames, table.frame[row])}@${frameModule(tree.frames, table.frame[row])}`;
          sums.set(name, { self: table.self[row], total: table.total[row] });
        }
        expect(sorted(sums)).toEqual(sorted(functionWeights(plain)));
      }),
      RUNS,
    );
  });

  test("inverted tree, whole and expanded bit by bit", () => {
    fc.assert(
      fc.property(...situations, fc.nat({ max: 20 }), (profile, groupBy, filter, wanted, minWeight) => {
        const { tree, plain } = bothWays(profile, groupBy, filter, wanted);
        const turned = InvertedTree.ofLeaves(tree);
        const some = turned.callTree({ minWeight });
        expectWellFormed(some);
        const expected = pathWeights(inverted(plain.filter(({ value }) => value !== 0)));
        for (const [path, { total }] of treePaths(some)) {
          // Rows of no weight exist in trees, but nothing turned around leads to them.
          if (total !== 0) expect(total).toBe(expected.get(path)?.total);
        }
        for (let row = 0; row < some.length; row++) {
          if (some.total[row] >= minWeight) expect(some.unexpanded[row]).toBe(0);
        }
        const whole = turned.callTree({ minWeight: 0 });
        const weights = sorted(treePaths(whole)).filter(([, { total }]) => total !== 0);
        expect(weights).toEqual(sorted(expected).filter(([, { total }]) => total !== 0));
        expect(whole.unexpanded.includes(1)).toBe(false);
      }),
      RUNS,
    );
  });

  test("sandwich: callers and callees of each function", () => {
    fc.assert(
      fc.property(...situations, (profile, _, filter, wanted) => {
        const { tree, plain } = bothWays(profile, "none", filter, wanted);
        for (const name of functionWeights(plain).keys()) {
          const at = name.lastIndexOf("@");
          const key = { name: name.slice(0, at), module: name.slice(at + 1) };
          const marks = framesOfKey(tree.frames, key);
          const expected = halves(plain, key);
          expectSame(calleesTree(tree, marks, "weight"), expected.callees);
          expectSame(InvertedTree.ofCallers(tree, marks).callTree({ minWeight: 0 }), expected.callers);
        }
      }),
      { numRuns: 60 },
    );
  });

  test("each sample's row, and weights of another type in the same rows", () => {
    fc.assert(
      fc.property(...situations, (profile, groupBy, filter, wanted) => {
        const { tree, plain } = bothWays(profile, groupBy, filter, wanted);
        const depths = new Map(plain.map(({ row, groups, frames }) => [row, groups.length + frames.length]));
        for (const [sample, row] of tree.rowOfSample.entries()) {
          expect(row < 0 ? undefined : tree.depth[row]).toBe(depths.get(sample));
        }
        const period = profile.period;
        const { self, total } = otherWeights(tree, profile, 1);
        for (let row = 0; row < tree.length; row++) {
          expect(self[row]).toBe(tree.self[row] * period);
          expect(total[row]).toBe(tree.total[row] * period);
        }
      }),
      RUNS,
    );
  });

  /** `file:line` and weights, of samples and the frame that each is asked about. */
  function plainLines(asked: Iterable<{ value: number; frame: PlainFrame; isLeaf: boolean }>) {
    const lines = new Map<string, Weights>();
    let inlined = 0;
    for (const { value, frame, isLeaf } of asked) {
      const { self, total } = lines.get(frame.place) ?? { self: 0, total: 0 };
      lines.set(frame.place, { self: self + (isLeaf ? value : 0), total: total + value });
      if (frame.inlined) inlined += value;
    }
    return { lines: sorted(lines), inlined };
  }

  function givenLines(profile: Profile, { lines, inlined }: SampledLines) {
    const named = lines.map(
      ({ file, line, self, total }) => [`${profile.strings[file]}:${line}`, { self, total }] as const,
    );
    return { lines: sorted(new Map(named)), inlined };
  }

  test("lines of each row", () => {
    fc.assert(
      fc.property(...situations, (profile, groupBy, filter, wanted) => {
        const { view, tree, plain } = bothWays(profile, groupBy, filter, wanted);
        for (let row = 0; row < tree.length; row++) {
          const asked = plain.flatMap(({ row: sample, groups, frames, value }) => {
            const end = tree.rowOfSample[sample];
            const frame = frames[tree.depth[row] - groups.length - 1];
            const through = frame !== undefined && end >= row && end < tree.subtreeEnd[row];
            return through ? [{ value, frame, isLeaf: end === row }] : [];
          });
          const given = linesAt(profile, view, tree, placesOfRow(tree, row));
          expect(givenLines(profile, given)).toEqual(plainLines(asked));
        }
      }),
      RUNS,
    );
  });

  test("lines of each function, wherever it was called", () => {
    fc.assert(
      fc.property(...situations, (profile, groupBy, filter, wanted) => {
        const { view, tree, plain } = bothWays(profile, groupBy, filter, wanted);
        const table = functionTable(tree);
        for (let row = 0; row < table.length; row++) {
          const key = {
            name: frameName(tree.frames, table.frame[row]),
            module: frameModule(tree.frames, table.frame[row]),
          };
          const asked = plain.flatMap(({ frames, value }) => {
            const at = frames.findLastIndex(({ name, module }) => name === key.name && module === key.module);
            return at < 0 ? [] : [{ value, frame: frames[at], isLeaf: at === frames.length - 1 }];
          });
          const places = placesOfFunction(tree, framesOfKey(tree.frames, key));
          expect(givenLines(profile, linesAt(profile, view, tree, places))).toEqual(plainLines(asked));
        }
      }),
      RUNS,
    );
  });

  test("lines of each row of the inverted tree", () => {
    fc.assert(
      fc.property(...situations, (profile, groupBy, filter, wanted) => {
        const { view, tree, plain } = bothWays(profile, groupBy, filter, wanted);
        const turned = InvertedTree.ofLeaves(tree).callTree({ minWeight: 0 });
        for (let row = 0; row < turned.length; row++) {
          const path: string[] = [];
          for (let up = row; up > 0; up = turned.parent[up])
            path.unshift(
              `${frameName(turned.frames, turned.frame[up])}@${frameModule(turned.frames, turned.frame[up])}`,
            );
          const asked = plain.flatMap(({ groups, frames, value }) => {
            const level = path.length - groups.length - 1;
            const at = frames.length - 1 - level;
            const leafFirst = frames.toReversed().map(({ name, module }) => `${name}@${module}`);
            const same = [...groups.map((group) => `${group}@`), ...leafFirst].slice(0, path.length);
            if (level < 0 || at < 0 || same.join("|") !== path.join("|")) return [];
            return [{ value, frame: frames[at], isLeaf: level === 0 }];
          });
          const places = placesOfInverted(tree, turned, row);
          expect(givenLines(profile, linesAt(profile, view, tree, places))).toEqual(plainLines(asked));
        }
      }),
      RUNS,
    );
  });

  test("pruning keeps heavy rows and counts the rest", () => {
    fc.assert(
      fc.property(
        ...situations,
        fc.integer({ min: 1, max: 30 }),
        (profile, groupBy, filter, wanted, least) => {
          const { tree, plain } = bothWays(profile, groupBy, filter, wanted);
          const { tree: small, rowOf, hidden, pruned } = pruneTree(tree, least);
          expectWellFormed(small);
          const expected = [...pathWeights(plain)].filter(
            ([path, { total }]) => path === "" || total >= least,
          );
          expect(new Map(sorted(treePaths(small)))).toEqual(
            new Map(expected.length === 0 ? [["", { self: 0, total: 0 }]] : expected),
          );
          expect(small.length + pruned.rows).toBe(tree.length);
          expect(hidden.reduce((sum, each) => sum + each, 0)).toBe(pruned.weight);
          for (let row = 0; row < small.length; row++) {
            expect(tree.frame[rowOf[row]]).toBe(small.frame[row]);
            let below = hidden[row] + small.self[row];
            for (let at = row + 1; at < small.subtreeEnd[row]; at = small.subtreeEnd[at])
              below += small.total[at];
            expect(below).toBe(small.total[row]);
          }
        },
      ),
      RUNS,
    );
  });
});

describe("inlining", () => {
  test("a row knows whether its stacks have it called or inlined", () => {
    fc.assert(
      fc.property(arbitrarySamples, (profile) => {
        const { tree } = bothWays(profile, "none", { labels: [], range: undefined }, []);
        for (let row = 1; row < tree.length; row++) {
          expect(tree.inlining[row] & (Inlining.called | Inlining.inlined)).toBeGreaterThan(0);
        }
        expect(tree.inlining[0]).toBe(0);
      }),
    );
  });
});
