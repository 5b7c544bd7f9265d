import type { SiblingOrder } from "../../profile/call-tree.ts";
import type { GroupBy } from "../../profile/sample-groups.ts";

/** All that a person has chosen, as the part of the address behind `#` holds it, so that back and forward work. */
export interface ViewState {
  /** `flame` grows upwards, `icicle` hangs down. */
  direction: "flame" | "icicle";
  groupBy: GroupBy;
  order: SiblingOrder;
  query: string;
  matchCase: boolean;
  /**
   * Row of the call tree that is zoomed into; 0 is all. The profile is in the page, so the same grouping and order
   * give the same rows each time it is opened.
   */
  zoom: number;
  /** Whether the panel with all about a frame, its lines and source text is open. */
  panel: boolean;
}

export const INITIAL_STATE: ViewState = {
  direction: "flame",
  groupBy: "process",
  order: "weight",
  query: "",
  matchCase: false,
  zoom: 0,
  panel: false,
};

const DIRECTIONS = ["flame", "icicle"] as const;
export const GROUPINGS: readonly GroupBy[] = ["process", "pid", "thread", "none"];
const ORDERS: readonly SiblingOrder[] = ["weight", "name"];

/** `#view=icicle&zoom=12`; only what differs from the initial state; `""` when nothing does. */
export function toHash(state: ViewState): string {
  const parts = new URLSearchParams();
  if (state.direction !== INITIAL_STATE.direction) parts.set("view", state.direction);
  if (state.groupBy !== INITIAL_STATE.groupBy) parts.set("group", state.groupBy);
  if (state.order !== INITIAL_STATE.order) parts.set("order", state.order);
  if (state.query !== "") parts.set("search", state.query);
  if (state.matchCase) parts.set("case", "1");
  if (state.zoom > 0) parts.set("zoom", String(state.zoom));
  if (state.panel) parts.set("panel", "1");
  const text = parts.toString();
  return text === "" ? "" : `#${text}`;
}

/** Reads what `toHash` wrote; whatever is not understood is as at first. Row numbers are checked by who has the tree. */
export function fromHash(hash: string): ViewState {
  const parts = new URLSearchParams(hash.replace(/^#/, ""));
  const zoom = parts.get("zoom") ?? "";
  return {
    direction: oneOf(DIRECTIONS, parts.get("view"), INITIAL_STATE.direction),
    groupBy: oneOf(GROUPINGS, parts.get("group"), INITIAL_STATE.groupBy),
    order: oneOf(ORDERS, parts.get("order"), INITIAL_STATE.order),
    query: parts.get("search") ?? "",
    matchCase: parts.get("case") === "1",
    zoom: /^\d{1,9}$/.test(zoom) ? Number(zoom) : 0,
    panel: parts.get("panel") === "1",
  };
}

function oneOf<T extends string>(known: readonly T[], value: string | null, otherwise: T): T {
  return known.find((each) => each === value) ?? otherwise;
}
