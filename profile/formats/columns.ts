import { findDamage } from "../check-profile.ts";
import { ProfileFormatError } from "../format-error.ts";
import type { LabelColumn, Profile, ValueType } from "../profile.ts";
import { ColumnReader } from "./column-reader.ts";
import { ColumnWriter } from "./column-writer.ts";
import { readFunctions, readLines, writeFunctions, writeLines } from "./function-table-codec.ts";
import { readSampleStacks, writeSampleStacks } from "./sample-stack-codec.ts";
import { readStacks, writeStacks } from "./stack-tree-codec.ts";

/** `SFP` and the version of the layout below; the page and its data are always made by the same stapflame. */
const MAGIC = Uint8Array.of(0x53, 0x46, 0x50, 3);

/**
 * Our own form of a profile for the page: the tables column by column, made to be small after gzip (best after
 * `slimForPage`, which sorts the tables for it) and quick to read. Keeps everything; -0 becomes 0 and lone surrogates
 * U+FFFD.
 */
export function encodeColumns(profile: Profile): Uint8Array {
  const { samples, stacks, locations, lines, functions, mappings } = profile;
  const out = new ColumnWriter();
  for (const byte of MAGIC) out.count(byte);
  writeValueTypes(out, profile.sampleTypes);
  writeValueTypes(out, [profile.periodType]);
  out.float(profile.period);
  out.float(profile.timeNanos);
  out.float(profile.durationNanos);
  out.texts(profile.comments);
  out.texts(profile.strings);

  writeStacks(out, stacks);
  writeValues(out, samples.values);
  writeSampleStacks(out, samples, stacks.parent);
  out.count(samples.labels.length);
  for (const label of samples.labels) {
    out.count(label.kind === "text" ? 0 : 1);
    out.text(label.key);
    if (label.kind === "number") out.text(label.unit);
    out.column(label.values);
  }
  out.column(locations.mapping);
  out.nearColumn(locations.address);
  out.column(locations.lineStart.subarray(1).map((end, row) => end - locations.lineStart[row]));
  writeFunctions(out, functions);
  writeLines(out, lines, functions);
  out.nearColumn(mappings.start);
  out.nearColumn(mappings.limit);
  out.column(mappings.fileOffset);
  out.nearColumn(mappings.file);
  out.nearColumn(mappings.buildId);
  out.column(mappings.flags);
  return out.finish();
}

/**
 * The profile of `encodeColumns`. Throws `ProfileFormatError` on anything else; what it gives is whole (every index
 * is in range), in time and memory linear in the input.
 */
export function decodeColumns(bytes: Uint8Array): Profile {
  const [version] = MAGIC.subarray(3);
  if (bytes.length < MAGIC.length || MAGIC.some((byte, at) => at < 3 && bytes[at] !== byte)) {
    throw new ProfileFormatError("The data is no stapflame profile.");
  }
  if (bytes[3] !== version) {
    throw new ProfileFormatError(
      `The profile's data has version ${bytes[3]}, but only version ${version} can be read here.`,
    );
  }
  const input = new ColumnReader(bytes, MAGIC.length);
  const sampleTypes = readValueTypes(input);
  const [periodType] = readValueTypes(input);
  if (periodType === undefined) input.fail("there is no period type");
  const period = input.float();
  const timeNanos = input.float();
  const durationNanos = input.float();
  const comments = input.texts();
  const strings = input.texts();

  const stacks = readStacks(input);
  const values = readValues(input, sampleTypes.length);
  const stack = readSampleStacks(input, stacks.parent, values[0]?.length ?? 0);
  const labels: LabelColumn[] = [];
  for (let rest = input.count(); rest > 0; rest--) {
    const isText = input.count() === 0;
    const key = input.text();
    labels.push(
      isText
        ? { kind: "text", key, values: input.int32s() }
        : { kind: "number", key, unit: input.text(), values: input.float64s() },
    );
  }
  const locationMapping = input.int32s();
  const address = input.float64s();
  const lineStart = sums(input.int32s());
  const functions = readFunctions(input);
  const lines = readLines(input, functions);
  const mappings = {
    start: input.float64s(),
    limit: input.float64s(),
    fileOffset: input.float64s(),
    file: input.int32s(),
    buildId: input.int32s(),
    flags: Uint8Array.from(input.int32s()),
  };
  if (!input.isAtEnd) input.fail("there is more data than there should be");
  const profile: Profile = {
    strings,
    sampleTypes,
    samples: { length: stack.length, stack, values, labels },
    stacks,
    locations: { length: locationMapping.length, mapping: locationMapping, address, lineStart },
    lines,
    functions,
    mappings: { length: mappings.start.length, ...mappings },
    periodType,
    period,
    timeNanos,
    durationNanos,
    comments,
  };
  const damage = findDamage(profile);
  if (damage !== undefined) throw new ProfileFormatError(`The profile's data is damaged: ${damage}.`);
  return profile;
}

/** Columns that are not written but multiplied: so few that a reader's memory stays in proportion to its input. */
const MAX_MULTIPLES = 16;

/**
 * The first column of values, and of each other by what number it is the first multiplied (0: it is not, and follows):
 * times are often counts times a period.
 */
function writeValues(out: ColumnWriter, columns: readonly Float64Array[]): void {
  const [first] = columns;
  for (const [type, values] of columns.entries()) {
    const factor = type === 0 || type > MAX_MULTIPLES ? 0 : commonFactor(first, values);
    if (type > 0) out.float(factor);
    if (factor === 0) out.column(values);
  }
}

function readValues(input: ColumnReader, count: number): Float64Array[] {
  const columns: Float64Array[] = [];
  for (let type = 0; type < count; type++) {
    const factor = type === 0 ? 0 : input.float();
    if (factor !== 0 && type > MAX_MULTIPLES) input.fail("too many columns are multiples of the first");
    columns.push(factor === 0 ? input.float64s() : columns[0].map((value) => value * factor));
  }
  return columns;
}

/** The number that gives `values` when `first` is multiplied by it, to the last bit; 0 when there is none. */
function commonFactor(first: Float64Array, values: Float64Array): number {
  const at = first.findIndex((value) => value !== 0);
  const factor = at < 0 ? 0 : values[at] / first[at];
  // -0 is written as 0, so a column that the factor would give it to must be written.
  const isFactor = factor > 0 && Number.isFinite(factor);
  return isFactor && first.every((value, row) => Object.is(value * factor, values[row])) ? factor : 0;
}

function writeValueTypes(out: ColumnWriter, types: readonly ValueType[]): void {
  out.texts(types.flatMap(({ type, unit }) => [type, unit]));
}

function readValueTypes(input: ColumnReader): ValueType[] {
  const texts = input.texts();
  if (texts.length % 2 !== 0) input.fail("a value type has no unit");
  return Array.from({ length: texts.length / 2 }, (_, row) => ({
    type: texts[2 * row],
    unit: texts[2 * row + 1],
  }));
}

/** Row starts from row lengths: one entry more. */
function sums(lengths: Int32Array): Int32Array {
  const starts = new Int32Array(lengths.length + 1);
  for (let row = 0; row < lengths.length; row++) starts[row + 1] = starts[row] + lengths[row];
  return starts;
}
