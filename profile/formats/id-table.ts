import { ProfileFormatError } from "../format-error.ts";
import { GrowableInt32 } from "../growable.ts";
import { hashPair } from "../stack-builder.ts";
import type { ProtobufReader } from "./protobuf-reader.ts";

/** 64-bit ids in the order they were read, kept exactly as two halves. */
export class IdColumn {
  readonly low = new GrowableInt32();
  readonly high = new GrowableInt32();

  get length(): number {
    return this.low.length;
  }

  /** Adds the id 0, which means "none", and gives its row. */
  pushNone(): number {
    this.high.push(0);
    return this.low.push(0);
  }

  /** Sets the last id to the number field that `reader` is at. */
  setLast(reader: ProtobufReader): void {
    reader.split(reader.number());
    this.low.set(this.length - 1, reader.low);
    this.high.set(this.length - 1, reader.high);
  }

  isNone(row: number): boolean {
    return this.low.get(row) === 0 && this.high.get(row) === 0;
  }

  /** The id as unsigned decimal text, for messages. */
  text(row: number): string {
    return idText(this.low.get(row), this.high.get(row));
  }
}

/** An id of a file as unsigned decimal text. */
export function idText(low: number, high: number): string {
  return String(BigInt.asUintN(64, (BigInt(high) << 32n) | BigInt(low >>> 0)));
}

/**
 * Where the row of an id is. Ids may be any 64-bit values; when they are small, as nearly all writers make them, the
 * look-up is one array access, else open addressing over both halves.
 */
export class IdTable {
  /** Row + 1 by id, 0 for ids that are not there. Empty when the ids are sparse. */
  readonly #dense: Int32Array;
  readonly #ids: IdColumn;
  /** Hash slots: row + 1, or 0 when free. Empty when the ids are dense. */
  readonly #slots: Int32Array;

  /** Throws `ProfileFormatError` when an id is 0 or occurs twice; `what` is what the ids are of. */
  constructor(ids: IdColumn, what: string) {
    this.#ids = ids;
    const denseLimit = ids.length * 4 + 1024;
    let greatest = 0;
    for (let row = 0; row < ids.length; row++) {
      const high = ids.high.get(row);
      const low = ids.low.get(row);
      greatest = Math.max(greatest, high === 0 && low >= 0 ? low : denseLimit);
    }
    const isDense = greatest < denseLimit;
    this.#dense = new Int32Array(isDense ? greatest + 1 : 0);
    this.#slots = new Int32Array(isDense ? 0 : 2 ** Math.ceil(Math.log2(ids.length * 2 + 1)));
    for (let row = 0; row < ids.length; row++) {
      const low = ids.low.get(row);
      const high = ids.high.get(row);
      if (ids.isNone(row)) {
        throw new ProfileFormatError(
          `Not a readable pprof profile: ${what} ${row + 1} of the file has no id.`,
        );
      }
      if (this.find(low, high) >= 0) {
        throw new ProfileFormatError(
          `Not a readable pprof profile: ${what} id ${ids.text(row)} occurs twice.`,
        );
      }
      if (isDense) this.#dense[low] = row + 1;
      else this.#slots[this.#slot(low, high)] = row + 1;
    }
  }

  /** The row of the id that `reader.int64()` gave last as `value`, or -1. */
  row(reader: ProtobufReader, value: number): number {
    if (value >= 0 && value < this.#dense.length) return this.#dense[value] - 1;
    reader.split(value);
    return this.find(reader.low, reader.high);
  }

  /** The row of an id given as halves, or -1. */
  find(low: number, high: number): number {
    if (this.#slots.length > 0) return this.#slots[this.#slot(low, high)] - 1;
    return high === 0 && low >= 0 && low < this.#dense.length ? this.#dense[low] - 1 : -1;
  }

  /** The slot of the id, or the free one where it would be. */
  #slot(low: number, high: number): number {
    const mask = this.#slots.length - 1;
    let slot = hashPair(low, high) & mask;
    for (;;) {
      const row = this.#slots[slot] - 1;
      if (row < 0 || (this.#ids.low.get(row) === low && this.#ids.high.get(row) === high)) return slot;
      slot = (slot + 1) & mask;
    }
  }
}
