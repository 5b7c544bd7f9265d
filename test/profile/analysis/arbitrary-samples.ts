import fc from "fast-check";
import type { SampleFilter } from "../../../profile/analysis/sample-filter.ts";
import type { Profile } from "../../../profile/profile.ts";
import { type MadeFrame, type MadeStack, madeProfile, type Place } from "../../viewer/made-profile.ts";

/** Few names, so that stacks recur, share callers and meet again; one marks stacks that were cut off. */
const frame: fc.Arbitrary<MadeFrame> = fc.record({
  name: fc.constantFrom("a", "b", "c", "ab", "main", "[truncated stack]"),
  place: fc.constantFrom<Place>("k", "u", "l", "u", "?"),
  inlined: fc.constantFrom(false, false, true),
  file: fc.constant("f.c"),
  at: fc.integer({ min: 1, max: 3 }),
});

interface Taken extends MadeStack {
  slice: number | null;
  cpu: number;
}

const stack: fc.Arbitrary<Taken> = fc.record({
  process: fc.constantFrom("demo", "other"),
  pid: fc.integer({ min: 1, max: 3 }),
  thread: fc.constantFrom("demo", "worker"),
  tid: fc.integer({ min: 1, max: 3 }),
  frames: fc.array(frame, { maxLength: 9 }),
  count: fc.integer({ min: 0, max: 9 }),
  slice: fc.option(fc.integer({ min: 0, max: 6 })),
  cpu: fc.integer({ min: 0, max: 2 }),
});

/** Profiles with recursion, inlining, empty stacks, several processes and threads, slices and processors. */
export const arbitrarySamples: fc.Arbitrary<Profile> = fc
  .array(stack, { minLength: 1, maxLength: 14 })
  .map((stacks) => {
    const profile = madeProfile(stacks);
    profile.samples.labels.push(
      {
        kind: "number",
        key: "slice",
        unit: "",
        values: Float64Array.from(stacks, ({ slice }) => slice ?? Number.NaN),
      },
      { kind: "number", key: "cpu", unit: "", values: Float64Array.from(stacks, ({ cpu }) => cpu) },
    );
    return profile;
  });

export const arbitraryFilter: fc.Arbitrary<SampleFilter> = fc.record({
  labels: fc.array(
    fc.oneof(
      fc.record({ key: fc.constant("comm"), values: fc.subarray(["demo", "other"]), exclude: fc.boolean() }),
      fc.record({
        key: fc.constant("thread"),
        values: fc.subarray(["demo", "worker"]),
        exclude: fc.boolean(),
      }),
      fc.record({
        key: fc.constantFrom("pid", "cpu", "nothing"),
        values: fc.subarray(["", "1", "2"]),
        exclude: fc.boolean(),
      }),
    ),
    { maxLength: 2 },
  ),
  range: fc.option(
    fc
      .tuple(fc.nat({ max: 7 }), fc.nat({ max: 7 }))
      .map(([a, b]) => ({ from: Math.min(a, b), to: Math.max(a, b) })),
    { nil: undefined },
  ),
});

export const groupings = fc.constantFrom("process", "pid", "thread", "none");
