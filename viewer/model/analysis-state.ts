import type { FrameKey } from "../../profile/analysis/frame-key.ts";
import { FUNCTION_COLUMNS, type FunctionColumn } from "../../profile/analysis/function-table.ts";
import type { LabelFilter, SampleFilter, SliceRange } from "../../profile/analysis/sample-filter.ts";
import type { Transform } from "../../profile/analysis/transform.ts";
import type { SiblingOrder } from "../../profile/call-tree.ts";
import type { GroupBy } from "../../profile/sample-groups.ts";
import { SEARCH_MODES, type SearchText } from "../../profile/search/search-text.ts";
import { HashReader, HashWriter, joinFields, oneOf, splitFields } from "./hash-text.ts";
import { transformFromText, transformText } from "./transform-text.ts";

/**
 * `graph`: from the root down; `inverted`: from the leaves; `sandwich`: callers and callees of `chosen`; `functions`:
 * the table of functions; `tree`: the call tree as a table; `both`: both sides of a comparison beside each other.
 */
export const VIEWS = ["graph", "inverted", "sandwich", "functions", "tree", "both"] as const;
export type View = (typeof VIEWS)[number];

/** What widths are in a comparison: weights of one side, or weights before of what has none after. */
export const SIDES = ["after", "before", "vanished"] as const;
export type Side = (typeof SIDES)[number];

/** Columns of the table of functions in a comparison that the other table has not. */
export const CHANGE_COLUMNS = ["change", "relative", "own", "after", "significance"] as const;
export type SortColumn = FunctionColumn | (typeof CHANGE_COLUMNS)[number];
const SORT_COLUMNS: readonly SortColumn[] = [...FUNCTION_COLUMNS, ...CHANGE_COLUMNS];

/** All that a person has chosen, as the part of the address behind `#` holds it, so that back and forward work. */
export interface AnalysisState {
  view: View;
  /** `flame` grows upwards, `icicle` hangs down. */
  direction: "flame" | "icicle";
  groupBy: GroupBy;
  order: SiblingOrder;
  /** Which of `profile.sampleTypes` is weighed by. */
  valueIndex: number;
  filter: SampleFilter;
  /** Share of all, from 0 to 1, below which rows are not drawn. */
  minShare: number;
  /** In the order in which they are applied. */
  transforms: readonly Transform[];
  search: SearchText;
  /** `hashOfRow` of the zoomed row; `""` is all. */
  zoom: string;
  /** The function that the sandwich is of. */
  chosen: FrameKey | undefined;
  sort: { by: SortColumn; direction: "ascending" | "descending" };
  /** Whether the panel with all about a frame is open. */
  panel: boolean;
  /** Only in comparisons, as the next. */
  side: Side;
  /** Part of all, from 0 to 1, that a change must be to be coloured and listed. */
  minChange: number;
}

export const INITIAL_ANALYSIS: AnalysisState = {
  view: "graph",
  direction: "flame",
  groupBy: "process",
  order: "weight",
  valueIndex: 0,
  filter: { labels: [], range: undefined },
  minShare: 0,
  transforms: [],
  search: { text: "", mode: "text", matchCase: false },
  zoom: "",
  chosen: undefined,
  sort: { by: "self", direction: "descending" },
  panel: false,
  side: "after",
  minChange: 0,
};

const DIRECTIONS = ["flame", "icicle"] as const;
const GROUPINGS: readonly GroupBy[] = ["process", "pid", "thread", "none"];
const ORDERS: readonly SiblingOrder[] = ["weight", "name"];
const SORT_DIRECTIONS = ["descending", "ascending"] as const;

/** More than a person piles up; an address that somebody made must not keep a page busy. */
const MAX_TRANSFORMS = 64;
const MAX_LABEL_FILTERS = 32;
const MAX_VALUES = 1_000;

