import { posix } from "node:path";
import { memorySource } from "../byte-source.ts";
import { hasDwarf } from "../elf/dwarf-file.ts";
import { type Found, found, type Missing, missing } from "../found.ts";
import { firstThatFits, inRoots } from "./candidates.ts";
import { checkCandidate, type DebugFile, type Expected, openCandidate } from "./debug-file.ts";
import { moduleFiles } from "./module-files.ts";
import { buildIdPaths, isRelease, vmlinuxPaths } from "./search-paths.ts";
import { unpackFile } from "./unpack-file.ts";

/**
 * vmlinux of a release. With a build ID it must bear that one; without (no right to read /sys/kernel/notes, a recording
 * from elsewhere) the name has to do.
 */
export function findVmlinux(folders: readonly string[], release: string, buildId: string): Found<DebugFile> {
  if (!isRelease(release)) return missing("is no kernel release");
  const paths = [...buildIdPaths(folders, buildId), ...vmlinuxPaths(folders, release)];
  const expected: Expected = { buildId, nameSuffices: buildId === "" };
  return firstThatFits(inRoots([""], paths), expected, `no vmlinux with symbols for ${release}`);
}

/**
 * A module's file: by build ID or name under the debug folders; else the installed module if it has DWARF itself, or at
 * last for its symbol table. Modules packed with xz, zstd or gzip are unpacked into memory.
 */
export function findModule(
  folders: readonly string[],
  release: string,
  name: string,
  buildId: string,
): Found<DebugFile> {
  if (!isRelease(release) || !/^[\w-]{1,64}$/.test(name)) return missing("is no kernel module's name");
  const expected: Expected = { buildId, nameSuffices: buildId === "" };
  const nothing = `no file of the kernel module ${name} for ${release}`;
  const viaId = firstThatFits(inRoots([""], buildIdPaths(folders, buildId)), expected, nothing);
  if (viaId.found !== undefined) return viaId;
  let wrong: Missing | undefined = viaId.absent ? undefined : viaId;
  let second: DebugFile | undefined;
  for (const path of moduleFiles(folders, release, name)) {
    const file = openModule(path, expected);
    if (file.found === undefined) {
      if (!file.absent) wrong ??= missing(`${nothing}; ${path} ${file.missing}`);
      continue;
    }
    if (hasDwarf(file.found.elf)) {
      second?.elf.source.close();
      return file;
    }
    if (second === undefined) second = file.found;
    else file.found.elf.source.close();
  }
  return second === undefined ? (wrong ?? missing(nothing, true)) : found(second);
}

function openModule(path: string, expected: Expected): Found<DebugFile> {
  if ([".ko", ".debug"].includes(posix.extname(path))) return openCandidate(path, expected);
  const bytes = unpackFile(path);
  if (bytes.found === undefined) return bytes;
  const elf = checkCandidate(memorySource(bytes.found), expected);
  return elf.found === undefined ? elf : found({ path, elf: elf.found });
}
