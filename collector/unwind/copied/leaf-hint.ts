import { closeSync, openSync, readSync } from "node:fs";

/** Reads code of a process as it is now. False: it cannot be read, or not all of it. */
export type ReadCode = (pid: number, address: number, into: Uint8Array) => boolean;

/** From /proc/PID/mem, which may be read of those that one may trace: kernel.yama.ptrace_scope. */
export const readProcessMemory: ReadCode = (pid, address, into) => {
  if (!(address >= 0) || !Number.isSafeInteger(address)) return false;
  let fd: number | undefined;
  try {
    fd = openSync(`/proc/${pid}/mem`, "r");
    return readSync(fd, into, 0, into.length, address) === into.length;
  } catch {
    return false;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
};

/**
 * At a function's first instructions and at its return, the frame pointer is still or again the caller's, and a step by
 * it would miss the caller. There the return address lies at the stack pointer, or behind what was pushed: as
 * sf_leaf_return_address in kmod-templates/kmod/user-stack.h and `../../bpf/programs/leaf-hint.ts` have it (x86-64).
 */
export class LeafHint {
  readonly #read: ReadCode;
  readonly #code = new Uint8Array(8);

  constructor(read: ReadCode = readProcessMemory) {
    this.#read = read;
  }

  /** Bytes from the stack pointer to the return address of a leaf at `pc`; -1: its instructions do not tell. */
  offset(pid: number, pc: number): number {
    const code = this.#code;
    // The byte before the instruction, and it.
    if (!this.#read(pid, pc - 1, code)) return -1;
    const is = (...bytes: number[]) => bytes.every((byte, index) => code[index + 1] === byte);
    if (is(0xf3, 0x0f, 0x1e, 0xfa)) return 0; // endbr64: nothing was pushed yet
    if (is(0x55, 0x48, 0x89) || is(0x55, 0x48, 0x8b)) return 0; // push %rbp, before mov %rsp,%rbp
    if (is(0xc3) || is(0xf3, 0xc3)) return 0; // ret
    if (code[0] === 0x55 && (is(0x48, 0x89, 0xe5) || is(0x48, 0x8b, 0xec))) return 8; // mov %rsp,%rbp, after push %rbp
    return -1;
  }

  /** Whether a call ends just before `address`: e8 rel32, or ff /2 in one of its lengths. */
  followsCall(pid: number, address: number): boolean {
    const code = this.#code;
    if (!this.#read(pid, address - code.length, code)) return false;
    const indirect = (at: number) => code[at] === 0xff && (code[at + 1] & 0x38) === 0x10;
    return code[3] === 0xe8 || indirect(6) || indirect(5) || indirect(2) || indirect(1);
  }
}
