import { ProfileFormatError } from "../format-error.ts";
import { GrowableInt32 } from "../growable.ts";
import type { Profile, ValueType } from "../profile.ts";
import { StringTable } from "../string-table.ts";
import { IdTable } from "./id-table.ts";
import { ProfileField, ValueTypeField } from "./pprof-fields.ts";
import { decodeSamples } from "./pprof-samples.ts";
import { FunctionColumns, LocationColumns, MappingColumns } from "./pprof-tables.ts";
import { ProtobufReader } from "./protobuf-reader.ts";

/** Offsets are kept in 32-bit columns. */
const MAX_BYTES = 2 ** 31 - 1;

/**
 * Reads an uncompressed pprof `Profile` message. Columns in, columns out: no object a sample, location or function.
 *
 * Ids may be any non-zero 64-bit values and tables may come in any order. Addresses become sign-extended numbers
 * (exact for canonical 48-bit addresses, and within ±2^53); values are exact within ±2^53, above it rounded to a
 * double, so `timeNanos` is exact to about 256 ns. Bytes that are not UTF-8 become U+FFFD. Equal samples stay
 * separate rows. What is not kept: see `pprof-fields.ts`.
 *
 * Throws `ProfileFormatError` on anything that is no such message; time and memory are linear in the input.
 */
export function decodePprof(bytes: Uint8Array): Profile {
  if (bytes.length === 0) throw unreadable("it is empty");
  if (bytes.length > MAX_BYTES) throw unreadable("it is larger than 2 GiB");

  // First pass: all tables, and where the samples are. They mostly come before the tables that they refer to.
  const reader = new ProtobufReader(bytes);
  const interned = new StringTable();
  const internedOf = new GrowableInt32();
  const mappingColumns = new MappingColumns();
  const locationColumns = new LocationColumns();
  const functionColumns = new FunctionColumns();
  const sampleStart = new GrowableInt32(1024);
  const sampleEnd = new GrowableInt32(1024);
  const sampleTypes: FileValueType[] = [];
  const periodType: FileValueType = { type: 0, unit: 0 };
  const comments: number[] = [];
  let period = 0;
  let timeNanos = 0;
  let durationNanos = 0;
  while (reader.nextField()) {
    switch (reader.field) {
      case ProfileField.sample:
        sampleEnd.push(reader.bytesEnd());
        sampleStart.push(reader.pos);
        reader.pos = sampleEnd.get(sampleEnd.length - 1);
        break;
      case ProfileField.mapping:
        reader.message(() => mappingColumns.read(reader));
        break;
      case ProfileField.location:
        reader.message(() => locationColumns.read(reader));
        break;
      case ProfileField.function:
        reader.message(() => functionColumns.read(reader));
        break;
      case ProfileField.stringTable:
        internedOf.push(interned.intern(reader.text()));
        break;
      case ProfileField.sampleType: {
        const valueType = { type: 0, unit: 0 };
        sampleTypes.push(valueType);
        reader.message(() => readValueType(reader, valueType));
        break;
      }
      case ProfileField.periodType:
        reader.message(() => readValueType(reader, periodType));
        break;
      case ProfileField.comment:
        reader.numbers((index) => comments.push(index));
        break;
      case ProfileField.period:
        period = reader.number();
        break;
      case ProfileField.timeNanos:
        timeNanos = reader.number();
        break;
      case ProfileField.durationNanos:
        durationNanos = reader.number();
        break;
      default:
        reader.skip();
    }
  }

  if (internedOf.length === 0) throw unreadable("it has no string table");
  if (internedOf.get(0) !== 0) throw unreadable("the first string of its table is not empty");
  const stringOf = (index: number): number => {
    if (index >= 0 && index < internedOf.length) return internedOf.get(index);
    throw unreadable(`string ${index} is named, but its table has ${internedOf.length}`);
  };
  const { strings } = interned;
  const text = ({ type, unit }: FileValueType): ValueType => ({
    type: strings[stringOf(type)],
    unit: strings[stringOf(unit)],
  });

  const mappingOf = new IdTable(mappingColumns.ids, "mapping");
  const functionOf = new IdTable(functionColumns.ids, "function");
  const locationOf = new IdTable(locationColumns.ids, "location");
  const [locations, lines] = locationColumns.finish(mappingOf, functionOf, functionColumns);
  const { samples, stacks } = decodeSamples(reader, {
    start: sampleStart.finish(),
    end: sampleEnd.finish(),
    valueCount: sampleTypes.length,
    locationOf,
    stringOf,
    strings,
  });
  return {
    strings,
    sampleTypes: sampleTypes.map(text),
    samples,
    stacks,
    locations,
    lines,
    functions: functionColumns.finish(stringOf),
    mappings: mappingColumns.finish(stringOf),
    periodType: text(periodType),
    period,
    timeNanos,
    durationNanos,
    comments: comments.map((index) => strings[stringOf(index)]),
  };
}

/** String indices of the file. */
interface FileValueType {
  type: number;
  unit: number;
}

function readValueType(reader: ProtobufReader, into: FileValueType): void {
  while (reader.nextField()) {
    if (reader.field === ValueTypeField.type) into.type = reader.stringIndex();
    else if (reader.field === ValueTypeField.unit) into.unit = reader.stringIndex();
    else reader.skip();
  }
}

function unreadable(why: string): ProfileFormatError {
  return new ProfileFormatError(`Not a readable pprof profile: ${why}.`);
}
