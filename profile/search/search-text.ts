import { fuzzyTest } from "./fuzzy.ts";
import { LinearRegExp, UnsupportedExpression } from "./linear-regexp.ts";

/**
 * What a person searches for. `text`: as it stands, or a regular expression when between slashes; `regex`: a regular
 * expression; `fuzzy`: letters in order, see `fuzzyTest`. Case is ignored unless `matchCase`.
 */
export interface SearchText {
  text: string;
  mode: SearchMode;
  matchCase: boolean;
}

export const SEARCH_MODES = ["text", "regex", "fuzzy"] as const;
export type SearchMode = (typeof SEARCH_MODES)[number];

/** A search understood: a test of names in time linear in their length, or why it is none. */
export type Search =
  | { kind: "empty" }
  | { kind: "test"; test: (name: string) => boolean; rank?: (name: string) => number }
  | { kind: "bad"; message: string };

/** Never throws; the tests it gives never take more than linear time, whatever the expression. */
export function parseSearch({ text, mode, matchCase }: SearchText): Search {
  if (text === "") return { kind: "empty" };
  if (mode === "fuzzy") return fuzzyTest(text, matchCase);
  if (mode === "regex") return parseRegExp(text, matchCase);
  if (text.length > 1 && text.startsWith("/") && text.endsWith("/")) {
    return parseRegExp(text.slice(1, -1), matchCase);
  }
  if (matchCase) return { kind: "test", test: (name) => name.includes(text) };
  const lower = text.toLowerCase();
  return { kind: "test", test: (name) => name.toLowerCase().includes(lower) };
}

function parseRegExp(source: string, matchCase: boolean): Search {
  if (source === "") return { kind: "empty" };
  try {
    const expression = new LinearRegExp(source, matchCase);
    return { kind: "test", test: (name) => expression.test(name) };
  } catch (error) {
    if (error instanceof UnsupportedExpression) return { kind: "bad", message: error.message };
    return { kind: "bad", message: `Not a regular expression: ${reason(error)}.` };
  }
}

/** `Invalid regular expression: /f(/i: Unterminated group` to `unterminated group`. */
function reason(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const last = message.slice(message.lastIndexOf(": ") + 1).trim();
  return last.charAt(0).toLowerCase() + last.slice(1);
}
