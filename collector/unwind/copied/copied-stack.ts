/** Which program the registers are of: PERF_SAMPLE_REGS_ABI_* of include/uapi/linux/perf_event.h. */
export const RegistersAbi = { none: 0, narrow: 1, wide: 2 } as const;

/** Registers and a copy of the user's stack of one sample, as they lie in `words`. Reused from sample to sample. */
export interface CopiedStack {
  readonly words: Uint32Array;
  /** 0 for a task that has given up its ids. */
  readonly pid: number;
  /** CLOCK_MONOTONIC nanosecond of the sample. */
  readonly time: number;
  /** RegistersAbi. */
  readonly abi: number;
  /** Word of the first register; they are pairs of words, low first. */
  readonly registersAt: number;
  /** Word of the stack's first byte, which is at the stack pointer. */
  readonly stackAt: number;
  /** Bytes of stack that were copied. */
  readonly stackBytes: number;
  /** Whether there may be more stack behind them: as many as were asked for could be copied. */
  readonly stackGoesOn: boolean;
}

/** Where among a copy's registers those are that a walk begins with: a place is a pair of words. */
export interface CopyRegisters {
  /** Place by DWARF number. */
  readonly byNumber: readonly number[];
  readonly pc: number;
  readonly sp: number;
  readonly fp: number;
  /** DWARF number of the register that holds a leaf's return address; undefined where calls push it. */
  readonly link: number | undefined;
}

/** Where the walk of a copy looks for a process's mappings. What was found last is in the fields. */
export interface WalkMappings {
  /** Makes the process of a sample, interrupted at `pc`, the one whose mappings are looked up. False: it is not known. */
  select(stack: CopiedStack, pc: number): boolean;
  /** Finds the mapping that holds `address`. */
  find(address: number): boolean;
  /** The address that is 0 in its table. */
  readonly origin: number;
  /** Place of its table, or why there is none (`../memory-format.ts`). */
  readonly table: number;
}
