import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import { createGunzip, gzip } from "node:zlib";
import { ProfileFormatError } from "../format-error.ts";
import { decodePprof, encodePprof } from "../formats/pprof.ts";
import type { Profile } from "../profile.ts";
import { writeFileAtomically } from "./atomic-file.ts";

/** What `decodePprof` can read, and a bound for files that inflate a thousandfold. */
const MAX_PPROF_BYTES = 2 ** 31 - 1;
const GZIP_MAGIC = [0x1f, 0x8b];

/**
 * Reads a pprof file, gzipped or plain. Throws `ProfileFormatError` naming the file when it is no pprof profile,
 * damaged, or larger than `maxBytes` when inflated (default 2 GiB); errors of the file system come out as they are.
 */
export async function readPprofFile(path: string, maxBytes = MAX_PPROF_BYTES): Promise<Profile> {
  try {
    return decodePprof(await readInflated(path, maxBytes));
  } catch (error) {
    if (error instanceof ProfileFormatError) throw new ProfileFormatError(`${path}: ${error.message}`);
    if (isZlibError(error)) {
      throw new ProfileFormatError(`${path}: The gzip data is damaged or cut off (${error.message}).`);
    }
    throw error;
  }
}

/** Writes a gzipped pprof file; on any error nothing is left behind and a file that was there stays. */
export async function writePprofFile(profile: Profile, path: string): Promise<void> {
  const bytes = await promisify(gzip)(encodePprof(profile));
  await writeFileAtomically(path, [bytes]);
}

/** The content of a file, inflated if it is gzipped; never holds more than `maxBytes` of it. */
async function readInflated(path: string, maxBytes: number): Promise<Uint8Array> {
  const gathered = new BoundedBytes(maxBytes);
  const chunks = createReadStream(path, { highWaterMark: 1 << 20 });
  const iterator: AsyncIterator<Buffer> = chunks[Symbol.asyncIterator]();
  const first = await iterator.next();
  if (first.done) return new Uint8Array(0);
  async function* all(): AsyncGenerator<Buffer> {
    yield first.value;
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
  }
  try {
    const isGzip = GZIP_MAGIC.every((byte, at) => first.value[at] === byte);
    if (isGzip) {
      await pipeline(all, createGunzip({ chunkSize: 1 << 20 }), async (inflated: AsyncIterable<Buffer>) => {
        for await (const chunk of inflated) gathered.add(chunk);
      });
    } else {
      for await (const chunk of all()) gathered.add(chunk);
    }
  } finally {
    chunks.destroy();
  }
  return gathered.finish();
}

class BoundedBytes {
  readonly #chunks: Buffer[] = [];
  readonly #maxBytes: number;
  #length = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  add(chunk: Buffer): void {
    this.#length += chunk.length;
    if (this.#length > this.#maxBytes) {
      throw new ProfileFormatError(`The profile is larger than ${this.#maxBytes} bytes, the limit.`);
    }
    this.#chunks.push(chunk);
  }

  finish(): Uint8Array {
    return Buffer.concat(this.#chunks, this.#length);
  }
}

function isZlibError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "code" in error && /^Z_/.test(String(error.code));
}
