import {
  lstatSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import { posix } from "node:path";
import { crc32 } from "node:zlib";
import { isBuildId } from "./debug-link.ts";
import { makeFolders } from "./make-folders.ts";

/** 512 MiB: the indices of some hundred large programs; what was used longest ago goes first. */
const MAX_TOTAL_BYTES = 512 << 20;
/** One entry may take this much; a larger one would push out too many others. */
const MAX_ENTRY_BYTES = 128 << 20;
/** Where root keeps its own, unless XDG_CACHE_HOME says otherwise: under sudo, HOME may be another user's. */
const ROOT_CACHE = "/var/cache";
const ONLY_US = 0o700;
/** "SFIX", version of the content, its length, its CRC-32: four little-endian words. */
const HEADER_BYTES = 16;
const MAGIC = 0x58494653;

/** What was computed from a file, by its build ID. Whatever fails is as if nothing were kept: never an error. */
export interface IndexCache {
  /** What was saved with the same words; undefined: nothing, or something damaged. `version`: of the content's format. */
  load(buildId: string, kind: string, version: number): Uint8Array | undefined;
  save(buildId: string, kind: string, version: number, content: Uint8Array): void;
}

export interface IndexCacheOptions {
  env?: Record<string, string | undefined>;
  maxBytes?: number;
}

/** The cache in `$XDG_CACHE_HOME/stapflame/debug-index` (else ~/.cache, for root /var/cache); one that keeps nothing where
 * no folder of our own can be had. */
export function indexCache(options: IndexCacheOptions = {}): IndexCache {
  const folder = ownFolder(options.env ?? process.env);
  if (folder === undefined) return { load: () => undefined, save: () => {} };
  const most = options.maxBytes ?? MAX_TOTAL_BYTES;
  const fileOf = (buildId: string, kind: string) =>
    isBuildId(buildId) && /^[a-z][a-z0-9-]{0,31}$/.test(kind)
      ? posix.join(folder, `${buildId}.${kind}`)
      : undefined;
  return {
    load(buildId, kind, version) {
      const file = fileOf(buildId, kind);
      if (file === undefined) return undefined;
      try {
        const status = lstatSync(file);
        if (!status.isFile() || status.size > MAX_ENTRY_BYTES + HEADER_BYTES) return undefined;
        const content = contentOf(readFileSync(file), version);
        if (content !== undefined) touch(file);
        return content;
      } catch {
        return undefined;
      }
    },
    save(buildId, kind, version, content) {
      const file = fileOf(buildId, kind);
      if (file === undefined || content.length > Math.min(MAX_ENTRY_BYTES, most - HEADER_BYTES)) return;
      const temporary = posix.join(folder, `.${process.pid}-${Date.now()}.tmp`);
      try {
        makeRoom(folder, most - content.length - HEADER_BYTES);
        writeFileSync(temporary, Buffer.concat([headerOf(version, content), content]), {
          flag: "wx",
          mode: 0o600,
        });
        renameSync(temporary, file);
      } catch {
        rmSync(temporary, { force: true });
      }
    },
  };
}

function headerOf(version: number, content: Uint8Array): Uint8Array {
  const view = new DataView(new ArrayBuffer(HEADER_BYTES));
  [MAGIC, version, content.length, crc32(content)].forEach((word, i) => {
    view.setUint32(4 * i, word, true);
  });
  return new Uint8Array(view.buffer);
}

function contentOf(bytes: Uint8Array, version: number): Uint8Array | undefined {
  if (bytes.length < HEADER_BYTES) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [magic, writtenVersion, length, crc] = [0, 4, 8, 12].map((at) => view.getUint32(at, true));
  const content = bytes.subarray(HEADER_BYTES);
  const whole = magic === MAGIC && writtenVersion === version && length === content.length;
  return whole && crc === crc32(content) ? content : undefined;
}

/** Last use is kept as the time of modification: many file systems keep no time of access. */
function touch(file: string): void {
  try {
    const now = Date.now() / 1000;
    utimesSync(file, now, now);
  } catch {
    // It only counts as older than it is.
  }
}

/** Removes what was used longest ago, and what a run that died left, until at most `most` bytes are kept. */
function makeRoom(folder: string, most: number): void {
  const entries: { path: string; size: number; used: number }[] = [];
  for (const name of readdirSync(folder)) {
    const path = posix.join(folder, name);
    const status = statSync(path, { throwIfNoEntry: false });
    if (status?.isFile()) entries.push({ path, size: status.size, used: status.mtimeMs });
  }
  let total = entries.reduce((sum, entry) => sum + entry.size, 0);
  if (total <= most) return;
  entries.sort((a, b) => a.used - b.used);
  for (const entry of entries) {
    if (total <= most) return;
    rmSync(entry.path, { force: true });
    total -= entry.size;
  }
}

/** undefined: the folder is another's, others can write to it, or it can't be made. */
function ownFolder(env: Record<string, string | undefined>): string | undefined {
  const uid = process.geteuid?.() ?? 0;
  const base = env.XDG_CACHE_HOME || (uid === 0 ? ROOT_CACHE : posix.join(env.HOME || homedir(), ".cache"));
  let path = base;
  try {
    makeFolders(base, ONLY_US);
    for (const name of ["stapflame", "debug-index"]) {
      path = posix.join(path, name);
      makeFolders(path, ONLY_US);
      const status = lstatSync(path);
      // Where others can write, what is there may be theirs.
      if (!status.isDirectory() || status.uid !== uid || (status.mode & 0o022) !== 0) return undefined;
    }
    return path;
  } catch {
    return undefined;
  }
}
