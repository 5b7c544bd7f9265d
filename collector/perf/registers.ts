import type { CopyRegisters } from "../unwind/copied/copied-stack.ts";

/** The user registers that perf copies with a sample, and which of them a walk begins with. */
export interface CopiedRegisters extends CopyRegisters {
  /** PERF_SAMPLE_REGS_USER: a bit for each register; samples have them in the order of the bits. */
  mask: bigint;
  count: number;
}

/** arch/x86/include/uapi/asm/perf_regs.h; DWARF numbers from the psABI, figure 3.36. */
const X64_BITS = {
  ax: 0,
  bx: 1,
  cx: 2,
  dx: 3,
  si: 4,
  di: 5,
  bp: 6,
  sp: 7,
  ip: 8,
  r8: 16,
  r9: 17,
  r10: 18,
  r11: 19,
  r12: 20,
  r13: 21,
  r14: 22,
  r15: 23,
} as const;
const X64_DWARF: readonly number[] = [
  X64_BITS.ax,
  X64_BITS.dx,
  X64_BITS.cx,
  X64_BITS.bx,
  X64_BITS.si,
  X64_BITS.di,
  X64_BITS.bp,
  X64_BITS.sp,
  X64_BITS.r8,
  X64_BITS.r9,
  X64_BITS.r10,
  X64_BITS.r11,
  X64_BITS.r12,
  X64_BITS.r13,
  X64_BITS.r14,
  X64_BITS.r15,
];

/** arch/arm64/include/uapi/asm/perf_regs.h: x0 to x30, sp, pc: as DWARF numbers them. */
const ARM64_REGISTERS = 33;
const ARM64 = { fp: 29, link: 30, sp: 31, pc: 32 } as const;

/** Undefined: a machine whose user stacks are not walked by tables. */
export function copiedRegisters(arch: string = process.arch): CopiedRegisters | undefined {
  if (arch === "x64") {
    const bits: number[] = [...X64_DWARF, X64_BITS.ip];
    const placed = [...bits].sort((a, b) => a - b);
    const place = (bit: number) => placed.indexOf(bit);
    return {
      mask: bits.reduce((mask, bit) => mask | (1n << BigInt(bit)), 0n),
      count: bits.length,
      byNumber: X64_DWARF.map(place),
      pc: place(X64_BITS.ip),
      sp: place(X64_BITS.sp),
      fp: place(X64_BITS.bp),
      link: undefined,
    };
  }
  if (arch === "arm64") {
    const byNumber = Array.from({ length: 32 }, (_, number) => number);
    const mask = (1n << BigInt(ARM64_REGISTERS)) - 1n;
    return { mask, count: ARM64_REGISTERS, byNumber, ...ARM64 };
  }
  return undefined;
}
