import { decodeHuffman, type HuffmanTable, readHuffmanTable } from "./huffman-table.ts";
import { ZstdDamage } from "./zstd-damage.ts";

/** Bytes that a block may unpack to (RFC 8878, 3.1.1.2.4). */
export const MAX_BLOCK = 128 * 1024;

/** The literals of a block, and the code that the next block may use again. */
export interface Literals {
  bytes: Uint8Array;
  /** Where the bytes behind the section begin. */
  end: number;
  table: HuffmanTable | undefined;
}

/** Reads the literals section (3.1.1.3.1) of a block `bytes[start … end - 1]`. Throws `ZstdDamage`. */
export function readLiterals(
  bytes: Uint8Array,
  start: number,
  end: number,
  lastTable: HuffmanTable | undefined,
): Literals {
  if (start >= end) throw new ZstdDamage("a block without literals");
  const type = bytes[start] & 3;
  const sizeFormat = (bytes[start] >> 2) & 3;
  if (type < 2) {
    const headBytes = (sizeFormat & 1) === 0 ? 1 : sizeFormat === 1 ? 2 : 3;
    const head = littleEndian(bytes, start, headBytes, end);
    const size = Math.floor(head / (headBytes === 1 ? 8 : 16));
    const at = start + headBytes;
    const after = at + (type === 0 ? size : 1);
    if (size > MAX_BLOCK || after > end) throw new ZstdDamage("literals that are longer than their block");
    const content = type === 0 ? bytes.subarray(at, after) : new Uint8Array(size).fill(bytes[at]);
    return { bytes: content, end: after, table: lastTable };
  }
  const sizeBits = sizeFormat < 2 ? 10 : sizeFormat === 2 ? 14 : 18;
  const headBytes = sizeFormat < 2 ? 3 : sizeFormat === 2 ? 4 : 5;
  const head = littleEndian(bytes, start, headBytes, end);
  const size = Math.floor(head / 16) % 2 ** sizeBits;
  const packed = Math.floor(head / 2 ** (4 + sizeBits));
  let at = start + headBytes;
  const after = at + packed;
  if (size > MAX_BLOCK || after > end) throw new ZstdDamage("literals that are longer than their block");
  let table = lastTable;
  if (type === 2) ({ table, end: at } = readHuffmanTable(bytes, at, after));
  if (table === undefined) throw new ZstdDamage("literals in a code that was not told");
  const content = new Uint8Array(size);
  if (sizeFormat === 0) decodeHuffman(table, bytes, at, after, content, 0, size);
  else decodeFour(table, bytes, at, after, content);
  return { bytes: content, end: after, table };
}

/** Four streams, each a quarter of the content, with the sizes of the first three before them. */
function decodeFour(
  table: HuffmanTable,
  bytes: Uint8Array,
  start: number,
  end: number,
  out: Uint8Array,
): void {
  if (end - start < 6) throw new ZstdDamage("four streams without their sizes");
  const quarter = (out.length + 3) >> 2;
  let at = start + 6;
  for (let i = 0; i < 4; i++) {
    const size = i < 3 ? bytes[start + 2 * i] | (bytes[start + 2 * i + 1] << 8) : end - at;
    const after = at + size;
    if (after > end) throw new ZstdDamage("a stream that is longer than its block");
    const from = Math.min(out.length, i * quarter);
    const to = i < 3 ? Math.min(out.length, from + quarter) : out.length;
    decodeHuffman(table, bytes, at, after, out, from, to);
    at = after;
  }
}

function littleEndian(bytes: Uint8Array, start: number, count: number, end: number): number {
  if (start + count > end) throw new ZstdDamage("a block that ends early");
  let value = 0;
  for (let i = count - 1; i >= 0; i--) value = value * 256 + bytes[start + i];
  return value;
}
