import { posix } from "node:path";
import zlib from "node:zlib";
import { unxz } from "../elf/xz.ts";
import { unzstd } from "../elf/zstd.ts";
import { fileSource } from "../file-source.ts";
import { type Found, found, missing } from "../found.ts";

/** amdgpu, the largest module, has 25 MiB without debug information and 400 with it. */
const MAX_MODULE_BYTES = 512 << 20;
const MAX_PACKED_BYTES = 128 << 20;

/** A file packed by xz, zstd or gzip, told by its name's ending, as bytes. */
export function unpackFile(path: string): Found<Uint8Array> {
  const source = fileSource(path);
  if (source.found === undefined) return missing(source.missing, source.missing.endsWith("(ENOENT)"));
  try {
    if (source.found.size > MAX_PACKED_BYTES) return missing("is too large to unpack");
    const packed = source.found.read(0, source.found.size);
    const unpack = UNPACKERS[posix.extname(path)];
    return unpack === undefined ? missing("is packed in an unknown way") : unpack(packed);
  } finally {
    source.found.close();
  }
}

const UNPACKERS: Record<string, (packed: Uint8Array) => Found<Uint8Array>> = {
  ".xz": (packed) => unxz(packed, MAX_MODULE_BYTES),
  ".zst": (packed) => unzstd(packed, undefined, MAX_MODULE_BYTES),
  ".gz": (packed) => {
    try {
      return found(zlib.gunzipSync(packed, { maxOutputLength: MAX_MODULE_BYTES }));
    } catch (error) {
      return missing(`holds damaged gzip data (${error instanceof Error ? error.message : error})`);
    }
  },
};
