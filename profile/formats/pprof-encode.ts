import { MappingFlag, type Profile } from "../profile.ts";
import {
  FunctionField,
  LineField,
  LocationField,
  MappingField,
  ProfileField,
  ValueTypeField,
} from "./pprof-fields.ts";
import { SampleWriter } from "./pprof-sample-writer.ts";
import { numberFieldSize, ProtobufWriter, toInt64 } from "./protobuf-writer.ts";

/**
 * Writes a profile as an uncompressed pprof `Profile` message; the same profile always gives the same bytes.
 *
 * Mappings, functions and locations have ids 1…n in the order of their rows. Values and addresses are int64: fractions are
 * rounded, what is beyond them becomes the nearest.
 * Lone surrogates in text become U+FFFD. The string table is that of the profile, with keys, units and comments added.
 */
export function encodePprof(profile: Profile): Uint8Array {
  const writer = new ProtobufWriter();
  const strings = new StringIndex(profile.strings);
  for (const { type, unit } of profile.sampleTypes) {
    writeValueType(writer, ProfileField.sampleType, strings.of(type), strings.of(unit));
  }
  new SampleWriter(profile, (text) => strings.of(text)).write(writer);
  writeMappings(writer, profile);
  writeLocations(writer, profile);
  writeFunctions(writer, profile);
  const periodType = [strings.of(profile.periodType.type), strings.of(profile.periodType.unit)];
  const comments = profile.comments.map((comment) => strings.of(comment));
  for (const text of profile.strings) writer.textField(ProfileField.stringTable, text);
  for (const text of strings.added) writer.textField(ProfileField.stringTable, text);
  writer.numberField(ProfileField.timeNanos, toInt64(profile.timeNanos));
  writer.numberField(ProfileField.durationNanos, toInt64(profile.durationNanos));
  if (periodType[0] !== 0 || periodType[1] !== 0) {
    writeValueType(writer, ProfileField.periodType, periodType[0], periodType[1]);
  }
  writer.numberField(ProfileField.period, toInt64(profile.period));
  for (const comment of comments) writer.repeatedNumber(ProfileField.comment, comment);
  return writer.finish();
}

/** Finds the few texts that the profile holds outside its string table there, or adds them behind it. */
class StringIndex {
  readonly added: string[] = [];
  readonly #strings: readonly string[];
  #index: Map<string, number> | undefined;

  constructor(strings: readonly string[]) {
    this.#strings = strings;
  }

  of(text: string): number {
    if (text === "") return 0;
    this.#index ??= new Map(this.#strings.map((known, index) => [known, index]));
    let index = this.#index.get(text);
    if (index === undefined) {
      index = this.#strings.length + this.added.push(text) - 1;
      this.#index.set(text, index);
    }
    return index;
  }
}

function writeValueType(writer: ProtobufWriter, field: number, type: number, unit: number): void {
  writer.bytesField(field, numberFieldSize(type) + numberFieldSize(unit));
  writer.numberField(ValueTypeField.type, type);
  writer.numberField(ValueTypeField.unit, unit);
}

function writeMappings(writer: ProtobufWriter, { mappings }: Profile): void {
  for (let row = 0; row < mappings.length; row++) {
    const flags = mappings.flags[row];
    const fields: [number, number][] = [
      [MappingField.id, row + 1],
      [MappingField.start, toInt64(mappings.start[row])],
      [MappingField.limit, toInt64(mappings.limit[row])],
      [MappingField.fileOffset, toInt64(mappings.fileOffset[row])],
      [MappingField.file, mappings.file[row]],
      [MappingField.buildId, mappings.buildId[row]],
      [MappingField.hasFunctions, flags & MappingFlag.hasFunctions ? 1 : 0],
      [MappingField.hasFilenames, flags & MappingFlag.hasFilenames ? 1 : 0],
      [MappingField.hasLineNumbers, flags & MappingFlag.hasLineNumbers ? 1 : 0],
      [MappingField.hasInlineFrames, flags & MappingFlag.hasInlineFrames ? 1 : 0],
    ];
    let size = 0;
    for (const [, value] of fields) size += numberFieldSize(value);
    writer.bytesField(ProfileField.mapping, size);
    for (const [field, value] of fields) writer.numberField(field, value);
  }
}

function writeLocations(writer: ProtobufWriter, { locations, lines }: Profile): void {
  const lineSize = (at: number): number =>
    numberFieldSize(lines.function[at] + 1) +
    numberFieldSize(lines.line[at]) +
    numberFieldSize(lines.column[at]);
  for (let row = 0; row < locations.length; row++) {
    const first = locations.lineStart[row];
    const end = locations.lineStart[row + 1];
    const mapping = locations.mapping[row] + 1;
    const address = toInt64(locations.address[row]);
    let size = numberFieldSize(row + 1) + numberFieldSize(mapping) + numberFieldSize(address);
    // A line of three numbers is at most 33 bytes, so its length is one byte.
    for (let at = first; at < end; at++) size += 2 + lineSize(at);
    writer.bytesField(ProfileField.location, size);
    writer.numberField(LocationField.id, row + 1);
    writer.numberField(LocationField.mappingId, mapping);
    writer.numberField(LocationField.address, address);
    for (let at = first; at < end; at++) {
      writer.bytesField(LocationField.line, lineSize(at));
      writer.numberField(LineField.functionId, lines.function[at] + 1);
      writer.numberField(LineField.line, lines.line[at]);
      writer.numberField(LineField.column, lines.column[at]);
    }
  }
}

function writeFunctions(writer: ProtobufWriter, { functions }: Profile): void {
  for (let row = 0; row < functions.length; row++) {
    writer.bytesField(
      ProfileField.function,
      numberFieldSize(row + 1) +
        numberFieldSize(functions.name[row]) +
        numberFieldSize(functions.linkageName[row]) +
        numberFieldSize(functions.file[row]) +
        numberFieldSize(functions.startLine[row]),
    );
    writer.numberField(FunctionField.id, row + 1);
    writer.numberField(FunctionField.name, functions.name[row]);
    writer.numberField(FunctionField.systemName, functions.linkageName[row]);
    writer.numberField(FunctionField.file, functions.file[row]);
    writer.numberField(FunctionField.startLine, functions.startLine[row]);
  }
}
