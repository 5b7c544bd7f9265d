import type { ViewState } from "../model/view-state.ts";
import { BothView } from "./both-view.ts";
import { CallTreeView } from "./call-tree-view.ts";
import { FunctionsView } from "./functions-view.ts";
import { GraphView } from "./graph-view.ts";
import { SandwichView } from "./sandwich-view.ts";
import type { Page, View } from "./scene.ts";

/** One entry of the views switch. */
export interface ViewEntry {
  /** Also `data-view` of the page's body. */
  id: string;
  label: string;
  title: string;
  /** The only page that has it. */
  where?: "comparison";
  /** What of the state it is. */
  state: Pick<ViewState, "view"> & Partial<Pick<ViewState, "direction">>;
  /** Makes the view inside an element of its own, when it is first shown. Entries with the same maker share one. */
  make(host: HTMLElement, page: Page): View;
}

const graph = (host: HTMLElement, page: Page) => new GraphView(host, page);

export const VIEW_ENTRIES: readonly ViewEntry[] = [
  {
    id: "flame",
    label: "Flame",
    title: "Callers below, callees above",
    state: { view: "graph", direction: "flame" },
    make: graph,
  },
  {
    id: "icicle",
    label: "Icicle",
    title: "Callers above, callees below",
    state: { view: "graph", direction: "icicle" },
    make: graph,
  },
  {
    id: "inverted",
    label: "Inverted",
    title: "What was running at the top, its callers below",
    state: { view: "inverted" },
    make: (host, page) => new GraphView(host, page),
  },
  {
    id: "sandwich",
    label: "Sandwich",
    title: "One function: its callers above, its callees below",
    state: { view: "sandwich" },
    make: (host, page) => new SandwichView(host, page),
  },
  {
    id: "functions",
    label: "Functions",
    title: "A table of all functions",
    state: { view: "functions" },
    make: (host, page) => new FunctionsView(host, page),
  },
  {
    id: "tree",
    label: "Tree",
    title: "The call tree as a table",
    state: { view: "tree" },
    make: (host, page) => new CallTreeView(host, page),
  },
  {
    id: "both",
    label: "Both",
    title: "Before and after beside each other, zoomed together",
    where: "comparison",
    state: { view: "both" },
    make: (host, page) => new BothView(host, page),
  },
];

/** The entries of a page. */
export function entriesOf(isComparison: boolean): readonly ViewEntry[] {
  return isComparison ? VIEW_ENTRIES : VIEW_ENTRIES.filter(({ where }) => where === undefined);
}

/** The entry that a state shows. */
export function entryOf({ view, direction }: ViewState): ViewEntry {
  const found = VIEW_ENTRIES.find(
    ({ state }) => state.view === view && (state.direction ?? direction) === direction,
  );
  return found ?? VIEW_ENTRIES[0];
}
