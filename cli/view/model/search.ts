import type { CallTree } from "../../../profile/call-tree.ts";
import { frameName, kindCode } from "../../../profile/frames.ts";

/** What a search found in a call tree. */
export interface SearchResult {
  text: string;
  /** 1 for each matching row of `tree.frames`. The root never matches: it is no function. */
  matched: Uint8Array;
  /** Distinct matching functions; processes and threads are none. */
  functions: number;
  /** Matching rows of the tree. */
  places: number;
  /** Weight of the samples with a match in their stack, each once. */
  weight: number;
}

/** Why a search can't be done, in a sentence. */
export interface BadSearch {
  sentence: string;
}

/** Searches for plain text, ignoring case, or `/a regular expression/`. Never throws. */
export function search(tree: CallTree, text: string): SearchResult | BadSearch {
  const matches = matcherOf(text);
  if (typeof matches !== "function") return matches;
  const { frames } = tree;
  const matched = new Uint8Array(frames.length);
  const root = kindCode("root");
  const firstFunctionKind = kindCode("kernel");
  let functions = 0;
  for (let frame = 0; frame < frames.length; frame++) {
    if (frames.kind[frame] === root || !matches(frameName(frames, frame))) continue;
    matched[frame] = 1;
    if (frames.kind[frame] >= firstFunctionKind) functions++;
  }
  let places = 0;
  let weight = 0;
  let countedUntil = 0;
  for (let row = 0; row < tree.length; row++) {
    if (matched[tree.frame[row]] === 0) continue;
    places++;
    // Below another match the samples are counted already.
    if (row < countedUntil) continue;
    weight += tree.total[row];
    countedUntil = tree.subtreeEnd[row];
  }
  return { text, matched, functions, places, weight };
}

export function isBad(result: SearchResult | BadSearch): result is BadSearch {
  return "sentence" in result;
}

/** The next (or previous) matching row of the tree after `row`, around the ends; -1 without any. */
export function nextMatchingRow(
  { frame, length }: CallTree,
  matched: Uint8Array,
  row: number,
  direction: 1 | -1,
): number {
  for (let at = row + direction; at >= 0 && at < length; at += direction) {
    if (matched[frame[at]] === 1) return at;
  }
  const start = direction > 0 ? 0 : length - 1;
  for (let at = start; at !== row + direction && at >= 0 && at < length; at += direction) {
    if (matched[frame[at]] === 1) return at;
  }
  return -1;
}

function matcherOf(text: string): ((name: string) => boolean) | BadSearch {
  const expression = /^\/(.+)\/$/.exec(text);
  if (expression === null) return plainMatcher(text);
  for (const flags of ["iu", "i"]) {
    // Without "u" more is allowed, such as the needless escapes that people copy from other tools.
    try {
      const compiled = new RegExp(expression[1], flags);
      return (name) => compiled.test(name);
    } catch (error) {
      if (flags === "i") return { sentence: `Not a regular expression: ${reason(error)}.` };
    }
  }
  return { sentence: "Not a regular expression." };
}

/** Names in which plain text stands, in whatever case. An expression is quicker than making every name lower-case. */
function plainMatcher(text: string): (name: string) => boolean {
  const compiled = new RegExp(text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&"), "iu");
  return (name) => compiled.test(name);
}

/** `Invalid regular expression: /f(/i: Unterminated group` to `unterminated group`. */
function reason(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const last = message.slice(message.lastIndexOf(": ") + 1).trim();
  return last.charAt(0).toLowerCase() + last.slice(1);
}
