import { constants } from "node:os";

const NAMES = new Map<number, string>(Object.entries(constants.errno).map(([name, code]) => [code, name]));

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
