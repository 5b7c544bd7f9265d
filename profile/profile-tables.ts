import { GrowableFloat64, GrowableInt32 } from "./growable.ts";
import type { FunctionTable, LineTable, LocationTable, MappingTable, Profile } from "./profile.ts";
import { StringTable } from "./string-table.ts";
import { TupleInterner } from "./tuple-interner.ts";

/** What `TableImport` leaves out. */
export interface ImportOptions {
  /** Locations that have lines lose their address, so that those with the same lines become one. */
  dropKnownAddresses?: boolean;
  /** Lines lose their column. */
  dropColumns?: boolean;
  /** Linkage names that say what the name says go. */
  dropEqualLinkageNames?: boolean;
}

/** The tables below the stacks, interned by content: rows that say the same are one. */
export class ProfileTables {
  readonly strings = new StringTable();
  readonly #mappings = new TupleInterner();
  readonly #mappingFlags = new GrowableInt32();
  readonly #functions = new TupleInterner();
  /** (mapping, address, then function, line, column of each line). */
  readonly #locations = new TupleInterner();

  /** Rows of `profile` are mapped to rows of these tables by the result, which adds those it is asked for. */
  import(profile: Profile, options: ImportOptions = {}): TableImport {
    return new TableImport(this, profile, options);
  }

  /** Flags speak for all locations of the mapping, so a mapping met again keeps only what both say. */
  mapping(
    start: number,
    limit: number,
    fileOffset: number,
    file: number,
    buildId: number,
    flags: number,
  ): number {
    const tuple = this.#mappings;
    tuple.addFloat(start);
    tuple.addFloat(limit);
    tuple.addFloat(fileOffset);
    tuple.add(file);
    tuple.add(buildId);
    const row = tuple.intern();
    if (row === this.#mappingFlags.length) this.#mappingFlags.push(flags);
    else this.#mappingFlags.set(row, this.#mappingFlags.get(row) & flags);
    return row;
  }

  function(name: number, linkageName: number, file: number, startLine: number): number {
    const tuple = this.#functions;
    tuple.add(name);
    tuple.add(linkageName);
    tuple.add(file);
    tuple.add(startLine);
    return tuple.intern();
  }

  /** `addLines` adds function, line and column of each line to the tuple. */
  location(mapping: number, address: number, addLines: (tuple: TupleInterner) => void): number {
    const tuple = this.#locations;
    tuple.add(mapping);
    tuple.addFloat(address);
    addLines(tuple);
    return tuple.intern();
  }

  finish(): {
    strings: string[];
    mappings: MappingTable;
    functions: FunctionTable;
    locations: LocationTable;
    lines: LineTable;
  } {
    return {
      strings: this.strings.strings,
      mappings: this.#finishMappings(),
      functions: this.#finishFunctions(),
      ...this.#finishLocations(),
    };
  }

  #finishMappings(): MappingTable {
    const tuples = this.#mappings;
    const { length } = tuples;
    const float = (offset: number) =>
      Float64Array.from({ length }, (_, row) => tuples.float(tuples.start(row) + offset));
    const word = (offset: number) =>
      Int32Array.from({ length }, (_, row) => tuples.word(tuples.start(row) + offset));
    return {
      length,
      start: float(0),
      limit: float(2),
      fileOffset: float(4),
      file: word(6),
      buildId: word(7),
      flags: Uint8Array.from(this.#mappingFlags.finish()),
    };
  }

  #finishFunctions(): FunctionTable {
    const tuples = this.#functions;
    const { length } = tuples;
    const word = (offset: number) =>
      Int32Array.from({ length }, (_, row) => tuples.word(tuples.start(row) + offset));
    return { length, name: word(0), linkageName: word(1), file: word(2), startLine: word(3) };
  }

