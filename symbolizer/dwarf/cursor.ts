import { endsInside } from "./damage.ts";

const TWO_32 = 2 ** 32;

/**
 * A place in bytes that moves on as numbers are read. One class for all of DWARF's tables, written so that engines
 * inline it: no DataView, no BigInt, no object a number. Reading beyond `end` throws `DwarfDamage`.
 */
export class Cursor {
  readonly bytes: Uint8Array;
  readonly littleEndian: boolean;
  position: number;
  readonly end: number;

  constructor(bytes: Uint8Array, littleEndian: boolean, position = 0, end = bytes.length) {
    this.bytes = bytes;
    this.littleEndian = littleEndian;
    this.position = position;
    this.end = Math.min(end, bytes.length);
  }

  u8(): number {
    const at = this.position;
    if (at >= this.end) endsInside();
    this.position = at + 1;
    return this.bytes[at];
  }

  u16(): number {
    const at = this.advance(2);
    const { bytes } = this;
    return this.littleEndian ? bytes[at] | (bytes[at + 1] << 8) : (bytes[at] << 8) | bytes[at + 1];
  }

  u24(): number {
    const at = this.advance(3);
    const { bytes } = this;
    return this.littleEndian
      ? bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16)
      : (bytes[at] << 16) | (bytes[at + 1] << 8) | bytes[at + 2];
  }

  u32(): number {
    return this.i32() >>> 0;
  }

  i32(): number {
    const at = this.advance(4);
    const { bytes } = this;
    return this.littleEndian
      ? bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24)
      : (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];
  }

  /** 64 bits as unsigned; exact to 2^53, which no offset or size exceeds. */
  u64(): number {
    const first = this.u32();
    const second = this.u32();
    return this.littleEndian ? second * TWO_32 + first : first * TWO_32 + second;
  }

  /** An unsigned number of 1, 2, 3, 4 or 8 bytes. */
  unsigned(size: number): number {
    switch (size) {
      case 1:
        return this.u8();
      case 2:
        return this.u16();
      case 3:
        return this.u24();
      case 4:
        return this.u32();
      default:
        return this.u64();
    }
  }

  /** An address of `size` bytes; those of 8 are taken as signed, as profiles keep them: the kernel's fit exactly. */
  address(size: number): number {
    if (size !== 8) return this.unsigned(size);
    if (this.littleEndian) {
      const low = this.u32();
      return this.i32() * TWO_32 + low;
    }
    const high = this.i32();
    return high * TWO_32 + this.u32();
  }

  /** Unsigned LEB128. Exact to 2^53; bits from 2^70 on are dropped, as paddings of zeros there may be. */
  uleb(): number {
    const at = this.position;
    if (at >= this.end) endsInside();
    const byte = this.bytes[at];
    this.position = at + 1;
    return byte < 0x80 ? byte : this.#longUleb(byte & 0x7f);
  }

  #longUleb(first: number): number {
    const { bytes, end } = this;
    let value = first;
    let scale = 0x80;
    for (let at = this.position; at < end; at++) {
      const byte = bytes[at];
      if (scale < 2 ** 70) value += (byte & 0x7f) * scale;
      scale *= 0x80;
      if (byte < 0x80) {
        this.position = at + 1;
        return value;
      }
    }
    return endsInside();
  }

  /** Signed LEB128, exact to 2^53. */
  sleb(): number {
    const { bytes, end } = this;
    let value = 0;
    let scale = 1;
    for (let at = this.position; at < end; at++) {
      const byte = bytes[at];
      if (scale < 2 ** 70) value += (byte & 0x7f) * scale;
      scale *= 0x80;
      if (byte < 0x80) {
        this.position = at + 1;
        return byte & 0x40 ? value - Math.min(scale, 2 ** 70) : value;
      }
    }
    return endsInside();
  }

  skip(length: number): void {
    this.advance(length);
  }

  skipLeb(): void {
    const { bytes, end } = this;
    let at = this.position;
    while (at < end && bytes[at] >= 0x80) at++;
    if (at >= end) endsInside();
    this.position = at + 1;
  }

  skipString(): void {
    const { bytes, end } = this;
    let at = this.position;
    while (at < end && bytes[at] !== 0) at++;
    if (at >= end) endsInside();
    this.position = at + 1;
  }

  /** Moves on, and gives where it was. */
  advance(length: number): number {
    const at = this.position;
    if (!(length <= this.end - at)) endsInside();
    this.position = at + length;
    return at;
  }
}
