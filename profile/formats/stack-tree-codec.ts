import type { StackTable } from "../profile.ts";
import { codeTree, readTree } from "./coded-tree.ts";
import { fitsBlock } from "./column-form.ts";
import type { ColumnReader } from "./column-reader.ts";
import type { ColumnWriter } from "./column-writer.ts";

/**
 * A prefix tree. In depth-first order it is coded row by row (`coded-tree.ts`), and which location is which is a column of
 * its own. Trees in another order, and those that would take next to nothing, are columns: how far back each parent is, and
 * the locations.
 */
const TreeForm = { columns: 0, coded: 1 } as const;

export function writeStacks(out: ColumnWriter, { parent, location, length }: StackTable): void {
  const { ranks, distinct } = ranksByFirstUse(location);
  const coded = codeTree(parent, ranks, distinct.length);
  if (coded === undefined || !fitsBlock(length, coded.bytes.length)) {
    out.count(TreeForm.columns);
    out.column(parent.map((above, row) => row - above));
    out.freshColumn(location);
    return;
  }
  out.count(TreeForm.coded);
  out.count(length);
  out.count(coded.calls);
  out.freshColumn(distinct);
  out.block(coded.bytes);
}

export function readStacks(input: ColumnReader): StackTable {
  const form = input.count();
  if (form === TreeForm.columns) {
    const parent = input.int32s().map((distance, row) => row - distance);
    return { length: parent.length, parent, location: input.int32s() };
  }
  if (form !== TreeForm.coded) input.fail(`there is an unknown form of tree, ${form}`);
  const rows = input.count();
  const calls = input.count();
  const distinct = input.int32s();
  const bytes = input.block();
  if (!fitsBlock(rows, bytes.length) || distinct.length > rows || calls > rows)
    input.fail("a tree is cut off");
  const tree = readTree({ rows, locations: distinct.length, calls }, bytes);
  if (tree === undefined) return input.fail("a tree is none");
  const { parent, location } = tree;
  for (let row = 0; row < rows; row++) location[row] = distinct[location[row]];
  return { length: rows, parent, location };
}

/** Values numbered in the order of first use, and what they were. */
function ranksByFirstUse(values: Int32Array): { ranks: Int32Array; distinct: Int32Array } {
  const rankOf = new Map<number, number>();
  const ranks = values.map((value) => {
    const known = rankOf.get(value) ?? rankOf.size;
    if (known === rankOf.size) rankOf.set(value, known);
    return known;
  });
  return { ranks, distinct: Int32Array.from(rankOf.keys()) };
}
