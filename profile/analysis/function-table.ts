import type { CallTree } from "../call-tree.ts";
import { kindCode } from "../frames.ts";
import { functionTotals } from "../statistics.ts";
import { compareFrames } from "../tree-order.ts";

/** The functions of a call tree, one row each, in order of `frame`. */
export interface FunctionTable {
  length: number;
  /** Row of `tree.frames`. */
  frame: Int32Array;
  /** Weight of the samples whose innermost frame is the function. */
  self: Float64Array;
  /** Weight of the samples with the function in their stack, once each however often it recurs. */
  total: Float64Array;
}

/** All functions that a sample of `tree` (top down) goes through. */
export function functionTable(tree: CallTree): FunctionTable {
  const totals = functionTotals(tree);
  const used = new Uint8Array(tree.frames.length);
  for (let row = 0; row < tree.length; row++) used[tree.frame[row]] = 1;
  const firstFunctionKind = kindCode("kernel");
  const frames: number[] = [];
  for (let frame = 0; frame < tree.frames.length; frame++) {
    if (used[frame] === 1 && tree.frames.kind[frame] >= firstFunctionKind) frames.push(frame);
  }
  return {
    length: frames.length,
    frame: Int32Array.from(frames),
    self: Float64Array.from(frames, (frame) => totals.self[frame]),
    total: Float64Array.from(frames, (frame) => totals.total[frame]),
  };
}

export const FUNCTION_COLUMNS = ["self", "total", "name", "module"] as const;
export type FunctionColumn = (typeof FUNCTION_COLUMNS)[number];

/**
 * The rows of a function table in an order, only those whose frame is marked in `found` where that is given. Equals
 * come heaviest first, then by name. `ranks` is `frameRanks` of the same frames, for who sorts often.
 */
export function sortedFunctions(
  tree: CallTree,
  table: FunctionTable,
  by: FunctionColumn,
  direction: "ascending" | "descending",
  found?: Uint8Array,
  ranks = frameRanks(tree, table),
): Int32Array {
  const { frame, self, total, length } = table;
  const rows: number[] = [];
  for (let row = 0; row < length; row++) if (found === undefined || found[frame[row]] === 1) rows.push(row);
  const sign = direction === "ascending" ? 1 : -1;
  const { byName, byModule } = ranks;
  const compare = {
    self: (a: number, b: number) => self[a] - self[b],
    total: (a: number, b: number) => total[a] - total[b],
    name: (a: number, b: number) => byName[a] - byName[b],
    module: (a: number, b: number) => byModule[a] - byModule[b],
  }[by];
  return Int32Array.from(rows).sort(
    (a, b) => sign * compare(a, b) || self[b] - self[a] || total[b] - total[a] || byName[a] - byName[b],
  );
}

/** The place of each row of a function table among all by name, and by module. */
export interface FrameRanks {
  byName: Int32Array;
  byModule: Int32Array;
}

export function frameRanks({ frames }: CallTree, { frame, length }: FunctionTable): FrameRanks {
  const sorted = Int32Array.from({ length }, (_, row) => row).sort((a, b) =>
    compareFrames(frames, frame[a], frame[b]),
  );
  const byName = new Int32Array(length);
  for (const [place, row] of sorted.entries()) byName[row] = place;
  const modules = [...new Set(Array.from(frame, (each) => frames.strings[frames.module[each]]))].sort();
  const placeOf = new Map(modules.map((module, place) => [module, place]));
  const byModule = Int32Array.from(frame, (each) => placeOf.get(frames.strings[frames.module[each]]) ?? 0);
  return { byName, byModule };
}