  #finishLocations(): { locations: LocationTable; lines: LineTable } {
    const tuples = this.#locations;
    const { length } = tuples;
    const mapping = new Int32Array(length);
    const address = new GrowableFloat64(length + 1);
    const lineStart = new Int32Array(length + 1);
    const lines = { function: new GrowableInt32(), line: new GrowableInt32(), column: new GrowableInt32() };
    for (let row = 0; row < length; row++) {
      const start = tuples.start(row);
      mapping[row] = tuples.word(start);
      address.push(tuples.float(start + 1));
      for (let at = start + 3; at < tuples.start(row + 1); at += 3) {
        lines.function.push(tuples.word(at));
        lines.line.push(tuples.word(at + 1));
        lines.column.push(tuples.word(at + 2));
      }
      lineStart[row + 1] = lines.line.length;
    }
    return {
      locations: { length, mapping, address: address.finish(), lineStart },
      lines: {
        length: lines.line.length,
        function: lines.function.finish(),
        line: lines.line.finish(),
        column: lines.column.finish(),
      },
    };
  }
}

/** Where the rows of one profile are in `ProfileTables`; they are added in the order they are first asked for. */
export class TableImport {
  readonly #tables: ProfileTables;
  readonly #profile: Profile;
  readonly #options: ImportOptions;
  readonly #strings: Int32Array;
  readonly #mappings: Int32Array;
  readonly #functions: Int32Array;
  readonly #locations: Int32Array;

  constructor(tables: ProfileTables, profile: Profile, options: ImportOptions) {
    this.#tables = tables;
    this.#profile = profile;
    this.#options = options;
    this.#strings = new Int32Array(profile.strings.length).fill(-1);
    this.#mappings = new Int32Array(profile.mappings.length).fill(-1);
    this.#functions = new Int32Array(profile.functions.length).fill(-1);
    this.#locations = new Int32Array(profile.locations.length).fill(-1);
  }

  /** Asks for every row of every table in its order, so that none is lost. */
  all(): void {
    for (let row = 0; row < this.#mappings.length; row++) this.mapping(row);
    for (let row = 0; row < this.#functions.length; row++) this.function(row);
    for (let row = 0; row < this.#locations.length; row++) this.location(row);
  }

  string(index: number): number {
    if (this.#strings[index] < 0) {
      this.#strings[index] = this.#tables.strings.intern(this.#profile.strings[index]);
    }
    return this.#strings[index];
  }

  mapping(row: number): number {
    if (this.#mappings[row] < 0) {
      const { start, limit, fileOffset, file, buildId, flags } = this.#profile.mappings;
      this.#mappings[row] = this.#tables.mapping(
        start[row],
        limit[row],
        fileOffset[row],
        this.string(file[row]),
        this.string(buildId[row]),
        flags[row],
      );
    }
    return this.#mappings[row];
  }

  function(row: number): number {
    if (this.#functions[row] < 0) {
      const { name, linkageName, file, startLine } = this.#profile.functions;
      const isRepeated = this.#options.dropEqualLinkageNames && linkageName[row] === name[row];
      this.#functions[row] = this.#tables.function(
        this.string(name[row]),
        isRepeated ? 0 : this.string(linkageName[row]),
        this.string(file[row]),
        startLine[row],
      );
    }
    return this.#functions[row];
  }

  location(row: number): number {
    if (this.#locations[row] < 0) {
      const { locations, lines } = this.#profile;
      const first = locations.lineStart[row];
      const end = locations.lineStart[row + 1];
      const mapping = locations.mapping[row] < 0 ? -1 : this.mapping(locations.mapping[row]);
      const dropAddress = this.#options.dropKnownAddresses && first < end;
      this.#locations[row] = this.#tables.location(
        mapping,
        dropAddress ? 0 : locations.address[row],
        (tuple) => {
          for (let at = first; at < end; at++) {
            tuple.add(this.function(lines.function[at]));
            tuple.add(lines.line[at]);
            tuple.add(this.#options.dropColumns ? 0 : lines.column[at]);
          }
        },
      );
    }
    return this.#locations[row];
  }
}
