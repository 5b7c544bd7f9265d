import { gunzipSync, gzipSync } from "node:zlib";
import { test } from "vitest";
import { Analysis, type AnalysisQuery } from "../../../profile/analysis/analysis.ts";
import { frameStacks, type StackView, untransformed } from "../../../profile/analysis/frame-stacks.ts";
import { frameRanks, functionTable, sortedFunctions } from "../../../profile/analysis/function-table.ts";
import { InvertedTree } from "../../../profile/analysis/inverted-tree.ts";
import { NO_FILTER } from "../../../profile/analysis/sample-filter.ts";
import { timeMatrix } from "../../../profile/analysis/time-matrix.ts";
import type { Transform } from "../../../profile/analysis/transform.ts";
import { transformStacks } from "../../../profile/analysis/transform-stacks.ts";
import { VisibleRows } from "../../../profile/analysis/visible-rows.ts";
import { decodeColumns, encodeColumns } from "../../../profile/formats/columns.ts";
import { buildFrames, frameModule, frameName } from "../../../profile/frames.ts";
import { framesMatching } from "../../../profile/search/match-frames.ts";
import { parseSearch, type SearchMode } from "../../../profile/search/search-text.ts";
import { matchRows, stepToMatch, summarizeMatches } from "../../../profile/search/tree-matches.ts";
import { slimForPage } from "../../../profile/slim.ts";
import { layoutBounded } from "../../../viewer/model/layout.ts";
import { largeProfile } from "../../viewer/large-profile.ts";
import { speedscopeJson } from "./speedscope-json.ts";

/**
 * What each step of the page costs without drawing, in milliseconds of CPU (user + system, of the whole process: waiting
 * for others is not counted, garbage collection is): the median of several. And what the data take in the page, against
 * speedscope's own file of the same profile, both by gzip.
 */
const REPEATS = 5;
/** Of what takes seconds, the first repeats tell enough. */
const REPEATS_OF_LARGE = 3;
const LEVEL = 6;

