/** Why a row cannot be expressed. */
export const INEXPRESSIBLE = [
  /** The CFA comes from an expression of no known shape. */
  "cfa-expression",
  /** Nothing defines the CFA. */
  "no-cfa",
  /** An offset or register number is too large. */
  "range",
  /** The return address is where an expression of no known shape tells, or in a register while the CFA is not sp + n. */
  "return-address",
  /** The caller's stack pointer is not the CFA. */
  "stack-pointer",
  /** A signal frame of another shape than the kernel's. */
  "signal-frame",
  /** An instruction that is not known, so that nothing after it is. */
  "instruction",
  /** The instructions end inside one, or restore what was never remembered. */
  "damaged",
  /** More distinct rules than indexes tell apart. */
  "too-many-rules",
] as const;
export type Inexpressible = (typeof INEXPRESSIBLE)[number];

/** Why the caller's frame pointer is lost in a row whose CFA and return address are known. */
export const LOST_FRAME_POINTER = [
  /** The information itself says so. */
  "undefined",
  /** It is in another register, which a walk does not follow. */
  "register",
  "expression",
  /** The offset is too large. */
  "range",
] as const;
export type LostFramePointer = (typeof LOST_FRAME_POINTER)[number];

/** Why a frame description entry (FDE) or common information entry (CIE) was left out. */
export const LEFT_OUT = [
  /** It covers nothing. */
  "empty",
  /** Its code was discarded by the linker, which set its address to 0. */
  "discarded",
  /** It covers no executable segment. */
  "outside",
  /** Another covers the same code; of both sections that of `.eh_frame` counts, within one that which begins last. */
  "overlapping",
  /** Its header ends too early or contradicts itself, or its CIE is missing. */
  "damaged",
  /** A version, augmentation or pointer encoding that is not known. */
  "unknown",
  /** There are more entries than are read. */
  "too-many",
] as const;
export type LeftOut = (typeof LEFT_OUT)[number];

/** What became of a binary's call frame information. Numbers by reason leave out those that are 0. */
export interface UnwindStats {
  /** The sections that were read: ".eh_frame", ".debug_frame", "PT_GNU_EH_FRAME", ".gopclntab" (wherever that table lies). */
  sections: string[];
  /** FDEs that rows come from, and functions of Go that have none. */
  fdes: number;
  /** FDEs left out, by reason. */
  leftOut: Partial<Record<LeftOut, number>>;
  /** FDEs whose end was cut off, since another begins inside. */
  cut: number;
  /** Rows of all of them, as readelf counts those of FDEs, before equal neighbours were merged. */
  rows: number;
  /** Bytes of code that none of them touches, but whose rules the code itself told. */
  followedBytes: number;
  /** Those of the rows that cannot be expressed, by reason. */
  inexpressible: Partial<Record<Inexpressible, number>>;
  /** Those of them whose frame pointer is lost, by reason. */
  lostFramePointer: Partial<Record<LostFramePointer, number>>;
  /** The table is full: code behind its last row has no rules, though there is information. */
  full: boolean;
}

/** Numbers by reason. */
export class Tally<Reason extends string> {
  readonly #reasons: readonly Reason[];
  readonly #counts: Float64Array;

  constructor(reasons: readonly Reason[]) {
    this.#reasons = reasons;
    this.#counts = new Float64Array(reasons.length);
  }

  add(reason: Reason, count = 1): void {
    this.#counts[this.#reasons.indexOf(reason)] += count;
  }

  /** Only those that are not 0. */
  counts(): Partial<Record<Reason, number>> {
    const counts: Partial<Record<Reason, number>> = {};
    this.#reasons.forEach((reason, index) => {
      if (this.#counts[index] > 0) counts[reason] = this.#counts[index];
    });
    return counts;
  }
}
