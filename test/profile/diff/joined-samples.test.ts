import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ComparedSamples, joinSamples } from "../../../profile/diff/joined-samples.ts";
import type { LabelColumn } from "../../../profile/profile.ts";
import { SLICE_NANOS_COMMENT } from "../../../profile/recording-info.ts";
import { StringTable } from "../../../profile/string-table.ts";
import { profileOf } from "../picture.ts";

/** Samples of both sides as one table: sums by label and time against sums made one by one from what went in. */

interface Plain {
  row: number;
  value: number;
  thread: string;
  cpu: number;
  slice: number;
}

const ROWS = 5;
const plain: fc.Arbitrary<Plain> = fc.record({
  row: fc.nat(ROWS - 1),
  value: fc.nat(3),
  thread: fc.constantFrom("", "main", "worker", "flusher"),
  cpu: fc.constantFrom(Number.NaN, 0, 1, 7),
  slice: fc.nat(9),
});
const recording = fc.record({
  samples: fc.array(plain, { maxLength: 40 }),
  sliceNanos: fc.constantFrom(1e8, 2e8),
});
type PlainRecording = { samples: Plain[]; sliceNanos: number };

function compared({ samples, sliceNanos }: PlainRecording): ComparedSamples {
  const strings = new StringTable();
  // Another recording has its texts elsewhere.
  strings.intern(`only of this one: ${samples.length}`);
  const labels: LabelColumn[] = [
    { kind: "text", key: "pid", values: Int32Array.from(samples, () => strings.intern("17")) },
    { kind: "text", key: "thread", values: Int32Array.from(samples, ({ thread }) => strings.intern(thread)) },
    { kind: "number", key: "cpu", unit: "", values: Float64Array.from(samples, ({ cpu }) => cpu) },
    { kind: "number", key: "slice", unit: "", values: Float64Array.from(samples, ({ slice }) => slice) },
  ];
  const profile = profileOf("main 1");
  return {
    profile: {
      ...profile,
      strings: strings.strings,
      samples: { ...profile.samples, length: samples.length, labels },
      durationNanos: 10 * sliceNanos,
      comments: [`${SLICE_NANOS_COMMENT}${sliceNanos}`],
    },
    values: Float64Array.from(samples, ({ value }) => value),
    rowOfSample: Int32Array.from(samples, ({ row }) => row),
  };
}

function joined(before: PlainRecording[], after: PlainRecording[]) {
  const strings = new StringTable();
  const samples = joinSamples(before.map(compared), after.map(compared), ROWS, (text) =>
    strings.intern(text),
  );
  return { ...samples, strings: strings.strings };
}

describe("joined samples", () => {
  it("have the sums of both sides by row, label and time, in the order of rows", () => {
    const sides = fc.array(recording, { minLength: 1, maxLength: 2 });
    fc.assert(
      fc.property(sides, sides, (before, after) => {
        const { labels, strings, length, row, ...weights } = joined(before, after);
        const nanos = Math.max(...[...before, ...after].map(({ sliceNanos }) => sliceNanos));
        const distinct = (which: PlainRecording[], of: (sample: Plain) => string) =>
          new Set(
            which.flatMap(({ samples }) => samples.map(of)).filter((text) => text !== "" && text !== "NaN"),
          );
        const isShared = (of: (sample: Plain) => string) =>
          [...distinct(before, of)].some((value) => distinct(after, of).has(value));
        const has = { thread: isShared(({ thread }) => thread), cpu: isShared(({ cpu }) => String(cpu)) };

        const wanted = new Map<string, [number, number]>();
        for (const [side, recordings] of [before, after].entries()) {
          for (const { samples, sliceNanos } of recordings) {
            for (const sample of samples) {
              if (sample.value === 0) continue;
              const slice = Math.floor((sample.slice * sliceNanos) / nanos);
              const key = [
                sample.row,
                has.thread ? sample.thread : "",
                has.cpu ? sample.cpu : Number.NaN,
                slice,
              ].join();
              const sums = wanted.get(key) ?? [0, 0];
              sums[side] += sample.value;
              wanted.set(key, sums);
            }
          }
        }
        const column = (key: string) => labels.find((label) => label.key === key);
        const text = (key: string, sample: number) => {
          const label = column(key);
          return label?.kind === "text" ? strings[label.values[sample]] : "";
        };
        const number = (key: string, sample: number) => {
          const label = column(key);
          return label?.kind === "number" ? label.values[sample] : Number.NaN;
        };
        const found = new Map<string, [number, number]>();
        for (let sample = 0; sample < length; sample++) {
          const key = [
            row[sample],
            text("thread", sample),
            number("cpu", sample),
            number("slice", sample),
          ].join();
          expect(found.has(key), key).toBe(false);
          found.set(key, [weights.before[sample], weights.after[sample]]);
        }
        expect(found).toEqual(wanted);
        expect([...row]).toEqual([...row].sort((a, b) => a - b));
        expect(weights.sliceNanos).toBe(nanos);
        expect(column("pid")).toBeUndefined();
      }),
      { numRuns: 300 },
    );
  });

  const one = (part: Partial<Plain>): Plain => ({
    row: 1,
    value: 1,
    thread: "main",
    cpu: 0,
    slice: 0,
    ...part,
  });
  const keys = (before: ComparedSamples, after: ComparedSamples) =>
    joinSamples([before], [after], ROWS, () => 1).labels.map(({ key }) => key);
  const simple = () => compared({ samples: [one({})], sliceNanos: 1e8 });

  it("lack labels that the sides do not share", () => {
    expect(keys(simple(), simple())).toEqual(["thread", "cpu", "slice"]);
    const other = compared({ samples: [one({ thread: "other", cpu: 3 })], sliceNanos: 1e8 });
    expect(keys(simple(), other)).toEqual(["slice"]);
    const inOtherUnits = simple();
    for (const label of inOtherUnits.profile.samples.labels)
      if (label.kind === "number") label.unit = "other";
    expect(keys(simple(), inOtherUnits)).toEqual(["thread", "slice"]);
  });

  it("lack labels of more values than people choose from", () => {
    const samples = Array.from({ length: 5_000 }, (_, at) => one({ cpu: at }));
    const many = () => compared({ samples, sliceNanos: 1e8 });
    expect(keys(many(), many())).toEqual(["thread", "slice"]);
  });

  it("have a time only where each recording has, in slices of the same known length or in none", () => {
    const timeless = simple();
    timeless.profile.samples.labels.pop();
    expect(keys(simple(), timeless)).toEqual(["thread", "cpu"]);
    const unknown = simple();
    unknown.profile.comments = [];
    expect(keys(simple(), unknown)).toEqual(["thread", "cpu"]);
    expect(keys(unknown, unknown)).toEqual(["thread", "cpu", "slice"]);
    const long = compared({
      samples: Array.from({ length: 1_000 }, (_, slice) => one({ slice })),
      sliceNanos: 1e8,
    });
    const { sliceNanos, length } = joinSamples([long], [simple()], ROWS, () => 1);
    expect([length, sliceNanos]).toEqual([112, 9e8]);
  });
});
