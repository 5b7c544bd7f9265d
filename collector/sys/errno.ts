import { constants } from "node:os";

/** Numbers with two names keep the first, which is the one that people know (EAGAIN, not EWOULDBLOCK). */
const NAMES = new Map<number, string>(
  Object.entries(constants.errno)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .reverse()
    .map(([name, code]) => [code, name]),
);

/** A system call that failed: which one, and the kernel's error number. */
export class SyscallError extends Error {
  readonly call: string;
  readonly errno: number;
  /** `EPERM`, `ENOENT`, … */
  readonly code: string;

  constructor(call: string, errno: number) {
    const code = NAMES.get(errno) ?? `errno ${errno}`;
    super(`${call}: ${code}`);
    this.name = "SyscallError";
    this.call = call;
    this.errno = errno;
    this.code = code;
  }
}
