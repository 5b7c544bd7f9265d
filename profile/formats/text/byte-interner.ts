import { ProfileFormatError } from "../../format-error.ts";
import { GrowableInt32 } from "../../growable.ts";
import { decodeUtf8 } from "../../text-codec.ts";

/** Offsets are kept in 32-bit columns. */
const MAX_ARENA_BYTES = 2 ** 31 - 1;

/**
 * Gives each distinct sequence of bytes a row, from 0 on, and keeps one copy of it. Text that repeats a million times
 * is so decoded once. Open addressing, exact. Bytes are hashed and compared four at a time: this is what reading a
 * text of stacks mostly does.
 */
export class ByteInterner {
  #arena = new Uint8Array(1 << 16);
  #arenaView = new DataView(this.#arena.buffer);
  /** A view of the bytes that were asked for last: mostly the same chunk again. */
  #viewed: Uint8Array = this.#arena;
  #view: DataView = this.#arenaView;
  #arenaLength = 0;
  /** Where each row begins; one more entry than rows. */
  readonly #start = new GrowableInt32(1024);
  readonly #hashes = new GrowableInt32(1024);
  /** Hash slots: row + 1, or 0 when free. */
  #slots = new Int32Array(2048);

  constructor() {
    this.#start.push(0);
  }

  get length(): number {
    return this.#hashes.length;
  }

  /** The row of `bytes[start] … bytes[end - 1]`; a new one is `length` as it was before. */
  intern(bytes: Uint8Array, start: number, end: number): number {
    if (bytes !== this.#viewed) {
      this.#viewed = bytes;
      this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    }
    const view = this.#view;
    let hash = end - start;
    let at = start;
    for (; at + 4 <= end; at += 4) {
      hash = Math.imul(hash ^ view.getInt32(at, true), 0x9e3779b1);
      hash ^= hash >>> 15;
    }
    for (; at < end; at++) hash = Math.imul(hash ^ bytes[at], 0x01000193);
    hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
    hash ^= hash >>> 13;
    const slots = this.#slots;
    const mask = slots.length - 1;
    let slot = hash & mask;
    for (;;) {
      const row = slots[slot] - 1;
      if (row < 0) break;
      if (this.#hashes.get(row) === hash && this.#equals(row, bytes, start, end)) return row;
      slot = (slot + 1) & mask;
    }
    return this.#add(bytes, start, end, hash, slot);
  }

  /** The bytes of a row; valid until the next `intern`. */
  bytes(row: number): Uint8Array {
    return this.#arena.subarray(this.#start.get(row), this.#start.get(row + 1));
  }

  text(row: number): string {
    return decodeUtf8(this.bytes(row));
  }

  #equals(row: number, bytes: Uint8Array, start: number, end: number): boolean {
    const from = this.#start.get(row);
    if (this.#start.get(row + 1) - from !== end - start) return false;
    const view = this.#view;
    const arena = this.#arenaView;
    const shift = from - start;
    let at = start;
    for (; at + 4 <= end; at += 4) {
      if (arena.getInt32(at + shift, true) !== view.getInt32(at, true)) return false;
    }
    for (; at < end; at++) if (arena.getUint8(at + shift) !== bytes[at]) return false;
    return true;
  }

  #add(bytes: Uint8Array, start: number, end: number, hash: number, slot: number): number {
    const length = this.#arenaLength + end - start;
    if (length > MAX_ARENA_BYTES) throw new ProfileFormatError("It has more than 2 GiB of distinct names.");
    if (length > this.#arena.length) {
      const wider = new Uint8Array(Math.min(MAX_ARENA_BYTES, Math.max(length, this.#arena.length * 2)));
      wider.set(this.#arena.subarray(0, this.#arenaLength));
      this.#arena = wider;
      this.#arenaView = new DataView(wider.buffer);
    }
    this.#arena.set(bytes.subarray(start, end), this.#arenaLength);
    this.#arenaLength = length;
    this.#start.push(length);
    const row = this.#hashes.push(hash);
    this.#slots[slot] = row + 1;
    if (this.length * 2 > this.#slots.length) this.#rehash();
    return row;
  }

  #rehash(): void {
    this.#slots = new Int32Array(this.#slots.length * 2);
    const mask = this.#slots.length - 1;
    for (let row = 0; row < this.length; row++) {
      let slot = this.#hashes.get(row) & mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
      this.#slots[slot] = row + 1;
    }
  }
}
