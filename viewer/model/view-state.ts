import type { SiblingOrder } from "../../profile/call-tree.ts";
import type { GroupBy } from "../../profile/sample-groups.ts";
import type { Theme } from "./palette.ts";

/** All that a person has chosen, as the part of the address behind `#` holds it, so that back and forward work. */
export interface ViewState {
  view: ViewId;
  groupBy: GroupBy;
  order: SiblingOrder;
  query: string;
  matchCase: boolean;
  /**
   * Row of the call tree that is zoomed into; 0 is all. The profile is in the page, so the same grouping and order
   * give the same rows each time it is opened.
   */
  zoom: number;
  /** 0, or the zoom is into the siblings of rows `zoom … zoomEnd - 1`, of which each alone is too narrow to see. */
  zoomEnd: number;
  /** Whether the panel with all about a frame, its lines and source text is open. */
  panel: boolean;
  /** Whether template arguments in names are folded to `<…>`. */
  fold: boolean;
  /** undefined: as this person likes it on all pages (view/preferences.ts), and not in the address. */
  colours: ColourMode | undefined;
  /** undefined: as this person likes it, else as the system says, and not in the address. */
  theme: Theme | undefined;
}

/** The ways to show a tree: `flame` grows upwards, `icicle` hangs down. Each has an entry in view/views.ts. */
export const VIEWS = ["flame", "icicle"] as const;
export type ViewId = (typeof VIEWS)[number];

export const GROUPINGS: readonly GroupBy[] = ["process", "pid", "thread", "none"];
const ORDERS: readonly SiblingOrder[] = ["weight", "name"];

/** What the colour of a frame tells. */
export const COLOUR_MODES = ["kind", "module", "package", "self", "name"] as const;
export type ColourMode = (typeof COLOUR_MODES)[number];

export const THEMES: readonly Theme[] = ["light", "dark"];

export const INITIAL_STATE: ViewState = {
  view: "flame",
  groupBy: "process",
  order: "weight",
  query: "",
  matchCase: false,
  zoom: 0,
  zoomEnd: 0,
  panel: false,
  fold: false,
  colours: undefined,
  theme: undefined,
};

/** How one part of the state stands in the address. What `read` does not understand is as at first. */
interface Field<T> {
  parameter: string;
  write(value: T): string;
  read(text: string): T | undefined;
}

/** A new part of the state is a line here and one in `ViewState` and `INITIAL_STATE`. */
const FIELDS: { [Key in keyof ViewState]: Field<ViewState[Key]> } = {
  view: choice("view", VIEWS),
  groupBy: choice("group", GROUPINGS),
  order: choice("order", ORDERS),
  query: { parameter: "search", write: (text) => text, read: (text) => text },
  matchCase: flag("case"),
  zoom: row("zoom"),
  zoomEnd: row("to"),
  panel: flag("panel"),
  fold: flag("fold"),
  colours: optionalChoice("colours", COLOUR_MODES),
  theme: optionalChoice("theme", THEMES),
};
const KEYS = Object.keys(FIELDS) as (keyof ViewState)[];

/** `#view=icicle&zoom=12`; only what differs from the initial state; `""` when nothing does. */
export function toHash(state: ViewState): string {
  const parts = new URLSearchParams();
  for (const key of KEYS) writePart(parts, state, key);
  const text = parts.toString();
  return text === "" ? "" : `#${text}`;
}

function writePart<Key extends keyof ViewState>(parts: URLSearchParams, state: ViewState, key: Key): void {
  if (state[key] !== INITIAL_STATE[key]) parts.set(FIELDS[key].parameter, FIELDS[key].write(state[key]));
}

/** Reads what `toHash` wrote. Row numbers are checked by who has the tree. */
export function fromHash(hash: string): ViewState {
  const parts = new URLSearchParams(hash.replace(/^#/, ""));
  const state = { ...INITIAL_STATE };
  for (const key of KEYS) readPart(parts, state, key);
  return state;
}

function readPart<Key extends keyof ViewState>(parts: URLSearchParams, state: ViewState, key: Key): void {
  const text = parts.get(FIELDS[key].parameter);
  const value = text === null ? undefined : FIELDS[key].read(text);
  if (value !== undefined) state[key] = value;
}

function choice<T extends string>(parameter: string, known: readonly T[]): Field<T> {
  return { parameter, write: (value) => value, read: (text) => known.find((each) => each === text) };
}

function optionalChoice<T extends string>(parameter: string, known: readonly T[]): Field<T | undefined> {
  return { parameter, write: (value) => value ?? "", read: (text) => known.find((each) => each === text) };
}

function flag(parameter: string): Field<boolean> {
  return { parameter, write: () => "1", read: (text) => (text === "1" ? true : undefined) };
}

function row(parameter: string): Field<number> {
  return { parameter, write: String, read: (text) => (/^\d{1,9}$/.test(text) ? Number(text) : undefined) };
}
