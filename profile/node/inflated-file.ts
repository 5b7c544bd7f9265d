import { createReadStream } from "node:fs";
import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { ProfileFormatError } from "../format-error.ts";

const CHUNK_BYTES = 1 << 20;
const GZIP_MAGIC = [0x1f, 0x8b];

/**
 * The content of a file (`-`: of standard input) in pieces, inflated if it is gzipped. Throws `ProfileFormatError` for
 * gzip data that is damaged or cut off; errors of the file system come out as they are.
 */
export async function* readInflated(path: string): AsyncGenerator<Uint8Array> {
  const source: Readable =
    path === "-" ? process.stdin : createReadStream(path, { highWaterMark: CHUNK_BYTES });
  const iterator: AsyncIterator<Buffer> = source[Symbol.asyncIterator]();
  try {
    const head = await firstBytes(iterator, GZIP_MAGIC.length);
    if (head.length === 0) return;
    if (!GZIP_MAGIC.every((byte, at) => head[at] === byte)) {
      yield head;
      yield* rest(iterator);
      return;
    }
    const gunzip = createGunzip({ chunkSize: CHUNK_BYTES });
    const compressed = Readable.from(
      (async function* () {
        yield head;
        yield* rest(iterator);
      })(),
      { objectMode: false },
    );
    compressed.on("error", (error) => gunzip.destroy(error));
    yield* compressed.pipe(gunzip);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && /^Z_/.test(String(error.code)))) throw error;
    throw new ProfileFormatError(`The gzip data is damaged or cut off (${error.message}).`);
  } finally {
    source.destroy();
  }
}

/** At least `count` bytes, unless there are fewer: a pipe may give them one by one. */
async function firstBytes(iterator: AsyncIterator<Buffer>, count: number): Promise<Buffer> {
  let head: Buffer = Buffer.alloc(0);
  while (head.length < count) {
    const next = await iterator.next();
    if (next.done) return head;
    head = head.length === 0 ? next.value : Buffer.concat([head, next.value]);
  }
  return head;
}

async function* rest(iterator: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
}
