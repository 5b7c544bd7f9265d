import { readFileSync } from "node:fs";

/**
 * A word that tells one program image of a process from another: whoever executes something gets a new stack and new
 * code at (mostly random) new places, and a forked child keeps its parent's. It is kept in each process block and
 * compared with the sampled task's own, so the mappings of an image that is gone are never used for the next one.
 *
 *     image check = low 32 bits of (start_stack >> 4 ^ end_code >> 3), never 0
 *
 * with start_stack and end_code of the kernel's mm_struct: fields 28 and 27 of /proc/PID/stat, proc_pid_stat(5).
 */
export const START_STACK_SHIFT = 4;
export const END_CODE_SHIFT = 3;

const END_CODE_FIELD = 27;
const START_STACK_FIELD = 28;

export function imageCheck(startStack: bigint, endCode: bigint): number {
  return Number(
    BigInt.asUintN(32, (startStack >> BigInt(START_STACK_SHIFT)) ^ (endCode >> BigInt(END_CODE_SHIFT))),
  );
}

/** The word for the present image of a process, from the text of its /proc/PID/stat; 0 when it is not told. */
export function imageCheckOf(stat: string): number {
  // The name, in parentheses, may hold anything: fields are counted from behind it.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const field = (number: number) => fields[number - 3] ?? "";
  const [endCode, startStack] = [field(END_CODE_FIELD), field(START_STACK_FIELD)];
  // To those who may not look, the kernel writes 1 and 0.
  if (!/^\d+$/.test(endCode) || !/^\d+$/.test(startStack) || startStack === "0") return 0;
  return imageCheck(BigInt(startStack), BigInt(endCode));
}

/** As `imageCheckOf`, of process `pid` now; 0 when it is gone. */
export function readImageCheck(pid: number): number {
  try {
    return imageCheckOf(readFileSync(`/proc/${pid}/stat`, "latin1"));
  } catch {
    return 0;
  }
}