test.each([1e4, 1e5, 1e6, 5e6])("engine: %d stack nodes", (nodes) => {
  const lines: string[] = [];
  const cost = <T>(name: string, run: () => T): T => {
    const times: number[] = [];
    let result = run();
    const repeats = nodes > 1e6 ? REPEATS_OF_LARGE : REPEATS;
    for (let repeat = 0; repeat < repeats; repeat++) {
      const start = process.cpuUsage();
      result = run();
      const { user, system } = process.cpuUsage(start);
      times.push((user + system) / 1e3);
    }
    times.sort((a, b) => a - b);
    lines.push(`${name.padEnd(44)}${times[repeats >> 1].toFixed(1).padStart(9)} ms`);
    return result;
  };

  const made = largeProfile({ nodes, slices: 100 });
  const slim = slimForPage(made, { keepSlices: false });
  const gzipped = gzipSync(encodeColumns(slim), { level: LEVEL });
  const sliced = gzipSync(encodeColumns(slimForPage(made, { keepSlices: true })), { level: LEVEL });
  const bytes = cost("gunzip", () => gunzipSync(gzipped));
  const profile = cost("decode", () => decodeColumns(bytes));
  const frames = cost("frames", () => buildFrames(profile));
  const view = cost("stacks of frames", () => untransformed(frameStacks(profile, frames)));
  const analysis = new Analysis(profile);
  const query: AnalysisQuery = {
    filter: NO_FILTER,
    transforms: [],
    groupBy: "process",
    order: "weight",
    valueIndex: 0,
  };
  let asked = 0;
  /** A filter that takes all, but another one each time: trees are kept. */
  const fresh = () => ({
    labels: [{ key: `none${asked++}`, values: ["x"], exclude: true }],
    range: undefined,
  });
  const tree = cost("tree", () => analysis.tree({ ...query, filter: fresh() }));
  cost("tree by thread", () => analysis.tree({ ...query, groupBy: "thread", filter: fresh() }));
  cost("layout of 1,600 pixels", () =>
    layoutBounded(tree, { row: 0, end: 0 }, 1600, 1, { rows: 60, frames: 3_000 }),
  );
  const worker = { key: "thread", values: ["worker-1"], exclude: false };
  cost("tree of one thread", () =>
    analysis.tree({ ...query, filter: { labels: [worker, ...fresh().labels], range: undefined } }),
  );
  transformCosts(view, cost);
  cost("inverted, rows of a pixel", () =>
    InvertedTree.ofLeaves(tree).callTree({ minWeight: tree.total[0] / 1600 }),
  );
  const table = cost("table of functions", () => functionTable(tree));
  const ranks = cost("functions by name and module", () => frameRanks(tree, table));
  cost("sorted by self", () => sortedFunctions(tree, table, "self", "descending", undefined, ranks));
  const busiest = sortedFunctions(tree, table, "total", "descending", undefined, ranks)[5];
  const frame = table.frame[busiest];
  const key = { name: frameName(tree.frames, frame), module: frameModule(tree.frames, frame) };
  cost("callees of a function", () => analysis.callees(tree, key, "weight"));
  cost("callers of a function, rows of a pixel", () =>
    analysis.callers(tree, key).callTree({ minWeight: tree.total[0] / 1600 }),
  );
  searchCosts(tree, cost);
  cost("rows of a table with all expanded", () => {
    const rows = new VisibleRows(tree);
    rows.setAllExpanded(0, true);
    return rows.rows.length;
  });
  cost("time matrix (all samples)", () =>
    timeMatrix(made, { rowsBy: "thread", maxColumns: 100, maxRows: 20, valueIndex: 0 }),
  );

  const speedscope = gzipSync(speedscopeJson(slim), { level: LEVEL });
  const size = (length: number) => `${(length / 1024).toFixed(0).padStart(9)} KiB`;
  lines.push(`${"data in the page, gzipped".padEnd(44)}${size(gzipped.length)}`);
  lines.push(`${"as printable text".padEnd(44)}${size((gzipped.length * 16) / 13)}`);
  lines.push(`${"with 100 time slices, gzipped".padEnd(44)}${size(sliced.length)}`);
  lines.push(`${"speedscope's JSON, gzipped".padEnd(44)}${size(speedscope.length)}`);
  console.log(
    [
      `${profile.stacks.length} stack nodes, ${tree.length} rows, ${frames.table.length} functions`,
      ...lines,
    ].join("\n"),
  );
});

type Cost = <T>(name: string, run: () => T) => T;

function transformCosts(view: StackView, cost: Cost): void {
  const { frames } = view.stacks;
  const at = view.stacks.frame[Math.floor(view.stacks.length / 2)];
  const frame = { name: frameName(frames, at), module: frameModule(frames, at) };
  const transforms: Transform[] = [
    { kind: "focus-function", frame },
    { kind: "drop-function", frame },
    { kind: "merge-function", frame },
    { kind: "collapse-direct" },
    { kind: "collapse-recursion", frame },
    { kind: "collapse-module", module: "/usr/bin/server" },
    { kind: "hide-kind", frameKind: "kernel" },
    { kind: "keep-matching", search: { text: "parse", mode: "text", matchCase: false } },
  ];
  for (const transform of transforms) cost(transform.kind, () => transformStacks(view, transform));
}

function searchCosts(tree: ReturnType<Analysis["tree"]>, cost: Cost): void {
  const searches: [SearchMode, string][] = [
    ["text", "parse"],
    ["regex", "^std::.*push.*\\(.*\\)$"],
    ["regex", "(a+)+$"],
    ["fuzzy", "vpb"],
  ];
  for (const [mode, text] of searches) {
    cost(`search: ${mode} ${text}`, () => {
      const search = parseSearch({ text, mode, matchCase: false });
      if (search.kind !== "test") throw new Error(`no search: ${text}`);
      const matches = matchRows(tree, framesMatching(tree.frames, search));
      stepToMatch(tree, matches, tree.length >> 1, 1);
      return summarizeMatches(tree, matches).weight + summarizeMatches(tree, matches, 2).weight;
    });
  }
}
