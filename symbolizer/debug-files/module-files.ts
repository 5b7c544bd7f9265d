import { readdirSync, readFileSync, statSync } from "node:fs";
import { posix } from "node:path";

/** A distribution's kernel has some 6,000 modules in 1,500 folders. */
const MAX_ENTRIES = 100_000;
const MAX_DEPTH = 16;
/** Debian's modules.dep has half a megabyte. */
const MAX_DEPENDENCIES_BYTES = 32 << 20;

/**
 * Where the files of a module may be, debug folders first. The kernel has `snd_hda_intel` for `snd-hda-intel.ko`: both
 * signs count as equal. Paths come from `modules.dep`; where a folder has none, it is walked through.
 */
export function moduleFiles(folders: readonly string[], release: string, name: string): string[] {
  const installed = [`/lib/modules/${release}`, `/usr/lib/modules/${release}`];
  const debug = folders.flatMap((folder) => installed.map((path) => posix.join(folder, path)));
  const wanted = canonical(name);
  return [...debug, ...installed].flatMap((folder) => modulesIn(folder).get(wanted) ?? []);
}

const known = new Map<string, Map<string, string[]>>();

/** The modules below a folder by canonical name; read once in the life of the process. */
function modulesIn(folder: string): Map<string, string[]> {
  let modules = known.get(folder);
  if (modules === undefined) {
    modules = new Map();
    for (const path of listedIn(folder) ?? walk(folder)) {
      const name = moduleName(path);
      if (name !== undefined) modules.set(name, [...(modules.get(name) ?? []), path]);
    }
    known.set(folder, modules);
  }
  return modules;
}

/** `kernel/fs/ext4/ext4.ko.xz: kernel/lib/crc16.ko.xz …` a line (modules.dep(5)). */
function listedIn(folder: string): string[] | undefined {
  try {
    const file = posix.join(folder, "modules.dep");
    const status = statSync(file);
    if (!status.isFile() || status.size > MAX_DEPENDENCIES_BYTES || status.size === 0) return undefined;
    const paths: string[] = [];
    for (const line of readFileSync(file, "utf8").split("\n")) {
      const colon = line.indexOf(":");
      if (colon > 0) paths.push(posix.resolve(folder, line.slice(0, colon)));
    }
    return paths;
  } catch {
    return undefined;
  }
}

/** Links are not followed: `build` and `source` lead into whole kernel trees, `vmlinux` is no module. */
function walk(folder: string): string[] {
  const files: string[] = [];
  const pending = [{ path: folder, depth: 0 }];
  let entries = 0;
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    try {
      for (const entry of readdirSync(next.path, { withFileTypes: true })) {
        if (++entries > MAX_ENTRIES) return files;
        const path = posix.join(next.path, entry.name);
        if (entry.isDirectory() && next.depth < MAX_DEPTH) pending.push({ path, depth: next.depth + 1 });
        else if (entry.isFile()) files.push(path);
      }
    } catch {
      // Not there or not for us: nothing is found in it.
    }
  }
  return files;
}

function moduleName(path: string): string | undefined {
  const match = /([\w-]+)\.ko(?:\.debug|\.xz|\.zst|\.gz)?$/.exec(path);
  return match === null ? undefined : canonical(match[1]);
}

function canonical(name: string): string {
  return name.replaceAll("-", "_");
}
