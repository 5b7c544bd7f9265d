import type { CopyRegisters } from "./copied-stack.ts";

/** How the kernel side lays out a copy, in words of 8 bytes: where the leaf is, its registers by DWARF number, the stack. */
export interface CopyLayout {
  registers: CopyRegisters;
  /** Words before the stack. */
  registerWords: number;
  /** All words, with as much stack as is copied at the most. */
  words: number;
}

/** What is copied at a time. A piece that reaches into memory that cannot be read is left out, and ends the copy. */
export const COPY_CHUNK_BYTES = 256;
/**
 * Bytes of stack at the most: nearly all stacks fit. Most are much smaller, as only what is in use is copied, so that half of an arena
 * holds those of all samples between two drains.
 */
const STACK_BYTES = 16384;

/** The word of where the leaf is; register n is in word n + 1. */
const LEAF = 0;
const wordOf = (register: number) => register + 1;

interface Machine {
  registers: number;
  sp: number;
  fp: number;
  link: number | undefined;
}

/** DWARF numbers: x86-64 psABI, figure 3.36; "DWARF for the Arm 64-bit Architecture", 4.1. */
const MACHINES: Readonly<Record<string, Machine>> = {
  x64: { registers: 16, sp: 7, fp: 6, link: undefined },
  arm64: { registers: 32, sp: 31, fp: 29, link: 30 },
};

/** Undefined: a machine whose user stacks are not walked by tables. */
export function copyLayout(arch: string = process.arch): CopyLayout | undefined {
  const machine = MACHINES[arch];
  if (machine === undefined) return undefined;
  const { registers, sp, fp, link } = machine;
  const registerWords = wordOf(registers);
  return {
    registers: {
      byNumber: Array.from({ length: registers }, (_, number) => wordOf(number)),
      pc: LEAF,
      sp: wordOf(sp),
      fp: wordOf(fp),
      link,
    },
    registerWords,
    words: registerWords + STACK_BYTES / 8,
  };
}
