import type { Glyphs } from "../text/fit.ts";
import type { Line } from "../text/line.ts";
import type { SearchResult } from "./search.ts";
import type { Subject } from "./subject.ts";

/** What every pane is drawn from. */
export interface Scene {
  readonly subject: Subject;
  readonly glyphs: Glyphs;
  /** Whether boxes need an edge, for want of colours to tell them apart. */
  readonly edges: boolean;
  search: SearchResult | undefined;
}

/** The frame that a person stands on. */
export interface Selection {
  /** Row of the frame table. */
  frame: number;
  self: number;
  total: number;
  /** Weight of the caller that `total` is a part of; 0 where there is none. */
  ofCaller: number;
  /** Row of the call tree; -1 where it is no single one. */
  row: number;
  /** Frames from the outermost caller to the innermost callee; empty for a function as such. */
  chain: number[];
}

/** One way to look at a subject: a list or a graph with a place where a person stands. */
export interface Pane {
  readonly name: string;
  /** Keys that are this pane's own, for the last line. */
  readonly keys: readonly (readonly [key: string, action: string])[];
  heading(width: number): Line;
  /** At most `height` lines. */
  body(width: number, height: number): Line[];
  /** Undefined for a key that is none of its own; else a sentence to show, mostly "". */
  press(key: string): string | undefined;
  selection(): Selection | undefined;
  /** Goes to the next match; `0`: stays where it is if that matches. False without any. */
  find(direction: 1 | -1 | 0): boolean;
}
