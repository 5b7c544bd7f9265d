import { lowerBound } from "../cover-tree.ts";
import { orderOfAddresses } from "../radix-order.ts";
import type { FdeColumns } from "./frame-section.ts";
import type { LeftOut, Tally } from "./unwind-stats.ts";

/** The FDEs that count, ascending and not overlapping. */
export interface FdeRanges {
  columns: FdeColumns;
  count: number;
  /** Rows of `columns`. */
  order: Uint32Array;
  /** ELF virtual addresses; not before, and not behind, what the FDE itself says. */
  starts: Float64Array;
  ends: Float64Array;
  /** How many lost their end to the next. */
  cut: number;
}

/** Executable memory: ascending, not overlapping. */
export interface CodeRanges {
  starts: Float64Array;
  ends: Float64Array;
}

/**
 * Puts FDEs in order. As in the search table that linkers make of them (`.eh_frame_hdr`), where one begins inside another the
 * first one ends; of several that begin together the first in the section counts.
 */
export function orderFdes(columns: FdeColumns, code: CodeRanges, leftOut: Tally<LeftOut>): FdeRanges {
  const sorted = orderByStart(columns);
  const ranges: FdeRanges = {
    columns,
    count: 0,
    order: new Uint32Array(columns.count),
    starts: new Float64Array(columns.count),
    ends: new Float64Array(columns.count),
    cut: 0,
  };
  let count = 0;
  let lastStart = Number.NEGATIVE_INFINITY;
  for (const fde of sorted) {
    const ownStart = columns.starts[fde];
    const ownEnd = columns.ends[fde];
    // The first range that ends behind the start.
    const range = lowerBound(code.ends, ownStart + 1);
    if (range === code.ends.length || code.starts[range] >= ownEnd) {
      leftOut.add("outside");
      continue;
    }
    const start = Math.max(ownStart, code.starts[range]);
    if (start <= lastStart) {
      leftOut.add("overlapping");
      continue;
    }
    if (count > 0 && ranges.ends[count - 1] > start) {
      ranges.ends[count - 1] = start;
      ranges.cut++;
    }
    ranges.order[count] = fde;
    ranges.starts[count] = start;
    ranges.ends[count] = Math.min(ownEnd, code.ends[range]);
    lastStart = start;
    count++;
  }
  ranges.count = count;
  return ranges;
}

function orderByStart(columns: FdeColumns): Uint32Array {
  const { count, starts } = columns;
  const high = new Int32Array(count);
  const low = new Uint32Array(count);
  for (let i = 0; i < count; i++) {
    high[i] = Math.floor(starts[i] / 2 ** 32);
    low[i] = starts[i] - high[i] * 2 ** 32;
  }
  return orderOfAddresses(high, low, count);
}

/** Visits the FDEs of both in order of address; of `second` only those that touch none of `first`. */
export function mergeFdes(
  first: FdeRanges | undefined,
  second: FdeRanges | undefined,
  leftOut: Tally<LeftOut>,
  visit: (ranges: FdeRanges, index: number) => void,
): void {
  const firstCount = first?.count ?? 0;
  const secondCount = second?.count ?? 0;
  let i = 0;
  for (let j = 0; j < secondCount; j++) {
    if (second === undefined) break;
    const start = second.starts[j];
    const end = second.ends[j];
    // Those of the first that end before this one begins come before it.
    for (; first !== undefined && i < firstCount && first.ends[i] <= start; i++) visit(first, i);
    if (first !== undefined && i < firstCount && first.starts[i] < end) leftOut.add("overlapping");
    else visit(second, j);
  }
  for (; first !== undefined && i < firstCount; i++) visit(first, i);
}
