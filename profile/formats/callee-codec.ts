import { GrowableInt32 } from "../growable.ts";
import type { StackTable } from "../profile.ts";
import { StackBuilder } from "../stack-builder.ts";
import type { ColumnReader } from "./column-reader.ts";
import type { ColumnWriter } from "./column-writer.ts";

/**
 * The locations of a prefix tree. A location calls only a few others, so "which of the callees that its caller had so
 * far" is a smaller number than the location itself:
 *
 *     row:      main  work  read  sort  work  read        main calls work, work calls read and sort
 *     callee:      0     0     0     0     1     1        0: one that this caller had not; 1: its first, 2: its second
 *     new ones: main  work  read  sort
 *
 * Small trees, in which calls hardly recur, store locations as they are.
 */
const LocationForm = { plain: 0, callees: 1 } as const;

export function writeLocations(out: ColumnWriter, { parent, location, length }: StackTable): void {
  // Pairs (caller's location, location), -1 calling the roots.
  const calls = new StackBuilder();
  /** By caller's location + 1. */
  const counts = new GrowableInt32();
  const placeOf = new GrowableInt32();
  const fresh = new GrowableInt32();
  const place = new Int32Array(length);
  for (let row = 0; row < length; row++) {
    const caller = parent[row] < 0 ? -1 : location[parent[row]];
    const known = calls.length;
    const call = calls.child(caller, location[row]);
    if (call < known) {
      place[row] = placeOf.get(call);
      continue;
    }
    while (counts.length <= caller + 1) counts.push(0);
    counts.set(caller + 1, counts.get(caller + 1) + 1);
    placeOf.push(counts.get(caller + 1));
    fresh.push(location[row]);
  }
  if (calls.length * 2 > length) {
    out.count(LocationForm.plain);
    out.freshColumn(location);
    return;
  }
  out.count(LocationForm.callees);
  out.column(counts.finish());
  out.freshColumn(fresh.finish());
  out.column(place);
}

/** `parent` is that of the same tree. */
export function readLocations(input: ColumnReader, parent: Int32Array): Int32Array {
  const form = input.count();
  if (form === LocationForm.plain) return input.int32s();
  if (form !== LocationForm.callees) input.fail(`there is an unknown form of locations, ${form}`);
  const counts = input.int32s();
  const fresh = input.int32s();
  const location = input.int32s();
  if (location.length !== parent.length) input.fail("there is not one location a stack");
  // Callees of caller c so far: callees[start[c]] … callees[next[c] - 1].
  const start = new Int32Array(counts.length + 1);
  for (let at = 0; at < counts.length; at++) {
    if (counts[at] < 0 || counts[at] > fresh.length - start[at]) input.fail("callees are cut off");
    start[at + 1] = start[at] + counts[at];
  }
  const next = start.slice();
  const callees = new Int32Array(fresh.length);
  let used = 0;
  for (let row = 0; row < location.length; row++) {
    const above = parent[row];
    const caller = above < 0 ? 0 : location[above] + 1;
    const place = location[row];
    // Comparisons with what lies outside of a column are never true.
    if (place === 0) {
      if (!(next[caller] < start[caller + 1] && used < fresh.length))
        input.fail("a caller has too many callees");
      callees[next[caller]++] = fresh[used];
      location[row] = fresh[used++];
    } else {
      const at = start[caller] + place - 1;
      if (!(place > 0 && at < next[caller])) input.fail("a caller has no such callee");
      location[row] = callees[at];
    }
  }
  return location;
}
