import type { Machine } from "./machine.ts";

/** What a kernel says when something is wrong with it. */
const COMPLAINTS = [
  /\bWARNING:/,
  /\bBUG\b/,
  /\bOops\b/,
  /Call Trace/,
  /\brcu\b.*(stall|expedited|detected|kthread)/i,
  /\bhung\b|blocked for more than/,
  /lockup/,
  /general protection|page fault|unable to handle/i,
  /scheduling while atomic|sleeping function|bad: scheduling/,
  /refcount_t|list_(add|del) corruption|Bad page|double free/,
  /UBSAN|KASAN|KCSAN|kmemleak/,
  /page allocation failure|Out of memory|oom-kill/i,
  /unchecked MSR|stack-protector|stack guard/,
];

/**
 * Lines in which the kernel complains. Not among them: that a module is unsigned or out of tree, and that an interrupt
 * took long (as under emulation they do).
 */
export function complaints(dmesg: string): string[] {
  return dmesg.split("\n").filter((line) => COMPLAINTS.some((pattern) => pattern.test(line)));
}

let marks = 0;

/** Marks the present end of a guest's kernel log; what is returned gives the complaints that came after. */
export async function watchKernelLog(guest: Machine): Promise<() => Promise<string[]>> {
  const mark = `stapflame test ${++marks}`;
  await guest.must(`echo '${mark}' >/dev/kmsg`);
  return async () => {
    const log = await guest.must("dmesg");
    const [, after] = log.split(mark);
    // A log that overflowed has lost the mark: all that is left came after it.
    return complaints(after ?? log);
  };
}
