import { ProfileFormatError } from "../format-error.ts";
import { StackBuilder } from "../stack-builder.ts";
import { type IdTable, idText } from "./id-table.ts";
import { PackedListCache } from "./packed-list-cache.ts";
import { SampleField } from "./pprof-fields.ts";
import { type ProtobufReader, WireType } from "./protobuf-reader.ts";

/** Turns the location lists of samples, leaf first, into rows of the prefix tree. */
export class StackReader {
  readonly stacks = new StackBuilder();
  readonly #reader: ProtobufReader;
  readonly #locationOf: IdTable;
  readonly #known: PackedListCache;
  /** The path of the current sample, leaf first. */
  #locations: Int32Array = new Int32Array(256);
  #length = 0;
  /** The path that was read before, root first, and its rows: neighbours mostly share most of it. */
  #lastLocations: Int32Array = new Int32Array(256);
  #lastRows: Int32Array = new Int32Array(256);
  #lastLength = 0;

  constructor(reader: ProtobufReader, locationOf: IdTable, sampleCount: number) {
    this.#reader = reader;
    this.#locationOf = locationOf;
    this.#known = new PackedListCache(reader.bytes, sampleCount);
  }

  /** The stack of the packed ids from `start` to `end`; -1 when there are none. `sample` is for messages. */
  packed(start: number, end: number, sample: number): number {
    if (start === end) return -1;
    const hash = this.#known.hash(start, end);
    const known = this.#known.find(hash, start, end);
    if (known >= 0) return known;
    this.#length = 0;
    this.#readPacked(start, end, sample);
    const row = this.#pathRow();
    this.#known.put(hash, start, end, row);
    return row;
  }

  /** The stack of a sample's message from `start` to `end`, however its ids are spread over fields. */
  spread(start: number, end: number, sample: number): number {
    const reader = this.#reader;
    this.#length = 0;
    reader.moveTo(start, end);
    while (reader.nextField()) {
      if (reader.field !== SampleField.locationId) reader.skip();
      else if (reader.wireType !== WireType.bytes) this.#add(reader.number(), sample);
      else {
        const listEnd = reader.bytesEnd();
        this.#readPacked(reader.pos, listEnd, sample);
        reader.moveTo(listEnd, end);
      }
    }
    return this.#pathRow();
  }

  #readPacked(start: number, end: number, sample: number): void {
    const reader = this.#reader;
    reader.moveTo(start, end);
    while (reader.pos < end) this.#add(reader.int64(), sample);
  }

  /** `id` must be what the reader gave last. */
  #add(id: number, sample: number): void {
    const location = this.#locationOf.row(this.#reader, id);
    if (location < 0) throw this.#unknownLocation(id, sample);
    if (this.#length === this.#locations.length) {
      this.#locations = doubled(this.#locations);
      this.#lastLocations = doubled(this.#lastLocations);
      this.#lastRows = doubled(this.#lastRows);
    }
    this.#locations[this.#length++] = location;
  }

  /** The row of the current path's leaf; -1 when it is empty. */
  #pathRow(): number {
    const locations = this.#locations;
    const lastLocations = this.#lastLocations;
    const lastRows = this.#lastRows;
    const length = this.#length;
    const common = Math.min(length, this.#lastLength);
    let depth = 0;
    while (depth < common && lastLocations[depth] === locations[length - 1 - depth]) depth++;
    let row = depth === 0 ? -1 : lastRows[depth - 1];
    for (; depth < length; depth++) {
      const location = locations[length - 1 - depth];
      row = this.stacks.child(row, location);
      lastLocations[depth] = location;
      lastRows[depth] = row;
    }
    this.#lastLength = length;
    return row;
  }

  #unknownLocation(id: number, sample: number): ProfileFormatError {
    const reader = this.#reader;
    reader.split(id);
    return new ProfileFormatError(
      `Not a readable pprof profile: sample ${sample + 1} names location ${idText(reader.low, reader.high)}, which is not in the file.`,
    );
  }
}

function doubled(column: Int32Array): Int32Array {
  const wide = new Int32Array(column.length * 2);
  wide.set(column);
  return wide;
}
