import { VDSO_MAPPING } from "../../profile/frame-kind.ts";

/** What executable memory may be filled from. */
export type MappedKind = "file" | "vdso" | "runtime";

/**
 * The kind of a mapping by the name that the kernel gives it in /proc/PID/maps or an MMAP2 record. Memory that no file
 * on disk tells about (anonymous, memfd, shared memory) is taken for code made at run time.
 */
export function mappedKind(name: string): MappedKind {
  if (name === VDSO_MAPPING) return "vdso";
  if (!name.startsWith("/")) return "runtime"; // "", //anon is below, [heap], [stack], [anon:…], anon_inode:…
  if (name.startsWith("//anon") || name.startsWith("/memfd:") || name.startsWith("/SYSV")) return "runtime";
  if (name === "/dev/zero" || name.startsWith("/dev/zero ") || name.startsWith("/dev/shm/")) return "runtime";
  if (name.startsWith("/anon_hugepage")) return "runtime";
  return "file";
}

/** The kernel marks the path of a file that is no longer in its directory. */
const DELETED_SUFFIX = " (deleted)";

export function isDeleted(path: string): boolean {
  return path.endsWith(DELETED_SUFFIX);
}

export function stripDeleted(path: string): string {
  return isDeleted(path) ? path.slice(0, -DELETED_SUFFIX.length) : path;
}
