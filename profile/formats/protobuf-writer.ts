import { encodeUtf8Into } from "../text-codec.ts";
import { WireType } from "./protobuf-reader.ts";

const TWO_32 = 2 ** 32;
const TWO_63 = 2 ** 63;

/**
 * Writes protobuf into a buffer that doubles. Lengths of nested messages are computed beforehand by the caller (see
 * `varintSize`), so that nothing is written twice.
 */
export class ProtobufWriter {
  #bytes: Uint8Array;
  #pos = 0;

  constructor(capacity = 1 << 16) {
    this.#bytes = new Uint8Array(capacity);
  }

  /** Bytes written so far. */
  get length(): number {
    return this.#pos;
  }

  /** Makes room for `count` bytes; the unchecked writes below must stay within what was asked for. */
  reserve(count: number): void {
    const needed = this.#pos + count;
    if (needed <= this.#bytes.length) return;
    const wider = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    wider.set(this.#bytes.subarray(0, this.#pos));
    this.#bytes = wider;
  }

  /** A varint below 2^31, unchecked: at most 5 bytes. */
  uint31(value: number): void {
    const bytes = this.#bytes;
    let pos = this.#pos;
    let rest = value;
    while (rest >= 0x80) {
      bytes[pos++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    bytes[pos++] = rest;
    this.#pos = pos;
  }

  /** Any integer as the 64 bits of its two's complement, unchecked: at most 10 bytes. */
  int64(value: number): void {
    if (value >= 0 && value < 0x80000000) {
      this.uint31(value);
      return;
    }
    let low = value >>> 0;
    let high = Math.floor(value / TWO_32) >>> 0;
    while (high !== 0 || low >= 0x80) {
      this.#bytes[this.#pos++] = (low & 0x7f) | 0x80;
      low = ((low >>> 7) | (high << 25)) >>> 0;
      high >>>= 7;
    }
    this.#bytes[this.#pos++] = low;
  }

  /** Bytes as they are. */
  raw(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.#bytes.set(bytes, this.#pos);
    this.#pos += bytes.length;
  }

  /** Repeats `length` bytes that were written at `start`, unchecked. */
  copy(start: number, length: number): void {
    this.#bytes.copyWithin(this.#pos, start, start + length);
    this.#pos += length;
  }

  /** Begins a field whose content is `length` bytes, and makes room for all of it. */
  bytesField(field: number, length: number): void {
    this.reserve(length + 15);
    this.uint31(field * 8 + WireType.bytes);
    this.uint31(length);
  }

  /** A number field; 0 is left out, as proto3 does. */
  numberField(field: number, value: number): void {
    if (value !== 0) this.repeatedNumber(field, value);
  }

  /** A number field that is there even for 0: an element of a repeated field, not packed. */
  repeatedNumber(field: number, value: number): void {
    this.reserve(15);
    this.uint31(field * 8);
    this.int64(value);
  }

  textField(field: number, text: string): void {
    const bound = text.length * 3;
    this.reserve(bound + 15);
    this.uint31(field * 8 + WireType.bytes);
    // The length comes first but is known last: write behind the widest one, then close the gap.
    const room = varintSize(bound);
    const written = encodeUtf8Into(text, this.#bytes, this.#pos + room);
    const used = varintSize(written);
    if (used < room) this.#bytes.copyWithin(this.#pos + used, this.#pos + room, this.#pos + room + written);
    this.uint31(written);
    this.#pos += written;
  }

  /** What was written, a view of the buffer. */
  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#pos);
  }
}

/** Bytes of `ProtobufWriter.int64(value)`. */
export function varintSize(value: number): number {
  if (value < 0) return 10;
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  if (value < 0x200000) return 3;
  if (value < 0x10000000) return 4;
  let size = 4;
  for (let rest = value / 0x10000000; rest >= 1; rest /= 0x80) size++;
  return size;
}

/** Bytes of `numberField` for a field below 16. */
export function numberFieldSize(value: number): number {
  return value === 0 ? 0 : 1 + varintSize(value);
}

/** The nearest value of an int64 field: whole, within 64 bits, NaN as 0. */
export function toInt64(value: number): number {
  if (Number.isInteger(value) && value < TWO_63 && value >= -TWO_63) return value;
  if (Number.isNaN(value)) return 0;
  // The greatest double below 2^63.
  return Math.min(TWO_63 - 1024, Math.max(-TWO_63, Math.round(value)));
}