/** `#view=tree&do=H|kernel`; only what differs from the initial state; `""` when nothing does. */
export function analysisHash(state: AnalysisState): string {
  const initial = INITIAL_ANALYSIS;
  const out = new HashWriter();
  out.put("view", state.view, initial.view);
  out.put("direction", state.direction, initial.direction);
  out.put("group", state.groupBy, initial.groupBy);
  out.put("order", state.order, initial.order);
  out.put("type", String(state.valueIndex), "0");
  for (const { key, values, exclude } of state.filter.labels) {
    out.put(exclude ? "not" : "only", joinFields([key, ...values]));
  }
  if (state.filter.range) out.put("range", `${state.filter.range.from}-${state.filter.range.to}`);
  out.put("min", String(state.minShare), "0");
  for (const transform of state.transforms) out.put("do", transformText(transform));
  out.put("search", state.search.text, "");
  out.put("mode", state.search.mode, initial.search.mode);
  out.put("case", state.search.matchCase ? "1" : "", "");
  out.put("zoom", state.zoom, "");
  if (state.chosen) out.put("function", joinFields([state.chosen.name, state.chosen.module]));
  out.put("sort", state.sort.by, initial.sort.by);
  out.put("sorted", state.sort.direction, initial.sort.direction);
  out.put("panel", state.panel ? "1" : "", "");
  out.put("side", state.side, initial.side);
  out.put("change", String(state.minChange), "0");
  return out.finish();
}

/** Reads what `analysisHash` wrote; what is not understood is as at first. Never throws. */
export function analysisFromHash(hash: string): AnalysisState {
  const initial = INITIAL_ANALYSIS;
  const parts = new HashReader(hash);
  const minShare = Number(parts.get("min"));
  const minChange = Number(parts.get("change"));
  const [name, module] = splitFields(parts.get("function"));
  const zoom = parts.get("zoom");
  return {
    view: oneOf(VIEWS, parts.get("view"), initial.view),
    direction: oneOf(DIRECTIONS, parts.get("direction"), initial.direction),
    groupBy: oneOf(GROUPINGS, parts.get("group"), initial.groupBy),
    order: oneOf(ORDERS, parts.get("order"), initial.order),
    valueIndex: /^\d{1,2}$/.test(parts.get("type")) ? Number(parts.get("type")) : 0,
    filter: { labels: labelFilters(parts), range: sliceRange(parts.get("range")) },
    minShare: minShare > 0 && minShare <= 1 ? minShare : 0,
    transforms: parts
      .all("do")
      .slice(0, MAX_TRANSFORMS)
      .map(transformFromText)
      .filter((transform) => transform !== undefined),
    search: {
      text: parts.get("search"),
      mode: oneOf(SEARCH_MODES, parts.get("mode"), initial.search.mode),
      matchCase: parts.get("case") === "1",
    },
    zoom: /^[\w-]{11}$/.test(zoom) ? zoom : "",
    chosen: module === undefined ? undefined : { name, module },
    sort: {
      by: oneOf(SORT_COLUMNS, parts.get("sort"), initial.sort.by),
      direction: oneOf(SORT_DIRECTIONS, parts.get("sorted"), initial.sort.direction),
    },
    panel: parts.get("panel") === "1",
    side: oneOf(SIDES, parts.get("side"), initial.side),
    minChange: minChange > 0 && minChange <= 1 ? minChange : 0,
  };
}

function labelFilters(parts: HashReader): LabelFilter[] {
  return parts
    .entries(["only", "not"])
    .slice(0, MAX_LABEL_FILTERS)
    .flatMap(([kind, text]) => {
      const [key, ...values] = splitFields(text);
      return key === "" ? [] : [{ key, values: values.slice(0, MAX_VALUES), exclude: kind === "not" }];
    });
}

function sliceRange(text: string): SliceRange | undefined {
  const [, from, to] = /^(\d{1,10})-(\d{1,10})$/.exec(text) ?? [];
  return Number(from) < Number(to) ? { from: Number(from), to: Number(to) } : undefined;
}
