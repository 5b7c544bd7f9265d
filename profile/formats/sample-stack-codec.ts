import type { SampleTable } from "../profile.ts";
import type { ColumnReader } from "./column-reader.ts";
import type { ColumnWriter } from "./column-writer.ts";

/**
 * The stacks of samples. Where samples are in the order of their stacks, how many each stack has tells all: of the leaves of
 * the tree one after the other, of which most have one; and of the other stacks, of which most have none, for those that have
 * some.
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
  const counts = new Int32Array(parent.length + 1);
  for (const row of stack) counts[row + 1]++;
  const isInner = innerStacks(parent);
  const busy = new Int32Array(counts.length).map((_, at) => at).filter((at) => isInner[at] && counts[at] > 0);
  out.count(SampleStackForm.counts);
  out.column(counts.filter((_, at) => !isInner[at]));
  out.column(busy.map((at, row) => at - (busy[row - 1] ?? 0)));
  out.column(busy.map((at) => counts[at]));
}

/** `sampleCount`: how many samples there are, as the columns of values tell. */
export function readSampleStacks(input: ColumnReader, parent: Int32Array, sampleCount: number): Int32Array {
  const form = input.count();
  if (form === SampleStackForm.rows) return input.int32s();
  if (form !== SampleStackForm.counts) input.fail(`there is an unknown form of samples, ${form}`);
  const leafCounts = input.int32s();
  const gaps = input.int32s();
  const innerCounts = input.int32s();
  const isInner = innerStacks(parent);
  const stack = new Int32Array(sampleCount);
  let sample = 0;
  let leaf = 0;
  let inner = 0;
  let nextInner = gaps.length > 0 ? gaps[0] : -1;
  for (let at = 0; at < isInner.length; at++) {
    let count = 0;
    if (isInner[at] === 0) count = leafCounts[leaf++];
    else if (at === nextInner) {
      count = innerCounts[inner++];
      nextInner = inner < gaps.length ? at + gaps[inner] : -1;
    }
    if (!(count >= 0 && count <= stack.length - sample)) input.fail("a stack's samples are miscounted");
    for (const end = sample + count; sample < end; sample++) stack[sample] = at - 1;
  }
  if (sample !== stack.length || leaf !== leafCounts.length || inner !== gaps.length) {
    input.fail("samples are missing");
  }
  return stack;
}

/** 0 for each stack without callees, else 1; behind a 1 for the empty stack. */
function innerStacks(parent: Int32Array): Uint8Array {
  const isInner = new Uint8Array(parent.length + 1);
  isInner[0] = 1;
  // By index: this runs while a page opens, before the engine has optimized iterators.
  for (let row = 0; row < parent.length; row++) isInner[parent[row] + 1] = 1;
  return isInner;
}
