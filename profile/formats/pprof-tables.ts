import { ProfileFormatError } from "../format-error.ts";
import { GrowableFloat64, GrowableInt32 } from "../growable.ts";
import {
  type FunctionTable,
  type LineTable,
  type LocationTable,
  MappingFlag,
  type MappingTable,
} from "../profile.ts";
import { IdColumn, type IdTable } from "./id-table.ts";
import { FunctionField, LineField, LocationField, MappingField } from "./pprof-fields.ts";
import type { ProtobufReader } from "./protobuf-reader.ts";

/**
 * The tables of a pprof file as columns. Tables may come in any order, so `read` keeps references as the file has
 * them (ids, string indices) and `finish` resolves them when all has been read. `stringOf` checks a string index.
 */
type StringOf = (fileIndex: number) => number;

export class MappingColumns {
  readonly ids = new IdColumn();
  readonly #start = new GrowableFloat64();
  readonly #limit = new GrowableFloat64();
  readonly #fileOffset = new GrowableFloat64();
  readonly #file = new GrowableInt32();
  readonly #buildId = new GrowableInt32();
  readonly #flags = new GrowableInt32();

  read(reader: ProtobufReader): void {
    this.ids.pushNone();
    const row = this.#start.push(0);
    this.#limit.push(0);
    this.#fileOffset.push(0);
    this.#file.push(0);
    this.#buildId.push(0);
    this.#flags.push(0);
    while (reader.nextField()) {
      const { field } = reader;
      if (field === MappingField.id) this.ids.setLast(reader);
      else if (field === MappingField.start) this.#start.set(row, reader.number());
      else if (field === MappingField.limit) this.#limit.set(row, reader.number());
      else if (field === MappingField.fileOffset) this.#fileOffset.set(row, reader.number());
      else if (field === MappingField.file) this.#file.set(row, reader.stringIndex());
      else if (field === MappingField.buildId) this.#buildId.set(row, reader.stringIndex());
      else if (field === MappingField.hasFunctions) this.#flag(row, MappingFlag.hasFunctions, reader);
      else if (field === MappingField.hasFilenames) this.#flag(row, MappingFlag.hasFilenames, reader);
      else if (field === MappingField.hasLineNumbers) this.#flag(row, MappingFlag.hasLineNumbers, reader);
      else if (field === MappingField.hasInlineFrames) this.#flag(row, MappingFlag.hasInlineFrames, reader);
      else reader.skip();
    }
  }

  finish(stringOf: StringOf): MappingTable {
    return {
      length: this.ids.length,
      start: this.#start.finish(),
      limit: this.#limit.finish(),
      fileOffset: this.#fileOffset.finish(),
      file: this.#file.finish().map(stringOf),
      buildId: this.#buildId.finish().map(stringOf),
      flags: Uint8Array.from(this.#flags.finish()),
    };
  }

  #flag(row: number, bit: number, reader: ProtobufReader): void {
    const others = this.#flags.get(row) & ~bit;
    this.#flags.set(row, reader.number() === 0 ? others : others | bit);
  }
}

export class FunctionColumns {
  readonly ids = new IdColumn();
  readonly #name = new GrowableInt32();
  readonly #linkageName = new GrowableInt32();
  readonly #file = new GrowableInt32();
  readonly #startLine = new GrowableInt32();

  get length(): number {
    return this.#name.length;
  }

  read(reader: ProtobufReader): void {
    this.ids.pushNone();
    const row = this.addUnknown();
    while (reader.nextField()) {
      const { field } = reader;
      if (field === FunctionField.id) this.ids.setLast(reader);
      else if (field === FunctionField.name) this.#name.set(row, reader.stringIndex());
      else if (field === FunctionField.systemName) this.#linkageName.set(row, reader.stringIndex());
      else if (field === FunctionField.file) this.#file.set(row, reader.stringIndex());
      else if (field === FunctionField.startLine) this.#startLine.set(row, int32OrZero(reader.number()));
      else reader.skip();
    }
  }

  /** Adds a function without a name (and without an id). */
  addUnknown(): number {
    this.#linkageName.push(0);
    this.#file.push(0);
    this.#startLine.push(0);
    return this.#name.push(0);
  }

  finish(stringOf: StringOf): FunctionTable {
    return {
      length: this.length,
      name: this.#name.finish().map(stringOf),
      linkageName: this.#linkageName.finish().map(stringOf),
      file: this.#file.finish().map(stringOf),
      startLine: this.#startLine.finish(),
    };
  }
}

export class LocationColumns {
  readonly ids = new IdColumn();
  readonly #mapping = new IdColumn();
  readonly #address = new GrowableFloat64();
  readonly #lineStart = new GrowableInt32();
  readonly #function = new IdColumn();
  readonly #line = new GrowableInt32();
  readonly #column = new GrowableInt32();

  read(reader: ProtobufReader): void {
    this.ids.pushNone();
    this.#mapping.pushNone();
    const row = this.#address.push(0);
    this.#lineStart.push(this.#line.length);
    while (reader.nextField()) {
      const { field } = reader;
      if (field === LocationField.id) this.ids.setLast(reader);
      else if (field === LocationField.mappingId) this.#mapping.setLast(reader);
      else if (field === LocationField.address) this.#address.set(row, reader.number());
      else if (field === LocationField.line) reader.message(() => this.#readLine(reader));
      else reader.skip();
    }
  }

  #readLine(reader: ProtobufReader): void {
    this.#function.pushNone();
    const row = this.#line.push(0);
    this.#column.push(0);
    while (reader.nextField()) {
      const { field } = reader;
      if (field === LineField.functionId) this.#function.setLast(reader);
      else if (field === LineField.line) this.#line.set(row, int32OrZero(reader.number()));
      else if (field === LineField.column) this.#column.set(row, int32OrZero(reader.number()));
      else reader.skip();
    }
  }

  /** A line that names no function gets one without a name, added to `functions`. */
  finish(mappingOf: IdTable, functionOf: IdTable, functions: FunctionColumns): [LocationTable, LineTable] {
    let nameless = -1;
    const lineFunction = new Int32Array(this.#line.length);
    for (let row = 0; row < lineFunction.length; row++) {
      if (this.#function.isNone(row)) {
        if (nameless < 0) nameless = functions.addUnknown();
        lineFunction[row] = nameless;
      } else lineFunction[row] = resolve(this.#function, row, functionOf, "A location", "function");
    }
    const mapping = new Int32Array(this.ids.length);
    for (let row = 0; row < mapping.length; row++) {
      mapping[row] = this.#mapping.isNone(row)
        ? -1
        : resolve(this.#mapping, row, mappingOf, `Location ${this.ids.text(row)}`, "mapping");
    }
    this.#lineStart.push(this.#line.length);
    return [
      {
        length: this.ids.length,
        mapping,
        address: this.#address.finish(),
        lineStart: this.#lineStart.finish(),
      },
      {
        length: this.#line.length,
        function: lineFunction,
        line: this.#line.finish(),
        column: this.#column.finish(),
      },
    ];
  }
}

function resolve(ids: IdColumn, row: number, table: IdTable, who: string, what: string): number {
  const found = table.find(ids.low.get(row), ids.high.get(row));
  if (found < 0) {
    throw new ProfileFormatError(
      `Not a readable pprof profile: ${who} names ${what} ${ids.text(row)}, which is not in the file.`,
    );
  }
  return found;
}

/** Line and column numbers are int64 in the file; what no source file can have is "unknown". */
function int32OrZero(value: number): number {
  return value === (value | 0) ? value : 0;
}
