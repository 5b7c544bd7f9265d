import { randomBytes } from "node:crypto";
import { chmod, type FileHandle, open, realpath, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";

/** Small pieces are gathered to writes of about this many bytes: a system call a line would take minutes. */
const WRITE_BYTES = 1 << 20;

/**
 * Writes a file so that nobody ever sees half of it: into a temporary file beside it, then renamed over it. Keeps the
 * permissions of a file that was there, and writes through symbolic links. What is there and no regular file (a pipe,
 * `/dev/stdout`, `/dev/null`) is written to directly, as renaming would replace the device itself.
 *
 * Any error, of the file system or thrown by `chunks`, comes out as it was, after the temporary file has gone.
 */
export async function writeFileAtomically(
  path: string,
  chunks: Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>,
): Promise<void> {
  const existing = await stat(path).catch(ignoreMissing);
  if (existing && !existing.isFile() && !existing.isDirectory()) {
    const file = await open(path, "w");
    await writeChunks(file, chunks).finally(() => file.close());
    return;
  }
  const target = existing ? await realpath(path) : path;
  const temporary = join(dirname(target), `.stapflame-${process.pid}-${randomBytes(6).toString("hex")}.tmp`);
  const file = await open(temporary, "wx");
  try {
    await writeChunks(file, chunks).finally(() => file.close());
    if (existing) await chmod(temporary, existing.mode & 0o777);
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {
      // The first error is the one to tell.
    });
    throw error;
  }
}

async function writeChunks(
  file: FileHandle,
  chunks: Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>,
): Promise<void> {
  let pending: Uint8Array[] = [];
  let pendingBytes = 0;
  for await (const chunk of chunks) {
    const bytes = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
    pending.push(bytes);
    pendingBytes += bytes.length;
    if (pendingBytes < WRITE_BYTES) continue;
    await file.writeFile(Buffer.concat(pending));
    pending = [];
    pendingBytes = 0;
  }
  if (pendingBytes > 0) await file.writeFile(Buffer.concat(pending));
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code === "ENOENT") return undefined;
  throw error;
}
