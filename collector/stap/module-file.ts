import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MODULE_PREFIX } from "../modules/leftovers.ts";
import type { ModuleInfo } from "../modules/module-info.ts";

/** A module file ready to be loaded, in a folder of its own. */
export interface LoadableFile {
  name: string;
  folder: string;
  path: string;
}

/**
 * A copy of a module under a name that no other recording has: the kernel takes each name once, and staprun takes it from
 * the file's name. The name stands in the file as text, so one of equal length can take its place; a signature would not
 * fit any more, so signed modules keep theirs.
 */
export function uniqueCopy(path: string, info: ModuleInfo): LoadableFile {
  const bytes = readFileSync(path);
  const digits = info.name.length - MODULE_PREFIX.stap.length;
  const canRename = !info.isSigned && info.name.startsWith(MODULE_PREFIX.stap) && digits > 0;
  const name = canRename ? MODULE_PREFIX.stap + randomDigits(digits) : info.name;
  if (canRename) replaceAll(bytes, Buffer.from(info.name, "latin1"), Buffer.from(name, "latin1"));
  const folder = mkdtempSync(join(tmpdir(), "stapflame-"));
  const copy = join(folder, `${name}.ko`);
  writeFileSync(copy, bytes, { mode: 0o600 });
  return { name, folder, path: copy };
}

/** Puts `to` in each place of `from`, which must be as long. */
export function replaceAll(bytes: Buffer, from: Buffer, to: Buffer): number {
  if (from.length !== to.length) throw new RangeError("the replacement is not as long");
  let places = 0;
  for (let at = bytes.indexOf(from); at >= 0; at = bytes.indexOf(from, at + from.length)) {
    to.copy(bytes, at);
    places++;
  }
  return places;
}

function randomDigits(count: number): string {
  return randomBytes(Math.ceil(count / 2))
    .toString("hex")
    .slice(0, count);
}
