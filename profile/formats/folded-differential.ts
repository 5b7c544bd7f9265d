import { UNKNOWN_NAME } from "../frame-name.ts";
import type { Profile } from "../profile.ts";
import { ImportBuilder } from "./import-builder.ts";

/** Samples as `FoldedReader` has summed them, with the first count still at the end of the leaf's name. */
interface SummedStacks {
  stack: Int32Array;
  /** Sums of the second count. */
  counts: Float64Array;
  /** How many lines each was summed from. */
  lines: Int32Array;
}

/**
 * A profile of two sample types from one whose leaves read `name COUNT`. That every line of a text has two counts is
 * known only at its end, and until then the first one was a part of the leaf's name.
 */
export function splitDifferential(read: ImportBuilder, summed: SummedStacks): Profile {
  const whole = read.finish([], { length: 0, stack: new Int32Array(0), values: [], labels: [] });
  const { stacks, lines, functions, strings } = whole;
  const builder = new ImportBuilder();
  const locationOf = (name: string) =>
    builder.location(-1, 0, [{ function: builder.function(name), line: 0, column: 0 }]);
  const nameOf = (stack: number) => strings[functions.name[lines.function[stacks.location[stack]]]];

  const rowOf = new Int32Array(stacks.length).fill(-1);
  const sampleOf = new Map<number, number>();
  const stack: number[] = [];
  const before: number[] = [];
  const after: number[] = [];
  for (let row = 0; row < summed.stack.length; row++) {
    const leaf = summed.stack[row];
    const leafText = nameOf(leaf);
    const space = leafText.lastIndexOf(" ");
    const above = rowAbove(leaf);
    const placed = builder.stacks.child(
      above,
      locationOf(leafText.slice(0, space).trimEnd() || UNKNOWN_NAME),
    );
    let sample = sampleOf.get(placed);
    if (sample === undefined) {
      sample = stack.push(placed) - 1;
      before.push(0);
      after.push(0);
      sampleOf.set(placed, sample);
    }
    before[sample] += Number(leafText.slice(space + 1)) * summed.lines[row];
    after[sample] += summed.counts[row];
  }
  return builder.finish(
    [
      { type: "before", unit: "count" },
      { type: "after", unit: "count" },
    ],
    {
      length: stack.length,
      stack: Int32Array.from(stack),
      values: [Float64Array.from(before), Float64Array.from(after)],
      labels: [],
    },
  );

  /** The row of the callers of `leaf`, which keep their names. */
  function rowAbove(leaf: number): number {
    const path: number[] = [];
    let up = stacks.parent[leaf];
    for (; up >= 0 && rowOf[up] < 0; up = stacks.parent[up]) path.push(up);
    let above = up < 0 ? -1 : rowOf[up];
    for (let row = path.pop(); row !== undefined; row = path.pop()) {
      above = builder.stacks.child(above, locationOf(nameOf(row)));
      rowOf[row] = above;
    }
    return above;
  }
}
