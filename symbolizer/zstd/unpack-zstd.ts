import type { HuffmanTable } from "./huffman-table.ts";
import { MAX_BLOCK, readLiterals } from "./literals.ts";
import { SequenceState, unpackSequences } from "./sequences.ts";
import { ZstdDamage } from "./zstd-damage.ts";

/** What the header of a frame tells (RFC 8878, 3.1.1.1). */
export interface ZstdFrame {
  /** Bytes of the content; undefined where it is not told. */
  content: number | undefined;
  /** Where the blocks begin. */
  blocks: number;
  hasChecksum: boolean;
}

const MAGIC = 0xfd2fb528;
const FIRST_ROOM = 256 * 1024;

/** Reads a frame's header at `start`. Throws `ZstdDamage`. */
export function readFrameHeader(bytes: Uint8Array, start = 0): ZstdFrame {
  if (bytes.length < start + 6 || word(bytes, start) !== MAGIC) throw new ZstdDamage("no zstd frame");
  const descriptor = bytes[start + 4];
  if ((descriptor & 0x08) !== 0) throw new ZstdDamage("a reserved bit that is set");
  const single = (descriptor & 0x20) !== 0;
  const sizeFlag = descriptor >> 6;
  const sizeBytes = sizeFlag === 0 ? (single ? 1 : 0) : 1 << sizeFlag;
  let at = start + (single ? 5 : 6);
  for (const end = at + [0, 1, 2, 4][descriptor & 3]; at < end; at++) {
    if (bytes[at] !== 0) throw new ZstdDamage("a dictionary that is not at hand");
  }
  let content = sizeFlag === 1 ? 256 : 0;
  for (let i = 0; i < sizeBytes; i++) content += bytes[at + i] * 2 ** (8 * i);
  if (at + sizeBytes > bytes.length) throw new ZstdDamage("a header that ends early");
  return {
    content: sizeBytes === 0 ? undefined : content,
    blocks: at + sizeBytes,
    hasChecksum: (descriptor & 4) !== 0,
  };
}

/**
 * Unpacks zstd frames, one behind the other, to at most `most` bytes. Time and memory are bounded by the sizes of input
 * and content. Checksums are not compared. Throws `ZstdDamage` for anything that breaks the format or is too long.
 */
export function unpackZstd(bytes: Uint8Array, most: number): Uint8Array {
  let out = new Uint8Array(0);
  let size = 0;
  for (let at = 0; at < bytes.length; ) {
    if (isSkippable(bytes, at)) {
      at += 8 + word(bytes, at + 4);
      if (at > bytes.length) throw new ZstdDamage("a frame that ends early");
      continue;
    }
    const frame = readFrameHeader(bytes, at);
    if ((frame.content ?? 0) > most - size) throw new ZstdDamage(`more than ${most} bytes`);
    const unpacked = new FrameUnpacker(bytes, frame, out, size, most);
    at = unpacked.run();
    if (frame.content !== undefined && unpacked.size - size !== frame.content) {
      throw new ZstdDamage(`not the ${frame.content} bytes that it promises`);
    }
    out = unpacked.out;
    size = unpacked.size;
  }
  return out.subarray(0, size);
}

class FrameUnpacker {
  out: Uint8Array<ArrayBuffer>;
  size: number;
  readonly #bytes: Uint8Array;
  readonly #frame: ZstdFrame;
  /** What the whole output may grow to, and what the frame's promise lets it. */
  readonly #most: number;
  readonly #promised: number;
  readonly #sequences = new SequenceState();
  #table: HuffmanTable | undefined;

  constructor(bytes: Uint8Array, frame: ZstdFrame, out: Uint8Array<ArrayBuffer>, size: number, most: number) {
    this.#bytes = bytes;
    this.#frame = frame;
    this.#most = most;
    this.#promised = frame.content === undefined ? Number.POSITIVE_INFINITY : size + frame.content;
    this.out = out;
    this.size = size;
  }

  /** Unpacks all blocks (3.1.1.2); gives where the bytes behind the frame begin. */
  run(): number {
    const bytes = this.#bytes;
    if (this.#frame.content !== undefined) this.#makeRoom(this.#promised);
    for (let at = this.#frame.blocks; ; ) {
      if (at + 3 > bytes.length) throw new ZstdDamage("a frame without its last block");
      const head = bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16);
      const type = (head >> 1) & 3;
      const size = head >> 3;
      at += 3;
      const end = at + (type === 1 ? 1 : size);
      if (size > MAX_BLOCK || end > bytes.length) throw new ZstdDamage("a block that ends early");
      this.#block(type, at, end, size);
      if (this.size > this.#most) throw new ZstdDamage(`more than ${this.#most} bytes`);
      at = end;
      if ((head & 1) === 0) continue;
      const after = at + (this.#frame.hasChecksum ? 4 : 0);
      if (after > bytes.length) throw new ZstdDamage("a frame that ends early");
      return after;
    }
  }

  #block(type: number, start: number, end: number, size: number): void {
    const bytes = this.#bytes;
    const limit = Math.min(this.#promised, this.size + MAX_BLOCK);
    if (type < 2 && this.size + size > limit) throw new ZstdDamage("more bytes than it promises");
    this.#makeRoom(type < 2 ? this.size + size : limit);
    switch (type) {
      case 0:
        this.out.set(bytes.subarray(start, end), this.size);
        this.size += size;
        break;
      case 1:
        this.out.fill(bytes[start], this.size, this.size + size);
        this.size += size;
        break;
      case 2: {
        const literals = readLiterals(bytes, start, end, this.#table);
        this.#table = literals.table;
        this.size = unpackSequences(
          bytes,
          literals.end,
          end,
          literals.bytes,
          this.#sequences,
          this.out,
          this.size,
          limit,
        );
        break;
      }
      default:
        throw new ZstdDamage("a block of a reserved type");
    }
  }

  #makeRoom(size: number): void {
    if (size <= this.out.length) return;
    const known = this.#frame.content !== undefined;
    const room = known
      ? size
      : Math.max(size, Math.min(this.#most, Math.max(this.out.length * 2, FIRST_ROOM)));
    const wider = new Uint8Array(room);
    wider.set(this.out.subarray(0, this.size));
    this.out = wider;
  }
}

function isSkippable(bytes: Uint8Array, at: number): boolean {
  return at + 8 <= bytes.length && word(bytes, at) >>> 4 === 0x184d2a5;
}

function word(bytes: Uint8Array, at: number): number {
  return (bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24)) >>> 0;
}
