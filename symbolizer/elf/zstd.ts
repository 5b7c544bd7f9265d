import zlib from "node:zlib";
import { errorCode } from "../error-code.ts";
import { type Found, found, missing } from "../found.ts";
import { readFrameHeader, unpackZstd } from "../zstd/unpack-zstd.ts";
import { ZstdDamage } from "../zstd/zstd-damage.ts";

/** Node.js has zstd of its own since 22.15, which is faster; its types here are those of Node.js 20. */
const native = zlib as { zstdDecompressSync?: (bytes: Uint8Array, options: object) => Buffer };

/**
 * Unpacks zstd data to exactly `size` bytes, which the caller has bounded. undefined: the size is the frame's own
 * claim, or found by unpacking where it makes none, and at most `most`. Missing for everything that is not just so.
 */
export function unzstd(bytes: Uint8Array, size: number | undefined, most: number): Found<Uint8Array> {
  try {
    const claimed = size ?? readFrameHeader(bytes).content;
    if (claimed !== undefined && claimed > most) {
      return missing(`unpacks to ${claimed} bytes, more than ${most}`);
    }
    const unpacked = unpack(bytes, claimed ?? most);
    return claimed === undefined || unpacked.length === claimed
      ? found(unpacked)
      : missing(`does not unpack to the ${claimed} bytes that it claims`);
  } catch (error) {
    if (error instanceof ZstdDamage) return missing(`holds damaged zstd data (${error.message})`);
    throw error;
  }
}

function unpack(bytes: Uint8Array, most: number): Uint8Array {
  if (native.zstdDecompressSync === undefined) return unpackZstd(bytes, most);
  try {
    return native.zstdDecompressSync(bytes, { maxOutputLength: Math.max(1, most) });
  } catch (error) {
    if (errorCode(error) === "ERR_BUFFER_TOO_LARGE") throw new ZstdDamage(`more than ${most} bytes`);
    throw new ZstdDamage(error instanceof Error ? error.message : String(error));
  }
}
