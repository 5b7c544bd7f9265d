import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { type ByteSource, clampRange } from "./byte-source.ts";
import { errnoText } from "./errno-text.ts";
import { type Found, found, missing } from "./found.ts";

/** Names and headers are read in small pieces that lie close together; a page of the cache serves many of them. */
const PAGE_BYTES = 16 * 1024;
/** 8 MiB a file: the names of a program as large as Node.js fit, and are read in order of address, not of name. */
const MAX_PAGES = 512;

/**
 * A regular file as a source. A number is a descriptor that stays the caller's to close; a path is opened here without
 * waiting on a FIFO or device, and closed by `close()`.
 */
export function fileSource(file: number | string): Found<ByteSource> {
  let fd: number;
  try {
    fd = typeof file === "number" ? file : openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    return missing(errnoText(error));
  }
  const owned = typeof file === "string";
  const release = () => {
    if (owned) closeSync(fd);
  };
  try {
    const status = fstatSync(fd);
    if (status.isFile()) return found(cachedSource(fd, status.size, release));
    release();
    return missing("is not a regular file");
  } catch (error) {
    release();
    return missing(errnoText(error));
  }
}

/**
 * Reads through a least-recently-used cache of pages. Pages are dropped, never overwritten, so what was handed out
 * stays as it was. A file that shrinks meanwhile reads as ending earlier; one that fails to read reads as empty there.
 */
export function cachedSource(fd: number, size: number, release: () => void): ByteSource {
  const pages = new Map<number, Uint8Array>();

  function page(index: number): Uint8Array {
    const known = pages.get(index);
    if (known !== undefined) {
      pages.delete(index);
      pages.set(index, known);
      return known;
    }
    const start = index * PAGE_BYTES;
    const fresh = readFully(fd, start, Math.min(PAGE_BYTES, size - start));
    pages.set(index, fresh);
    if (pages.size > MAX_PAGES) {
      for (const oldest of pages.keys()) {
        pages.delete(oldest);
        break;
      }
    }
    return fresh;
  }

  return {
    size,
    read(offset, length) {
      const { start, end } = clampRange(size, offset, length);
      if (end <= start) return new Uint8Array(0);
      const first = Math.floor(start / PAGE_BYTES);
      if (Math.floor((end - 1) / PAGE_BYTES) !== first) return readFully(fd, start, end - start);
      return page(first).subarray(start - first * PAGE_BYTES, end - first * PAGE_BYTES);
    },
    readOwn(offset, length) {
      const { start, end } = clampRange(size, offset, length);
      return readFully(fd, start, end - start);
    },
    close() {
      pages.clear();
      release();
    },
  };
}

function readFully(fd: number, position: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let filled = 0;
  try {
    while (filled < length) {
      const count = readSync(fd, bytes, filled, length - filled, position + filled);
      if (count <= 0) break;
      filled += count;
    }
  } catch {
    // An unreadable stretch (EIO, a file on a network that went away) is the parsers' "truncated", which they report.
  }
  return filled === length ? bytes : bytes.subarray(0, filled);
}
