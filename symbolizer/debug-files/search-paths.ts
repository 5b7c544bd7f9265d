import { posix } from "node:path";
import type { AlternateLink } from "./debug-link.ts";
import { isBuildId } from "./debug-link.ts";

/** Where distributions put separate debug files. */
export const STANDARD_DEBUG_FOLDER = "/usr/lib/debug";

/** Beneath a debug folder, by build ID: `.build-id/ab/cdef….debug` (gdb manual, "Separate Debug Files"). */
export function buildIdPaths(folders: readonly string[], buildId: string): string[] {
  if (!isBuildId(buildId)) return [];
  const name = `.build-id/${buildId.slice(0, 2)}/${buildId.slice(2)}`;
  return folders.map((folder) => posix.join(folder, `${name}.debug`));
}

/**
 * For a link's name: beside the binary, in its `.debug` folder, and under each debug folder at the binary's own place.
 * Since /lib is a link to /usr/lib, packages may have either in their debug files' paths.
 */
export function debugLinkPaths(folders: readonly string[], binary: string, name: string): string[] {
  const folder = posix.dirname(binary);
  const places = [folder];
  if (folder.startsWith("/usr/")) places.push(folder.slice("/usr".length));
  else if (/^\/(?:lib\w*|s?bin)(?:\/|$)/.test(folder)) places.push(`/usr${folder}`);
  return [
    posix.join(folder, name),
    posix.join(folder, ".debug", name),
    ...folders.flatMap((root) => places.map((place) => posix.join(root, place, name))),
    ...folders.map((root) => posix.join(root, name)),
  ];
}

/** dwz's common file: at its path, relative to the debug file's folder; by build ID; in the `.dwz` folders. */
export function alternatePaths(folders: readonly string[], debugFile: string, link: AlternateLink): string[] {
  const base = posix.basename(link.path);
  return [
    posix.resolve(posix.dirname(debugFile), link.path),
    ...buildIdPaths(folders, link.buildId),
    ...folders.map((folder) => posix.join(folder, ".dwz", base)),
  ];
}

/** A `.dwo` file: where the compiler wrote it; else beside the binary, as its folder may have been moved as a whole. */
export function splitPaths(binary: string, compilationFolder: string, name: string): string[] {
  const folder = posix.dirname(binary);
  return [
    posix.resolve("/", compilationFolder, name),
    ...(posix.isAbsolute(name) ? [] : [posix.join(folder, name)]),
    posix.join(folder, posix.basename(name)),
  ];
}

/** A package of split units: `PROGRAM.dwp`, or beside the debug file. */
export function packagePaths(binary: string, debugFile: string | undefined): string[] {
  const files = debugFile === undefined ? [binary] : [binary, debugFile, debugFile.replace(/\.debug$/, "")];
  return [...new Set(files)].map((file) => `${file}.dwp`);
}

/** The kernel with its symbols: where Debian, Ubuntu, Fedora, SUSE and kernel developers have it (libdwfl, perf). */
export function vmlinuxPaths(folders: readonly string[], release: string): string[] {
  const modules = `/lib/modules/${release}`;
  return [
    ...folders.flatMap((folder) => [
      `${folder}/boot/vmlinux-${release}`,
      `${folder}/boot/vmlinux-${release}.debug`,
      `${folder}${modules}/vmlinux`,
      `${folder}${modules}/vmlinux.debug`,
      `${folder}/usr${modules}/vmlinux`,
      `${folder}/usr${modules}/vmlinux.debug`,
    ]),
    `${modules}/build/vmlinux`,
    `${modules}/vmlinux`,
    `/usr${modules}/vmlinux`,
    `/boot/vmlinux-${release}`,
  ];
}

/** Releases come from uname and from recordings, and become parts of paths. */
export function isRelease(release: string): boolean {
  return /^[\w.+~-]{1,128}$/.test(release) && release !== "." && release !== "..";
}
