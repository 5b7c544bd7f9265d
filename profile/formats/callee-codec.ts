import { GrowableInt32 } from "../growable.ts";
import type { StackTable } from "../profile.ts";
import { StackBuilder } from "../stack-builder.ts";
import type { ColumnReader } from "./column-reader.ts";
import type { ColumnWriter } from "./column-writer.ts";

/**
 * The locations of a prefix tree. A location calls only a few others, so "which of its caller's callees" is a smaller
 * number than the location, and mostly 0 when callees are counted from the most frequent on. Small trees, in which
 * calls hardly recur, store locations as they are.
 */
const LocationForm = { plain: 0, callees: 1 } as const;

export function writeLocations(out: ColumnWriter, { parent, location, length }: StackTable): void {
  // Pairs (caller's location, location), -1 calling the roots.
  const calls = new StackBuilder();
  const callOf = new Int32Array(length);
  for (let row = 0; row < length; row++) {
    callOf[row] = calls.child(parent[row] < 0 ? -1 : location[parent[row]], location[row]);
  }
  const { length: callCount, parent: caller, location: callee } = calls.finish();
  if (callCount * 2 > length) {
    out.count(LocationForm.plain);
    out.column(location);
    return;
  }
  const frequency = new Int32Array(callCount);
  for (let row = 0; row < length; row++) frequency[callOf[row]]++;
  const sorted = Int32Array.from({ length: callCount }, (_, call) => call).sort(
    (a, b) => caller[a] - caller[b] || frequency[b] - frequency[a] || callee[a] - callee[b],
  );
  const rank = new Int32Array(callCount);
  const counts = new GrowableInt32();
  for (let at = 0; at < callCount; at++) {
    while (counts.length <= caller[sorted[at]] + 1) counts.push(0);
    rank[sorted[at]] = counts.get(caller[sorted[at]] + 1);
    counts.set(caller[sorted[at]] + 1, rank[sorted[at]] + 1);
  }
  out.count(LocationForm.callees);
  out.column(counts.finish());
  out.column(Int32Array.from(sorted, (call) => callee[call]));
  out.column(callOf.map((call) => rank[call]));
}

/** `parent` is that of the same tree; its rows are known to come after their parents. */
export function readLocations(input: ColumnReader, parent: Int32Array): Int32Array {
  const form = input.count();
  if (form === LocationForm.plain) return input.int32s();
  if (form !== LocationForm.callees) input.fail(`there is an unknown form of locations, ${form}`);
  const counts = input.int32s();
  const callees = input.int32s();
  const location = input.int32s();
  if (location.length !== parent.length) input.fail("there is not one location a stack");
  const start = new Int32Array(counts.length + 1);
  for (let at = 0; at < counts.length; at++) {
    if (counts[at] < 0 || counts[at] > callees.length - start[at]) input.fail("callees are cut off");
    start[at + 1] = start[at] + counts[at];
  }
  for (let row = 0; row < location.length; row++) {
    const above = parent[row];
    const caller = above < 0 ? 0 : location[above] + 1;
    const call = start[caller] + location[row];
    // Comparisons with what lies outside of a column are never true.
    if (!(location[row] >= 0 && call < start[caller + 1])) input.fail("a caller has no such callee");
    location[row] = callees[call];
  }
  return location;
}
