import { bucketOrder } from "./bucket-order.ts";
import { LabelKey, type Profile, type StackTable } from "./profile.ts";
import { type ImportOptions, ProfileTables } from "./profile-tables.ts";
import { SampleMerger } from "./sample-merger.ts";
import { StackBuilder } from "./stack-builder.ts";

export interface SlimOptions {
  /** Keep the `slice` label; without it, samples that differ in nothing else become one. */
  keepSlices: boolean;
}

/**
 * A profile that shows the same and is smaller: locations with the same mapping and lines are one (their addresses
 * become 0; those without lines keep theirs), rows that no sample uses are gone, columns of lines (nothing shows them),
 * and linkage names that repeat the name. Stacks are in depth-first order, samples in the order of their stacks and all tables in the order of first
 * use, so that neighbours resemble each other and compress well.
 */
export function slimForPage(profile: Profile, options: SlimOptions): Profile {
  const importOptions = { dropKnownAddresses: true, dropColumns: true, dropEqualLinkageNames: true };
  // Merging locations merges stacks, and only then is it known which place each stack has.
  const merged = mergeStacks(profile, profile.stacks, importOptions);
  const { stacks, placeOf } = depthFirst(merged.stacks);

  const tables = new ProfileTables();
  const rows = tables.import(profile, importOptions);
  for (let row = 0; row < stacks.length; row++) {
    stacks.location[row] = rows.location(merged.locationSeen[stacks.location[row]]);
  }
  const stackOf = merged.stackOf.map((row) => (row < 0 ? -1 : placeOf[row]));
  const samples = new SampleMerger(profile.sampleTypes.length);
  samples.add({
    samples: profile.samples,
    order: orderByStack(profile.samples.stack, stackOf, stacks.length),
    stackOf: (row) => stackOf[row],
    stringOf: (index) => rows.string(index),
    intern: (text) => tables.strings.intern(text),
    keepLabel: (label) => options.keepSlices || label.key !== LabelKey.slice,
  });
  const finished = tables.finish();
  return {
    ...finished,
    sampleTypes: profile.sampleTypes,
    samples: samples.finish(finished.strings),
    stacks,
    periodType: profile.periodType,
    period: profile.period,
    timeNanos: profile.timeNanos,
    durationNanos: profile.durationNanos,
    comments: profile.comments,
  };
}

/** The used stacks over merged locations; `locationSeen` is one location of the profile for each merged one. */
function mergeStacks(
  profile: Profile,
  { parent, location, length }: StackTable,
  importOptions: ImportOptions,
): { stacks: StackTable; stackOf: Int32Array; locationSeen: number[] } {
  const used = new Uint8Array(length);
  for (const row of profile.samples.stack) if (row >= 0) used[row] = 1;
  for (let row = length - 1; row >= 0; row--) if (used[row] && parent[row] >= 0) used[parent[row]] = 1;

  const rows = new ProfileTables().import(profile, importOptions);
  const builder = new StackBuilder();
  const stackOf = new Int32Array(length).fill(-1);
  const locationSeen: number[] = [];
  for (let row = 0; row < length; row++) {
    if (!used[row]) continue;
    const merged = rows.location(location[row]);
    if (merged === locationSeen.length) locationSeen.push(location[row]);
    stackOf[row] = builder.child(parent[row] < 0 ? -1 : stackOf[parent[row]], merged);
  }
  return { stacks: builder.finish(), stackOf, locationSeen };
}

/** The same tree in depth-first order, siblings as they were; `placeOf[row]` is where a row went. */
function depthFirst({ parent, location, length }: StackTable): { stacks: StackTable; placeOf: Int32Array } {
  const size = new Int32Array(length).fill(1);
  for (let row = length - 1; row >= 0; row--) if (parent[row] >= 0) size[parent[row]] += size[row];
  const placeOf = new Int32Array(length);
  /** Where the next child of a row goes. */
  const nextPlace = new Int32Array(length);
  let nextRoot = 0;
  const stacks: StackTable = { length, parent: new Int32Array(length), location: new Int32Array(length) };
  for (let row = 0; row < length; row++) {
    const above = parent[row];
    const place = above < 0 ? nextRoot : nextPlace[above];
    if (above < 0) nextRoot += size[row];
    else nextPlace[above] += size[row];
    nextPlace[row] = place + 1;
    placeOf[row] = place;
    stacks.parent[place] = above < 0 ? -1 : placeOf[above];
    stacks.location[place] = location[row];
  }
  return { stacks, placeOf };
}

/** Sample rows sorted by the new row of their stack (empty stacks first), equals as they were. */
function orderByStack(stack: Int32Array, stackOf: Int32Array, stackCount: number): Int32Array {
  return bucketOrder(
    stack.map((row) => (row < 0 ? 0 : stackOf[row] + 1)),
    stackCount + 1,
  ).order;
}
