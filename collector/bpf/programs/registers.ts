/** Where a machine keeps what a walk begins with: byte offsets in the registers that the kernel shows to BPF. */
export interface UserRegisters {
  /** By DWARF number. */
  byNumber: readonly number[];
  pc: number;
  sp: number;
  fp: number;
  /** DWARF number of the register that holds a leaf's return address; undefined where calls push it. */
  link: number | undefined;
  /** Which bits of which u16 tell user mode, and what they are in it. */
  mode: { offset: number; mask: number; user: number };
  /** Whether that u16 tells a program of 32-bit code, which has no tables; by all its bits, or by one of them. */
  narrow: { equals: number } | { bit: number };
  /** The system call that a task is in: a u32, and what it is in execve and execveat. */
  call: { offset: number; exec: readonly number[] };
}

/** struct pt_regs of x86-64, arch/x86/include/asm/ptrace.h; DWARF numbers from the psABI, figure 3.36. */
const X64: UserRegisters = {
  //         rax rdx rcx rbx rsi  rdi  rbp rsp  r8  r9  r10 r11 r12 r13 r14 r15
  byNumber: [80, 96, 88, 40, 104, 112, 32, 152, 72, 64, 56, 48, 24, 16, 8, 0],
  pc: 128,
  sp: 152,
  fp: 32,
  link: undefined,
  mode: { offset: 136, mask: 3, user: 3 }, // cs
  narrow: { equals: 0x23 }, // __USER32_CS
  call: { offset: 120, exec: [59, 322] }, // orig_ax
};

/** struct user_pt_regs of arm64, arch/arm64/include/uapi/asm/ptrace.h: x0 to x30, sp, pc, pstate. */
const ARM64: UserRegisters = {
  byNumber: Array.from({ length: 32 }, (_, number) => number * 8),
  pc: 256,
  sp: 248,
  fp: 29 * 8,
  link: 30,
  mode: { offset: 264, mask: 15, user: 0 }, // PSR_MODE_EL0t
  narrow: { bit: 0x10 }, // PSR_MODE32_BIT
  call: { offset: 280, exec: [221, 281] }, // syscallno, of the kernel's own struct pt_regs
};

/** Undefined: a machine whose user stacks are not walked by tables. */
export function userRegisters(arch: string = process.arch): UserRegisters | undefined {
  return arch === "x64" ? X64 : arch === "arm64" ? ARM64 : undefined;
}
