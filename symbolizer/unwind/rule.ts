/** Where the canonical frame address (CFA: the caller's stack pointer) comes from. Numbers are those of packed tables. */
export const Cfa = {
  /** No call frame information covers the address. */
  none: 0,
  /** sp + cfaOffset */
  stackPointer: 1,
  /** fp + cfaOffset */
  framePointer: 2,
  /** sp + 8 + ((pc & 15) >= cfaOffset) * 8: an entry of a procedure linkage table, which pushes a number on its way, or CPython's trampolines. */
  plt: 3,
  /** *(sp + cfaOffset) + cfaAdd */
  stackSlot: 4,
  /** *(fp + cfaOffset) + cfaAdd: a function that aligned its stack anew and kept the old one's place. */
  frameSlot: 5,
  /**
   * Covered, but by a rule that tables have no words for. With `Ra.register` there are words for the leaf: the CFA is
   * sp + cfaOffset, the return address is in `register` (vfork, which keeps it there over its system call).
   */
  inexpressible: 6,
  /** A signal frame: the interrupted sp is at sp + cfaOffset, its pc at sp + raOffset, its fp at sp + fpOffset. */
  signal: 7,
  /** register + cfaOffset: known in the leaf only. */
  register: 8,
  // On another stack than the frame's own, so that it may lie below; the return address is right below it (`Ra.atCfa`).
  /**
   * Where a goroutine of Go left its stack, from the thread pointer t on (x86-64: the base of fs):
   * *(*(*(*(t + cfaOffset) + a) + b) + raOffset) + register, a and b being the low and the high 16 bits of cfaAdd.
   */
  goroutine: 9,
  /** Where Go notes its caller: *(*(*(t + cfaOffset) + a) + b) + register. */
  threadNote: 10,
  /** A distance from another stack's end: *(*(sp + cfaOffset) + cfaAdd) - *(sp + raOffset) + register. */
  stackDepth: 11,
  /**
   * The goroutine that a thread works for, if what it has noted of itself lies behind a call of this very code: with g = *(*(*(t + cfaOffset)
   * + a) + b), the stack pointer is at g + raOffset, and the return address, which must lie behind e8 rel32 to within
   * `NEAR_BYTES` of the frame's pc, 8 bytes behind it. Otherwise, or if g is 0, the frame is the outermost.
   */
  goroutineCall: 12,
} as const;

/** So near to its return address is the code that `Cfa.goroutineCall` asks for. */
export const NEAR_BYTES = 256;

/** Where the return address is. */
export const Ra = {
  /** At cfa + raOffset. */
  atCfa: 0,
  /** Nowhere: the outermost frame. */
  undefined: 1,
  /** In the link register (arm64): known in the leaf only. */
  linkRegister: 2,
  /** In `register`: known in the leaf only, and only with `Cfa.inexpressible`, which is what it is elsewhere. */
  register: 3,
} as const;

/** Where the caller's frame pointer is. */
export const Fp = {
  /** Where it was: the function has not touched it. */
  same: 0,
  /** At cfa + fpOffset; of a signal frame at sp + fpOffset. */
  atCfa: 1,
  /** Nowhere that tables could tell. */
  lost: 2,
  /** At fp + fpOffset. */
  atFramePointer: 3,
  /** It is cfa + fpOffset. */
  isCfa: 4,
} as const;

/** One rule: how the caller's sp, pc and fp follow from a frame's own. Offsets in bytes. */
export interface UnwindRule {
  cfa: number;
  ra: number;
  fp: number;
  /** DWARF number; of `Cfa.register` and `Ra.register` only. Of `Cfa.goroutine` and those behind it a number of bytes. */
  register: number;
  cfaOffset: number;
  cfaAdd: number;
  raOffset: number;
  fpOffset: number;
}

/** What x86-64 pushes and pops, in bytes; a return address. */
export const WORD = 8;

/** As a function of x86-64 begins: its return address alone lies on the stack. */
export const PLAIN: UnwindRule = {
  cfa: Cfa.stackPointer,
  ra: Ra.atCfa,
  fp: Fp.same,
  register: 0,
  cfaOffset: WORD,
  cfaAdd: 0,
  raOffset: -WORD,
  fpOffset: 0,
};

/** A rule takes four 32-bit words, little-endian 16 bytes in packed tables: cfa, ra, fp, register; cfaOffset; cfaAdd; raOffset, fpOffset. */
export const RULE_WORDS = 4;
export const RULE_BYTES = 16;

/** The rule in words from `at` on. */
export function ruleOfWords(words: Int32Array, at: number): UnwindRule {
  const kinds = words[at];
  const offsets = words[at + 3];
  return {
    cfa: kinds & 0xff,
    ra: (kinds >>> 8) & 0xff,
    fp: (kinds >>> 16) & 0xff,
    register: kinds >>> 24,
    cfaOffset: words[at + 1],
    cfaAdd: words[at + 2],
    raOffset: (offsets << 16) >> 16,
    fpOffset: offsets >> 16,
  };
}

/** The inverse. */
export function wordsOfRule(rule: UnwindRule): [number, number, number, number] {
  const { cfa, ra, fp, register, cfaOffset, cfaAdd, raOffset, fpOffset } = rule;
  const kinds = cfa | (ra << 8) | (fp << 16) | (register << 24);
  return [kinds, cfaOffset, cfaAdd, (raOffset & 0xffff) | (fpOffset << 16)];
}
