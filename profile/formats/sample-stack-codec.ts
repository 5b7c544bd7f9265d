import type { SampleTable } from "../profile.ts";
import type { ColumnReader } from "./column-reader.ts";
import type { ColumnWriter } from "./column-writer.ts";

/**
 * The stacks of samples. Where samples are in the order of their stacks, how many each stack has tells all: mostly one
 * at the leaves of the tree and none elsewhere, so what is stored is by how much a stack has more than that.
 */
const SampleStackForm = { rows: 0, counts: 1 } as const;

/** `parent` is that of the stack table. */
export function writeSampleStacks(
  out: ColumnWriter,
  { stack, values }: SampleTable,
  parent: Int32Array,
): void {
  // Without values nothing else would tell how many samples there are.
  if (values.length === 0 || stack.some((row, sample) => sample > 0 && row < stack[sample - 1])) {
    out.count(SampleStackForm.rows);
    out.nearColumn(stack);
    return;
  }
  const surplus = expectedCounts(parent).map((count) => -count);
  for (const row of stack) surplus[row + 1]++;
  out.count(SampleStackForm.counts);
  out.column(surplus);
}

/** `sampleCount`: how many samples there are, as the columns of values tell. */
export function readSampleStacks(input: ColumnReader, parent: Int32Array, sampleCount: number): Int32Array {
  const form = input.count();
  if (form === SampleStackForm.rows) return input.int32s();
  if (form !== SampleStackForm.counts) input.fail(`there is an unknown form of samples, ${form}`);
  const counts = input.int32s();
  if (counts.length !== parent.length + 1) input.fail("there is not one count a stack");
  const expected = expectedCounts(parent);
  const stack = new Int32Array(sampleCount);
  let sample = 0;
  for (let at = 0; at < counts.length; at++) {
    const count = counts[at] + expected[at];
    if (count < 0 || count > stack.length - sample) input.fail("a stack's samples are miscounted");
    for (const end = sample + count; sample < end; sample++) stack[sample] = at - 1;
  }
  if (sample !== stack.length) input.fail("samples are missing");
  return stack;
}

/** 1 for each stack without callees, behind a 0 for the empty stack. */
function expectedCounts(parent: Int32Array): Int32Array {
  const counts = new Int32Array(parent.length + 1).fill(1);
  counts[0] = 0;
  // By index: this runs while a page opens, before the engine has optimized iterators.
  for (let row = 0; row < parent.length; row++) if (parent[row] >= 0) counts[parent[row] + 1] = 0;
  return counts;
}
