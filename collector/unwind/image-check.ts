import { readFileSync } from "node:fs";
import { statField } from "../process/proc-stat.ts";

/**
 * A word that tells one program image of a process from another: whoever executes something gets a new stack and new
 * code at (mostly random) new places, and a forked child keeps its parent's. It is kept in each process block and
 * compared with the sampled task's own, so the mappings of an image that is gone are never used for the next one.
 *
 *     image check = low 32 bits of (start_stack >> 4 ^ end_code >> 3), never 0
 *
 * with start_stack and end_code of the kernel's mm_struct: fields 28 and 27 of /proc/PID/stat, proc_pid_stat(5). An exec sets
 * both at its end (load_elf_binary of fs/binfmt_elf.c), when its first mappings have long been made and told of: where pages
 * come from a disk that is milliseconds later.
 */
export const START_STACK_SHIFT = 4;
export const END_CODE_SHIFT = 3;

const ADDRESS_SPACE_BYTES_FIELD = 23;
const END_CODE_FIELD = 27;
const START_STACK_FIELD = 28;

export function imageCheck(startStack: bigint, endCode: bigint): number {
  return Number(
    BigInt.asUintN(32, (startStack >> BigInt(START_STACK_SHIFT)) ^ (endCode >> BigInt(END_CODE_SHIFT))),
  );
}

/** What is told of the present image of a process: its word; that there is none yet, amid an exec; undefined: nothing. */
export type ShownCheck = number | "executing" | undefined;

/** What the text of a /proc/PID/stat tells; nothing of processes without user code, and to those who may not look. */
export function imageCheckOf(stat: string): ShownCheck {
  const [endCode, startStack] = [statField(stat, END_CODE_FIELD), statField(stat, START_STACK_FIELD)];
  if (!/^\d+$/.test(endCode) || !/^\d+$/.test(startStack)) return undefined;
  // Threads of the kernel, and processes at their end, have no address space.
  if (endCode === "0") return statField(stat, ADDRESS_SPACE_BYTES_FIELD) === "0" ? undefined : "executing";
  // To those who may not look, the kernel writes 1 and 0.
  if (startStack === "0") return undefined;
  return imageCheck(BigInt(startStack), BigInt(endCode));
}

/** As `imageCheckOf`, of process `pid` now; undefined, too, when it is gone. */
export function readImageCheck(pid: number): ShownCheck {
  try {
    return imageCheckOf(readFileSync(`/proc/${pid}/stat`, "latin1"));
  } catch {
    return undefined;
  }
}
