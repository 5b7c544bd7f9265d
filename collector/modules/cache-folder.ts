import { chmodSync, lstatSync, mkdirSync, mkdtempSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";

/** Where root keeps what is built, unless XDG_CACHE_HOME says otherwise: under sudo, HOME may be another user's. */
const ROOT_CACHE = "/var/cache";
const ONLY_US = 0o700;

/**
 * A folder below stapflame's cache that only this user can write to: what is built there is loaded into the kernel. Where
 * none can be had (a read-only or foreign folder), a fresh one that lasts for this run.
 */
export function privateCacheFolder(...names: string[]): string {
  const uid = process.geteuid?.() ?? 0;
  const base = process.env.XDG_CACHE_HOME || (uid === 0 ? ROOT_CACHE : join(homedir(), ".cache"));
  let path = base;
  try {
    mkdirSync(base, { recursive: true });
    for (const name of ["stapflame", ...names]) {
      path = join(path, name);
      mkdirSync(path, { recursive: true, mode: ONLY_US });
      const status = lstatSync(path);
      if (!status.isDirectory() || status.uid !== uid) throw new Error(`${path} is not ours`);
      if (status.mode & 0o022) chmodSync(path, ONLY_US);
    }
    return path;
  } catch {
    return mkdtempSync(join(tmpdir(), "stapflame-cache-"));
  }
}
