import { FRAME_CHANGES, type FrameChange } from "./frame-changes.ts";

/** All keys of the page, in one place: who listens and what the help says come from here. */

export type KeyAction =
  | "search"
  | "help"
  | "details"
  | "escape"
  | "copyName"
  | "copyStack"
  | "fold"
  | "view"
  | "colours"
  | "theme"
  | "nextMatch"
  | "previousMatch"
  | "keepMatches"
  | "sandwich"
  | "undo"
  | "filters"
  | "time"
  | "side"
  | "vanished"
  | FrameChange;

export interface PageKey {
  /** As `KeyboardEvent.key` gives it. */
  key: string;
  action: KeyAction;
  words: string;
  /** The only page that knows it. */
  where?: "comparison";
}

/** Keys that work everywhere on the page but in a text field (there: Esc alone). */
export const PAGE_KEYS: readonly PageKey[] = [
  { key: "/", action: "search", words: "search: plain text, or a regular expression as /^tcp_/" },
  { key: "n", action: "nextMatch", words: "next match (in the search field: Enter)" },
  { key: "N", action: "previousMatch", words: "previous match (Shift + Enter)" },
  { key: "K", action: "keepMatches", words: "keep only samples with a match" },
  { key: "Escape", action: "escape", words: "clear the search, then show everything" },
  { key: "d", action: "details", words: "details of the frame, its lines and source text" },
  { key: "c", action: "copyName", words: "copy the name of the frame" },
  { key: "C", action: "copyStack", words: "copy the stack of the frame" },
  { key: "o", action: "sandwich", words: "callers and callees of the function" },
  ...FRAME_CHANGES.map(({ change, key, words }) => ({ key, action: change, words })),
  { key: "u", action: "undo", words: "take back the last change" },
  { key: "i", action: "filters", words: "choose processes, threads, CPUs, the least share" },
  { key: "w", action: "time", words: "load over time, and a range of it to look at" },
  { key: "b", action: "side", words: "widths of before, or of after", where: "comparison" },
  { key: "e", action: "vanished", words: "what is gone, or all", where: "comparison" },
  { key: "f", action: "fold", words: "fold template arguments to <…>, or unfold them" },
  { key: "v", action: "view", words: "next view" },
  { key: "m", action: "colours", words: "next meaning of the colours" },
  { key: "t", action: "theme", words: "light, dark, or as the system" },
  { key: "?", action: "help", words: "this help" },
];

/** Keys of the graph when it has the focus; view/flame-chart.ts obeys them. */
export const GRAPH_KEYS: readonly { keys: readonly string[]; words: string }[] = [
  { keys: ["←", "→", "↑", "↓"], words: "walk from frame to frame, as they lie on the screen" },
  { keys: ["Enter"], words: "zoom into the frame" },
  { keys: ["Backspace"], words: "zoom out to its caller" },
  { keys: ["Home"], words: "to the frame that everything stands on" },
  { keys: ["PgUp", "PgDn"], words: "scroll by a screen" },
];

/** `Escape` as it stands on the key. */
export function keyCap(key: string): string {
  return key === "Escape" ? "Esc" : key;
}
