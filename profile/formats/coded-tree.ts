import { StackBuilder } from "../stack-builder.ts";
import { TREE_CONTEXTS, TreeModel } from "./coded-tree-model.ts";
import { SymbolDecoder } from "./symbol-decoder.ts";
import { SymbolEncoder } from "./symbol-encoder.ts";

/**
 * A prefix tree in depth-first order, whose locations are numbered in the order of first use. Each row is told by symbols
 * that the rows before make likely: whether a row ends its stack depends on its location, and a location calls few others.
 *
 *     row:      main  work  read  sort  work  read
 *     ends:        0     0     1     0     0           nothing is below the row; else the next row is
 *     levels:                  0                       then: how many levels above this row's caller the next row's is
 *     new:               1     1     1     1     0     whether its caller did not call it so far, where it called any
 *     back:        0     0     0     0     3           of what is new there: 0 for the next location, else how far back
 *     place:                                     0     of what is not: its place among the callees of its caller
 */
export interface TreeSize {
  rows: number;
  /** Distinct locations. */
  locations: number;
  /** Distinct pairs of a caller's location and a callee's; all roots have one caller. */
  calls: number;
}

/** The rows; undefined when they are not in depth-first order. `location` as above. */
export function codeTree(
  parent: Int32Array,
  location: Int32Array,
  locations: number,
): (TreeSize & { bytes: Uint8Array }) | undefined {
  const levels = levelsUp(parent);
  if (levels === undefined) return undefined;
  const rows = parent.length;
  const size = { rows, locations, calls: 0 };
  const pairs = new StackBuilder();
  const callOf = location.map((callee, row) => pairs.child(callerOf(parent[row], location) - 1, callee));
  size.calls = pairs.length;

  // Its lists have calls, so that the place of each can be kept.
  const model = new TreeModel(size);
  const placeOf = new Int32Array(size.calls);
  const out = new SymbolEncoder(TREE_CONTEXTS);
  let depth = 0;
  let known = 0;
  let calls = 0;
  for (let row = 0; row < rows; row++) {
    if (row > 0) {
      const before = location[row - 1] + 1;
      const isEnd = levels[row] > 0 ? 1 : 0;
      out.symbol(model.endContext(before), isEnd);
      model.learnEnd(before, isEnd);
      if (isEnd) out.number(model.levelsContext(depth), levels[row] - 1);
      depth += 1 - levels[row];
    }
    const caller = callerOf(parent[row], location);
    const isNew = callOf[row] === calls;
    if (model.calleesOf(caller) > 0) out.symbol(model.newContext(caller, parent[row]), isNew ? 1 : 0);
    if (isNew) {
      const back = known - location[row];
      out.number(model.backContext, back);
      if (back === 0) known++;
      placeOf[calls] = model.calleesOf(caller);
      model.addCallee(caller, calls++);
    } else {
      const place = placeOf[callOf[row]];
      out.number(model.placeContext(caller, parent[row]), place);
      model.callAgain(caller, place);
      placeOf[model.calleeAt(caller, place)] = place;
      placeOf[callOf[row]] = Math.max(0, place - 1);
    }
    model.learnRow(caller, parent[row]);
  }
  return { ...size, bytes: out.finish() };
}

/** The rows that `codeTree` told. Undefined when there are none such; whatever the bits are, this takes linear time. */
export function readTree(
  size: TreeSize,
  bytes: Uint8Array,
): { parent: Int32Array; location: Int32Array } | undefined {
  const { rows, locations } = size;
  const parent = new Int32Array(rows);
  const location = new Int32Array(rows);
  const input = new SymbolDecoder(bytes, TREE_CONTEXTS);
  const model = new TreeModel(size);
  let depth = 0;
  let known = 0;
  let calls = 0;
  for (let row = 0; row < rows; row++) {
    let above = row - 1;
    if (row > 0) {
      const before = location[row - 1] + 1;
      const isEnd = input.bit(model.endContext(before));
      model.learnEnd(before, isEnd);
      if (isEnd) {
        const levels = input.number(model.levelsContext(depth)) + 1;
        if (levels > depth + 1) return undefined;
        // Each level is climbed once for each time it was gone down.
        for (let level = 0; level < levels; level++) above = parent[above];
        depth += 1 - levels;
      } else depth++;
    }
    parent[row] = above;
    const caller = callerOf(above, location);
    const had = model.calleesOf(caller);
    if (had === 0 || input.bit(model.newContext(caller, above)) === 1) {
      const back = input.number(model.backContext);
      const callee = known - back;
      if (callee < 0 || callee >= locations || calls >= size.calls) return undefined;
      if (back === 0) known++;
      calls++;
      model.addCallee(caller, callee);
      location[row] = callee;
    } else {
      const place = input.number(model.placeContext(caller, above));
      if (place >= had) return undefined;
      location[row] = model.callAgain(caller, place);
    }
    model.learnRow(caller, above);
  }
  return known === locations && calls === size.calls ? { parent, location } : undefined;
}

/** 0 for what calls the roots, else the location + 1. */
function callerOf(parent: number, location: Int32Array): number {
  return parent < 0 ? 0 : location[parent] + 1;
}

/** How many levels up from the row before each parent is; undefined when the order is not depth-first. */
function levelsUp(parent: Int32Array): Int32Array | undefined {
  const levels = new Int32Array(parent.length);
  for (let row = 0; row < parent.length; row++) {
    let above = row - 1;
    while (above > parent[row]) {
      above = parent[above];
      levels[row]++;
    }
    if (above !== parent[row]) return undefined;
  }
  return levels;
}
