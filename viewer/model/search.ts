import type { MatchSummary, TreeMatches } from "../../profile/search/tree-matches.ts";
import type { Layout } from "./layout.ts";

/** The rows of a drawn tree that a search found (profile/search/). */
export type SearchMatches = TreeMatches;
export type SearchCount = MatchSummary;

/** Whether any row of `from … to - 1` matches. */
export function anyMatch(search: SearchMatches, from: number, to: number): boolean {
  return search.before[to] > search.before[from];
}

/**
 * The row of the drawn match after (or before) row `from` in the order of the layout, around the ends; -1 when no
 * match is drawn. `from` -1 starts at the first (or last).
 */
export function nextMatch(layout: Layout, search: SearchMatches, from: number, direction: 1 | -1): number {
  const rows: number[] = [];
  for (let box = 0; box < layout.length; box++) {
    const row = layout.row[box];
    if (layout.runEnd[box] > 0 ? anyMatch(search, row, layout.runEnd[box]) : search.matched[row])
      rows.push(row);
  }
  if (rows.length === 0) return -1;
  const at = rows.indexOf(from);
  if (at < 0) return direction > 0 ? rows[0] : rows[rows.length - 1];
  return rows[(at + direction + rows.length) % rows.length];
}
