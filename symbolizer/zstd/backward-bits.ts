import { ZstdDamage } from "./zstd-damage.ts";

/**
 * Bits that are read from their end to their begin (RFC 8878, 4.1): the last byte's highest set bit marks where they
 * end, and each value's first bit is its highest.
 */
export class BackwardBits {
  readonly #bytes: Uint8Array;
  readonly #start: number;
  /** Bits that are left; less than 0 once more were read than there are. */
  left: number;

  /** Of `bytes[start … end - 1]`. Throws `ZstdDamage`. */
  constructor(bytes: Uint8Array, start: number, end: number) {
    const last = end > start ? bytes[end - 1] : 0;
    if (last === 0) throw new ZstdDamage("bits without an end mark");
    this.#bytes = bytes;
    this.#start = start;
    this.left = (end - start - 1) * 8 + 31 - Math.clz32(last);
  }

  /** The next `count` bits, at most 24. What lies before the begin reads as any bits: see to `left`. */
  read(count: number): number {
    this.left -= count;
    const { left } = this;
    const at = this.#start + (left >> 3);
    const bytes = this.#bytes;
    const word = bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24);
    return (word >>> (left & 7)) & ((1 << count) - 1);
  }
}
