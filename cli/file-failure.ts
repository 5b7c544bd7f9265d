import { Failure } from "./failure.ts";

/** Sentences for what the file system may answer. */
const CAUSES: Partial<Record<string, [string, string]>> = {
  ENOENT: ["there is no such file or folder", "Check the path."],
  EISDIR: ["it is a directory", "Name a file in it."],
  ENOTDIR: ["a part of the path is not a directory", "Check the path."],
  EACCES: ["permission is denied", "Choose another place or run as its owner."],
  EPERM: ["permission is denied", "Choose another place or run as its owner."],
  EROFS: ["the file system is read-only", "Choose another place with -o."],
  ENOSPC: ["the disk is full", "Free some space or choose another place with -o."],
  EDQUOT: ["your disk quota is used up", "Free some space or choose another place with -o."],
  ENAMETOOLONG: ["the name is too long", "Choose a shorter one."],
  EMFILE: ["too many files are open", "Raise the limit (ulimit -n)."],
};

/** The failure to `act` (`read`, `write`) on `path` as a sentence. Errors that are not of the file system pass through. */
export function fileFailure(act: "read" | "write", path: string, error: unknown): unknown {
  if (!(error instanceof Error) || !("code" in error) || typeof error.code !== "string") return error;
  const [cause, remedy] = CAUSES[error.code] ?? [error.code, "Check the path and the disk."];
  return new Failure(`cannot ${act} ${path}: ${cause}`, remedy);
}
