import fc from "fast-check";
import type { LabelColumn, Profile } from "../../profile/profile.ts";
import { StackBuilder } from "../../profile/stack-builder.ts";
import { StringTable } from "../../profile/string-table.ts";

const text = fc.oneof(
  fc.string({ maxLength: 8 }),
  fc.string({ unit: "grapheme", maxLength: 8 }),
  fc.constantFrom(
    "",
    "<script>",
    "a;b",
    "x\ny",
    "\u{1f600}",
    "[kernel]",
    "/lib/libc.so.6",
    "\ufeffbom",
    "a".repeat(200),
  ),
);
/** Canonical 48-bit addresses: the kernel's are negative. */
const address = fc.oneof(
  fc.integer({ min: 0, max: 2 ** 31 }),
  fc.integer({ min: 0, max: 2 ** 47 }),
  fc.integer({ min: -(2 ** 47), max: -1 }),
);
const value = fc.oneof(
  fc.integer({ min: 0, max: 200 }),
  fc.integer({ min: -5, max: 5 }),
  fc.integer({ min: -Number.MAX_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER }),
);
const small = fc.nat({ max: 1000 });

const pieces = fc.record({
  mappings: fc.array(
    fc.record({
      start: address,
      limit: address,
      offset: address,
      file: text,
      buildId: text,
      flags: fc.nat({ max: 15 }),
    }),
    { maxLength: 3 },
  ),
  functions: fc.array(fc.record({ name: text, linkage: text, file: text, line: small }), {
    minLength: 1,
    maxLength: 6,
  }),
  locations: fc.array(
    fc.record({
      mapping: fc.integer({ min: -1, max: 2 }),
      address,
      lines: fc.array(fc.record({ function: small, line: small, column: small }), { maxLength: 3 }),
    }),
    { minLength: 1, maxLength: 8 },
  ),
  // Never empty altogether, which pprof-format cannot write.
  types: fc.array(fc.record({ type: text.map((type) => type || "samples"), unit: text }), {
    minLength: 1,
    maxLength: 3,
  }),
  samples: fc.array(
    fc.record({
      path: fc.array(small, { maxLength: 12 }),
      values: fc.tuple(value, value, value),
      texts: fc.array(fc.option(text), { minLength: 3, maxLength: 3 }),
      numbers: fc.array(fc.option(value), { minLength: 2, maxLength: 2 }),
    }),
    { maxLength: 20 },
  ),
  comments: fc.array(text, { maxLength: 3 }),
  times: fc.tuple(fc.nat(), fc.nat(), fc.nat()),
});

/** Any profile that keeps the promises of `profile.ts`, with awkward names, addresses, values and labels. */
export const arbitraryProfile: fc.Arbitrary<Profile> = pieces.map((given): Profile => {
  const strings = new StringTable();
  const words = (texts: string[]) => Int32Array.from(texts, (one) => strings.intern(one));
  const lines = given.locations.flatMap((location) => location.lines);
  const lineStart = new Int32Array(given.locations.length + 1);
  for (const [row, location] of given.locations.entries())
    lineStart[row + 1] = lineStart[row] + location.lines.length;
  const stacks = new StackBuilder();
  const stack = given.samples.map((sample) =>
    sample.path.reduce((row, location) => stacks.child(row, location % given.locations.length), -1),
  );
  const labels: LabelColumn[] = [];
  // The first two text columns have the same key: pprof lets a sample have a label twice.
  for (const [at, key] of ["twice", "twice", "comm"].entries()) {
    labels.push({
      kind: "text",
      key,
      values: Int32Array.from(given.samples, (sample) =>
        at === 1 && !sample.texts[0] ? 0 : strings.intern(sample.texts[at] ?? ""),
      ),
    });
  }
  for (const [at, unit] of ["", "bytes"].entries()) {
    labels.push({
      kind: "number",
      key: "slice",
      unit,
      values: Float64Array.from(given.samples, (sample) => sample.numbers[at] ?? Number.NaN),
    });
  }
  const [period, time, duration] = given.times;
  return {
    sampleTypes: given.types,
    samples: {
      length: given.samples.length,
      stack: Int32Array.from(stack),
      values: given.types.map((_, type) => Float64Array.from(given.samples, (sample) => sample.values[type])),
      labels,
    },
    stacks: stacks.finish(),
    locations: {
      length: given.locations.length,
      mapping: Int32Array.from(given.locations, ({ mapping }) =>
        Math.min(mapping, given.mappings.length - 1),
      ),
      address: Float64Array.from(given.locations, (location) => location.address),
      lineStart,
    },
    lines: {
      length: lines.length,
      function: Int32Array.from(lines, (line) => line.function % given.functions.length),
      line: Int32Array.from(lines, (line) => line.line),
      column: Int32Array.from(lines, (line) => line.column),
    },
    functions: {
      length: given.functions.length,
      name: words(given.functions.map(({ name }) => name)),
      linkageName: words(given.functions.map(({ linkage }) => linkage)),
      file: words(given.functions.map(({ file }) => file)),
      startLine: Int32Array.from(given.functions, ({ line }) => line),
    },
    mappings: {
      length: given.mappings.length,
      start: Float64Array.from(given.mappings, ({ start }) => start),
      limit: Float64Array.from(given.mappings, ({ limit }) => limit),
      fileOffset: Float64Array.from(given.mappings, ({ offset }) => offset),
      file: words(given.mappings.map(({ file }) => file)),
      buildId: words(given.mappings.map(({ buildId }) => buildId)),
      flags: Uint8Array.from(given.mappings, ({ flags }) => flags),
    },
    periodType: { type: "cpu", unit: "nanoseconds" },
    period,
    timeNanos: time * 1000,
    durationNanos: duration,
    comments: given.comments,
    strings: strings.strings,
  };
});
