import zlib from "node:zlib";
import { Decompress, decompress } from "fzstd";
import { type Found, found, missing } from "../found.ts";

/** Streams of the command `zstd` ask for 128 MiB at most, unless `--long` or `--ultra` widen it. */
const MAX_WINDOW_BYTES = 128 << 20;
/** A block unpacks to 128 KiB at most (RFC 8878, 3.1.1.2.4), and RLE blocks of 4 bytes do; so much input at a time. */
const STREAM_PIECE_BYTES = 64 * 1024;

/** Node.js has zstd of its own since 22.15, 2.6 times as fast; its types here are those of Node.js 20. */
const native = zlib as { zstdDecompressSync?: (bytes: Uint8Array, options: object) => Buffer };

/**
 * Unpacks one zstd frame to exactly `size` bytes, which the caller has bounded. undefined: the size is the frame's own
 * claim, or found by unpacking where it makes none, and at most `most`. Missing for everything that is not just so.
 */
export function unzstd(bytes: Uint8Array, size: number | undefined, most: number): Found<Uint8Array> {
  const frame = frameHeader(bytes);
  if (frame === undefined) return missing("is not zstd data");
  if (frame.window > MAX_WINDOW_BYTES && frame.window > most) {
    return missing(`wants a zstd window of ${frame.window} bytes`);
  }
  const claimed = size ?? frame.content;
  if (claimed !== undefined && claimed > most)
    return missing(`unpacks to ${claimed} bytes, more than ${most}`);
  try {
    if (claimed === undefined) return unpackStream(bytes, most);
    if (native.zstdDecompressSync !== undefined) {
      const unpacked = native.zstdDecompressSync(bytes, { maxOutputLength: Math.max(1, claimed) });
      return unpacked.length === claimed ? found(unpacked) : wrongLength(claimed);
    }
    return unpackKnown(bytes, claimed, frame);
  } catch (error) {
    return missing(`holds damaged zstd data (${error instanceof Error ? error.message : error})`);
  }
}

/**
 * fzstd doesn't tell how much it wrote, and works in the rest of the room it is given. So the frame gets one more block,
 * of plain bytes: they must come out right behind the content.
 */
function unpackKnown(bytes: Uint8Array, claimed: number, frame: Frame): Found<Uint8Array> {
  const last = lastBlock(bytes, frame.blocks);
  if (last === undefined) return missing("holds damaged zstd data (it ends early)");
  const marked = new Uint8Array(last.end + 3 + MARK.length + frame.checksumBytes);
  marked.set(bytes.subarray(0, last.end));
  marked[last.start] &= 0xfe;
  const header = (MARK.length << 3) | 1;
  marked.set([header & 0xff, header >> 8, 0, ...MARK], last.end);
  const out = new Uint8Array(claimed + MARK.length);
  decompress(marked, out);
  return MARK.every((byte, i) => out[claimed + i] === byte)
    ? found(out.subarray(0, claimed))
    : wrongLength(claimed);
}

/** Any bytes that a decompressor's working room does not hold by chance. */
const MARK = [0x73, 0x74, 0x61, 0x70, 0xf1, 0x0a, 0x6d, 0xe5];

/** The last block of a frame (RFC 8878, 3.1.1.2): 3 bytes of header and its content. undefined: there is none. */
function lastBlock(bytes: Uint8Array, first: number): { start: number; end: number } | undefined {
  for (let start = first; start + 3 <= bytes.length; ) {
    const header = bytes[start] | (bytes[start + 1] << 8) | (bytes[start + 2] << 16);
    // A run of one byte has its length where others have their size.
    const end = start + 3 + (((header >> 1) & 3) === 1 ? 1 : header >> 3);
    if ((header & 1) === 1) return end <= bytes.length ? { start, end } : undefined;
    start = end;
  }
  return undefined;
}

function unpackStream(bytes: Uint8Array, most: number): Found<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  const stream = new Decompress((piece) => {
    size += piece.length;
    pieces.push(piece);
  });
  for (let at = 0; at < bytes.length; at += STREAM_PIECE_BYTES) {
    const end = Math.min(bytes.length, at + STREAM_PIECE_BYTES);
    stream.push(bytes.subarray(at, end), end === bytes.length);
    if (size > most) return missing(`unpacks to more than ${most} bytes`);
  }
  return found(Buffer.concat(pieces));
}

function wrongLength(claimed: number): Found<Uint8Array> {
  return missing(`does not unpack to the ${claimed} bytes that it claims`);
}

interface Frame {
  /** Bytes of history that the frame asks to keep. */
  window: number;
  content: number | undefined;
  /** Where the blocks begin. */
  blocks: number;
  checksumBytes: number;
}

/** What a frame's header asks for and promises (RFC 8878, 3.1.1.1); undefined for other bytes. */
function frameHeader(bytes: Uint8Array): Frame | undefined {
  if (bytes.length < 6 || bytes[0] !== 0x28 || bytes[1] !== 0xb5 || bytes[2] !== 0x2f || bytes[3] !== 0xfd) {
    return undefined;
  }
  const descriptor = bytes[4];
  const single = (descriptor & 0x20) !== 0;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3];
  const sizeFlag = descriptor >> 6;
  const sizeBytes = sizeFlag === 0 ? (single ? 1 : 0) : 1 << sizeFlag;
  const at = 5 + (single ? 0 : 1) + dictionaryBytes;
  if (at + sizeBytes > bytes.length) return undefined;
  let content = sizeFlag === 1 ? 256 : 0;
  for (let i = 0; i < sizeBytes; i++) content += bytes[at + i] * 2 ** (8 * i);
  const base = 2 ** (10 + (bytes[5] >> 3));
  const window = single ? content : base + (base / 8) * (bytes[5] & 7);
  const checksumBytes = (descriptor & 4) !== 0 ? 4 : 0;
  return { window, content: sizeBytes === 0 ? undefined : content, blocks: at + sizeBytes, checksumBytes };
}
