import zlib from "node:zlib";
import type { ByteSource } from "../byte-source.ts";
import { type Found, found, missing } from "../found.ts";
import { Fields, type Layout } from "./layout.ts";
import { MAX_UNPACKED_BYTES, unpackRefusal } from "./unpack-limits.ts";
import { unzstd } from "./zstd.ts";

/** `ch_type` (gABI, "Section Compression"). */
const COMPRESSION_ZLIB = 1;
const COMPRESSION_ZSTD = 2;
/** "ZLIB", then the size in 8 bytes, big-endian: GNU's way before the gABI had one (`.zdebug_info`). */
const OLD_HEADER_BYTES = 12;

/** Unpacks a section with the flag SHF_COMPRESSED; `packed` is what the section holds in the file. */
export function unpackSection(packed: ByteSource, layout: Layout): Found<Uint8Array> {
  const headerBytes = layout.is64 ? 24 : 12;
  const header = packed.read(0, headerBytes);
  if (header.length < headerBytes) return missing("is too short for a compressed section");
  const fields = new Fields(header, layout);
  const algorithm = fields.u32(0);
  return unpack(packed, headerBytes, algorithm, layout.is64 ? fields.u64(8) : fields.u32(4));
}

/** Unpacks a `.zdebug_…` section. One without the header is plain, as binutils take it. */
export function unpackOldSection(packed: ByteSource): Found<Uint8Array> | undefined {
  const header = packed.read(0, OLD_HEADER_BYTES);
  if (header.length < OLD_HEADER_BYTES || String.fromCharCode(...header.subarray(0, 4)) !== "ZLIB")
    return undefined;
  const size = new Fields(header, { is64: true, littleEndian: false }).u64(4);
  return unpack(packed, OLD_HEADER_BYTES, COMPRESSION_ZLIB, size);
}

function unpack(source: ByteSource, offset: number, algorithm: number, size: number): Found<Uint8Array> {
  if (algorithm !== COMPRESSION_ZLIB && algorithm !== COMPRESSION_ZSTD) {
    return missing(`is compressed in an unknown way (${algorithm})`);
  }
  const refusal = unpackRefusal(source.size - offset, size);
  if (refusal !== undefined) return missing(refusal);
  if (size === 0) return found(new Uint8Array(0));
  // Larger than what it unpacks to by more than headers: nothing that a compressor writes, and maybe gigabytes.
  if (source.size - offset > size * 2 + 4096) return missing("is larger compressed than plain");
  const packed = source.read(offset, source.size - offset);
  return algorithm === COMPRESSION_ZSTD ? unzstd(packed, size, MAX_UNPACKED_BYTES) : inflate(packed, size);
}

function inflate(packed: Uint8Array, size: number): Found<Uint8Array> {
  try {
    // One chunk that holds all: no pieces to join, so the section lies in memory once.
    const chunkSize = Math.max(64, size + 1);
    const bytes = zlib.inflateSync(packed, { maxOutputLength: Math.max(1, size), chunkSize });
    // Not as a Buffer: engines read fastest what is always of one class, and its `subarray` is slow.
    return bytes.length === size
      ? found(new Uint8Array(bytes.buffer, bytes.byteOffset, size))
      : missing(`does not unpack to the ${size} bytes that it claims`);
  } catch (error) {
    return missing(`holds damaged zlib data (${error instanceof Error ? error.message : error})`);
  }
}
