import { lstatSync, readlinkSync } from "node:fs";
import { posix } from "node:path";

/** As many as the kernel follows (path_resolution(7)). */
const MAX_LINKS = 40;

/**
 * A path as a process with another root sees it: `/proc/PID/root` and the path put together, with symbolic links
 * followed inside that root. Left to the kernel, an absolute link in a container would lead out into our own files.
 * undefined: too many links. What is not there resolves to where it would be. `root` "": our own root, nothing to do.
 */
export function rootedPath(root: string, path: string): string | undefined {
  const absolute = posix.normalize(`/${path}`);
  if (root === "" || root === "/") return absolute;
  let pending = absolute.split("/").filter((part) => part !== "");
  let resolved: string[] = [];
  let links = 0;
  while (pending.length > 0) {
    const [part, ...rest] = pending;
    pending = rest;
    if (part === "..") {
      resolved.pop();
      continue;
    }
    if (part === "." || part === "") continue;
    const target = linkTarget(posix.join(root, ...resolved, part));
    if (target === undefined) {
      resolved.push(part);
      continue;
    }
    if (++links > MAX_LINKS) return undefined;
    if (target.startsWith("/")) resolved = [];
    pending = [...target.split("/"), ...pending];
  }
  return posix.join(root, ...resolved);
}

function linkTarget(path: string): string | undefined {
  try {
    return lstatSync(path).isSymbolicLink() ? readlinkSync(path) : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a recorded path can be looked for at all; "[vdso]" and "" can't. */
export function isAbsolutePath(path: string): boolean {
  return path.startsWith("/") && !path.includes("\0");
}
