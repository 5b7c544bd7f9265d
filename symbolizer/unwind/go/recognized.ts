import { Cfa, Fp, PLAIN, Ra, type UnwindRule, WORD } from "../rule.ts";

/** Where a thread's goroutine has left its stack, as the file's systemstack tells; undefined: it does not. */
export interface GoPlaces {
  /** Where threads keep their g, from their thread pointer on. */
  tls: number;
  /** How the stack pointer is got from there. Of `Cfa.goroutine`, with 0 for `register`. */
  goroutine: UnwindRule;
}

/** Code that was recognized: from where to where, as offsets, a rule holds that call frame information does not tell. */
export interface Recognized {
  start: number;
  /** Exclusive. */
  end: number;
  rule(places: GoPlaces | undefined): UnwindRule;
  /** What this code tells for all of the file. */
  places?: GoPlaces | undefined;
  /** Whether the byte at `start` is meant only where it is no function's: it is what is looked up for those who return to `start + 1`. */
  beforeFunction?: boolean;
  /** Whether it is meant only if it is a function's, by its call frame information, from the first byte to the last. */
  wholeFunction?: boolean;
}

export interface Recognizer {
  /** Bytes to look for. */
  anchor: Buffer;
  /** What the code is that has the anchor at `at`. */
  recognize(code: Buffer, at: number): Recognized | undefined;
}

const MAX_U16 = 0xffff;
export const POP_RBP = 0x5d;

export const OUTERMOST: UnwindRule = { ...PLAIN, ra: Ra.undefined, raOffset: 0 };
export const INEXPRESSIBLE: UnwindRule = { ...PLAIN, cfa: Cfa.inexpressible, cfaOffset: 0, raOffset: 0 };

/**
 * The ways in which code that may lie anywhere gets at a thread's g: its place from the thread pointer on is put into a register, or,
 * in a shared library, is read from a table that the loader fills in: then no rule can tell it.
 */
export const PLACE = "48 c7 c1 tls:4";
export const LOADED_PLACE = "48 8b 0d _:4";

/** The caller's own frame pointer is popped behind the goroutine's stack pointer, by functions that have pushed one. */
export function popped(rule: UnwindRule, pops: boolean): UnwindRule {
  if (!pops) return { ...rule, register: WORD };
  return { ...rule, register: 2 * WORD, fp: Fp.atCfa, fpOffset: -2 * WORD };
}

/** Two numbers of 16 bits in a rule's one of 32; undefined: they do not fit. */
export function pair(low: number | undefined, high: number | undefined): number | undefined {
  if (low === undefined || high === undefined) return undefined;
  if (low < 0 || low > MAX_U16 || high < 0 || high > MAX_U16) return undefined;
  return low | (high << 16);
}

export function bytes(text: string): Buffer {
  return Buffer.from(text.replaceAll(" ", ""), "hex");
}
