import type { FrameRanks, FunctionTable } from "../../../profile/analysis/function-table.ts";
import type { CHANGE_COLUMNS, SortColumn } from "../analysis-state.ts";
import type { FunctionChanges } from "./comparison-source.ts";
import type { ChangeVerdict, RowChange } from "./row-change.ts";

/** A function in the table of changes. */
export interface ChangeRow {
  /** Row of the function table, and of `tree.frames`. */
  row: number;
  frame: number;
  total: RowChange;
  self: RowChange;
}

/** By what the table of changes can be sorted. */
export type ChangeSort = (typeof CHANGE_COLUMNS)[number] | "name" | "module";

/** What is sorted by where a page was asked for a column that only the other table has. */
export function changeSort(by: SortColumn): ChangeSort {
  return by === "self" || by === "total" ? "change" : by;
}

/** All functions of a table with their changes. */
export function changeRows({ frame, length }: FunctionTable, changes: FunctionChanges): ChangeRow[] {
  return Array.from({ length }, (_, row) => ({
    row,
    frame: frame[row],
    total: changes.total(frame[row]),
    self: changes.self(frame[row]),
  }));
}

/**
 * All that functions themselves have more or less, added up: each one's own change is a part of it. What one has more
 * others have less, where shares are compared.
 */
export function allOwnChanges(rows: readonly ChangeRow[]): number {
  return rows.reduce((sum, { self }) => sum + Math.abs(self.after - self.before), 0);
}

/** The surest first. */
const SURENESS: Record<ChangeVerdict, number> = {
  significant: 0,
  carried: 1,
  chance: 2,
  tooFew: 3,
  untested: 4,
  context: 5,
  group: 5,
};

/** What a function came to: what it takes with what it calls, or itself where only that is significant. */
export function surer({ total, self }: ChangeRow): RowChange {
  const isFound = self.verdict === "significant" || self.verdict === "carried";
  return isFound && SURENESS[self.verdict] < SURENESS[total.verdict] ? self : total;
}

/** The rows in order; equals the greatest change first. `ascending` turns all but that around. */
export function sortedChanges(
  rows: readonly ChangeRow[],
  by: ChangeSort,
  direction: "ascending" | "descending",
  { byName, byModule }: FrameRanks,
): ChangeRow[] {
  const size = (change: RowChange) => Math.abs(change.after - change.before);
  const compare: Record<ChangeSort, (a: ChangeRow, b: ChangeRow) => number> = {
    change: (a, b) => size(a.total) - size(b.total),
    relative: (a, b) => factor(a.total) - factor(b.total),
    own: (a, b) => size(a.self) - size(b.self),
    after: (a, b) => a.total.after - b.total.after,
    significance: (a, b) => {
      const [x, y] = [surer(a), surer(b)];
      return SURENESS[y.verdict] - SURENESS[x.verdict] || orOne(y.adjusted) - orOne(x.adjusted);
    },
    name: (a, b) => byName[a.row] - byName[b.row],
    module: (a, b) => byModule[a.row] - byModule[b.row],
  };
  const sign = direction === "ascending" ? 1 : -1;
  return [...rows].sort(
    (a, b) => sign * compare[by](a, b) || size(b.total) - size(a.total) || byName[a.row] - byName[b.row],
  );
}

/** How many times as much, or as little: new and gone are the greatest. */
function factor({ before, after }: RowChange): number {
  if (before === after) return 1;
  return Math.max(before, after) / Math.min(before, after);
}

function orOne(p: number): number {
  return Number.isNaN(p) ? 1 : p;
}
