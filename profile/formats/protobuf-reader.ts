import { ProfileFormatError } from "../format-error.ts";
import { decodeUtf8 } from "../text-codec.ts";

/** Wire types of https://protobuf.dev/programming-guides/encoding/ that pprof can contain. */
export const WireType = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

const TWO_32 = 2 ** 32;

/**
 * Reads one protobuf message of a larger buffer, field by field, without copying. Every read is checked against the
 * message's end and throws `ProfileFormatError` with the byte offset, so that no input can make it run away.
 *
 *     while (reader.nextField()) switch (reader.field) { case 1: … ; default: reader.skip(); }
 */
export class ProtobufReader {
  readonly bytes: Uint8Array;
  /** Offset of the next byte in `bytes`. */
  pos: number;
  /** Where the message ends in `bytes`. */
  end: number;
  /** Number and wire type of the field that `nextField` found. */
  field = 0;
  wireType = 0;
  /** Both halves of the last varint that was longer than four bytes. */
  low = 0;
  high = 0;

  constructor(bytes: Uint8Array, pos = 0, end = bytes.length) {
    this.bytes = bytes;
    this.pos = pos;
    this.end = end;
  }

  /** Goes on with another range of the same buffer. */
  moveTo(pos: number, end: number): void {
    this.pos = pos;
    this.end = end;
  }

  /** Reads the tag of the next field; false at the end of the message. */
  nextField(): boolean {
    if (this.pos >= this.end) return false;
    const tag = this.int64();
    if (tag < 8 || tag >= TWO_32) this.fail(`there is no valid field tag`);
    this.field = tag >>> 3;
    this.wireType = tag & 7;
    return true;
  }

  /**
   * The next varint as a signed 64-bit integer: exact within ±2^53, else rounded (`low` and `high` then have the
   * exact halves).
   */
  int64(): number {
    const { bytes, end } = this;
    let pos = this.pos;
    let value = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      if (pos >= end) this.fail("a number runs past the end of its message");
      const byte = bytes[pos++];
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) {
        this.pos = pos;
        return value;
      }
    }
    return this.#longInt64(pos, value);
  }

  /** The rest of a varint whose first 28 bits are known. Bits beyond the 64th are dropped, as protobuf demands. */
  #longInt64(start: number, first28: number): number {
    let pos = start;
    let low = first28;
    let high = 0;
    for (let index = 4; ; index++) {
      if (index === 10) this.fail("a number is longer than 10 bytes");
      if (pos >= this.end) this.fail("a number runs past the end of its message");
      const byte = this.bytes[pos++];
      const bits = byte & 0x7f;
      if (index === 4) {
        low |= bits << 28;
        high = bits >>> 4;
      } else {
        high |= bits << (index * 7 - 32);
      }
      if (byte < 0x80) break;
    }
    this.pos = pos;
    this.low = low | 0;
    this.high = high | 0;
    return this.high * TWO_32 + (low >>> 0);
  }

  /** Sets `low` and `high` to the halves of `value`, which must be what `int64` gave last. */
  split(value: number): void {
    if (!Number.isSafeInteger(value)) return;
    this.low = value | 0;
    this.high = Math.floor(value / TWO_32);
  }

  /** The value of the current field, which must be a varint. */
  number(): number {
    if (this.wireType !== WireType.varint) this.fail(`field ${this.field} should be a number`);
    return this.int64();
  }

  /** The values of the current field of a repeated number: one, or packed any number. */
  numbers(take: (value: number) => void): void {
    if (this.wireType !== WireType.bytes) {
      take(this.number());
      return;
    }
    this.message(() => {
      while (this.pos < this.end) take(this.int64());
    });
  }

  /** The value of the current field as a string index of the file, which has fewer than 2^31 strings. */
  stringIndex(): number {
    const index = this.number();
    if (index < 0 || index > 0x7fffffff) this.fail(`a string index is ${index}`);
    return index;
  }

  /** Runs `read` on the message in the current field alone. */
  message(read: () => void): void {
    const outerEnd = this.end;
    this.end = this.bytesEnd();
    read();
    this.end = outerEnd;
  }

  /** The end of the current field's bytes, which begin at `pos`; the field must be a string, message or packed list. */
  bytesEnd(): number {
    if (this.wireType !== WireType.bytes) this.fail(`field ${this.field} should be a string or message`);
    const length = this.int64();
    if (length < 0 || length > this.end - this.pos) {
      this.fail(`field ${this.field} is longer than the rest of its message`);
    }
    return this.pos + length;
  }

  /** The current field as text; what is not UTF-8 becomes U+FFFD. */
  text(): string {
    const end = this.bytesEnd();
    const { bytes, pos } = this;
    this.pos = end;
    // The decoder's call costs more than a short name; nearly all names are ASCII.
    if (end - pos > 24) return decodeUtf8(bytes.subarray(pos, end));
    let text = "";
    for (let at = pos; at < end; at++) {
      if (bytes[at] >= 0x80) return decodeUtf8(bytes.subarray(pos, end));
      text += String.fromCharCode(bytes[at]);
    }
    return text;
  }

  /** Passes over the current field. */
  skip(): void {
    switch (this.wireType) {
      case WireType.varint:
        this.int64();
        return;
      case WireType.fixed64:
        this.#advance(8);
        return;
      case WireType.bytes:
        this.pos = this.bytesEnd();
        return;
      case WireType.fixed32:
        this.#advance(4);
        return;
      default:
        this.fail(`field ${this.field} has the unknown wire type ${this.wireType}`);
    }
  }

  #advance(count: number): void {
    if (count > this.end - this.pos) this.fail(`field ${this.field} runs past the end of its message`);
    this.pos += count;
  }

  fail(what: string): never {
    throw new ProfileFormatError(`Not a readable pprof profile: at byte ${this.pos}, ${what}.`);
  }
}
