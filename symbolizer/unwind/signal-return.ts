import type { CodeRule } from "./overlay-rows.ts";
import { Cfa, Fp, PLAIN, type UnwindRule } from "./rule.ts";

/** What handlers of signals return to, x86-64, in Go's runtime and in musl: mov $15,%rax; syscall. */
export const SIGNAL_RETURN = Buffer.from("48c7c00f0000000f05", "hex");

/**
 * There sp is at a ucontext, in which rsp, rip and rbp of what was interrupted are (struct sigcontext,
 * arch/x86/include/uapi/asm/sigcontext.h).
 */
export const SIGNAL_RULE: UnwindRule = {
  ...PLAIN,
  cfa: Cfa.signal,
  fp: Fp.atCfa,
  cfaOffset: 160,
  raOffset: 168,
  fpOffset: 120,
};

/** Where its rule holds, if it is found at `at`: a return address is looked up by the byte before it, and while the system call runs pc is behind it. */
export function aroundSignalReturn(at: number): { start: number; end: number; beforeFunction: boolean } {
  return { start: at - 1, end: at + SIGNAL_RETURN.length + 1, beforeFunction: true };
}

/** All in code that begins at `base`. */
export function signalReturns(code: Uint8Array, base: number): CodeRule[] {
  const bytes = Buffer.from(code.buffer, code.byteOffset, code.length);
  const rules: CodeRule[] = [];
  for (let at = bytes.indexOf(SIGNAL_RETURN); at >= 0; at = bytes.indexOf(SIGNAL_RETURN, at + 1)) {
    rules.push({ ...aroundSignalReturn(base + at), rule: SIGNAL_RULE, wholeFunction: false });
  }
  return rules;
}
