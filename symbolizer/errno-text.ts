import { errorCode } from "./error-code.ts";

const KNOWN: Record<string, string> = {
  ENOENT: "no such file",
  EACCES: "permission denied",
  EPERM: "not permitted",
  ELOOP: "is a symbolic link",
  EISDIR: "is a directory",
  EMFILE: "too many open files",
  ENFILE: "too many open files on this machine",
  ESRCH: "the process is gone",
  EIO: "input/output error",
};

/** A system call's failure in words, with its code: "permission denied (EACCES)". */
export function errnoText(error: unknown): string {
  const code = errorCode(error);
  if (code === "") return error instanceof Error ? error.message : String(error);
  const words = KNOWN[code];
  return words === undefined ? code : `${words} (${code})`;
}
