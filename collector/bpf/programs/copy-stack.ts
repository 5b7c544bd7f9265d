import type { StackDepths } from "../../contract.ts";
import { COPY_CHUNK_BYTES, type CopyLayout } from "../../unwind/copied/copy-layout.ts";
import { type Assembler, FP, imm, R0, R1, R2, R3, R4, R6, R7 } from "../assembler.ts";
import { Helper } from "../helpers.ts";
import type { KernelLayout } from "../kernel-layout.ts";
import { findUserPart } from "./count-record.ts";
import { STATE } from "./walk-state.ts";

/** Slots: words of the copy so far; where a process's first stack begins, behind which there are no frames. */
const WORDS = -16;
const STACK_BEGIN = -24;

/**
 * Behind the leaf, the first of the user's frames in the record at r8, puts the registers (of the walk's state at r6) and as much of
 * the stack as can be read, in the stead of the other frames. r1 = words of all that. Spoils r0–r5 and r7.
 */
export function copyStack(
  asm: Assembler,
  { kernel }: StackDepths,
  { task, mm }: KernelLayout,
  { registers, registerWords, words }: CopyLayout,
): void {
  const stackPointer = STATE.registers + registers.byNumber.indexOf(registers.sp) * 8;
  findUserPart(asm, R7, kernel, "exit");
  for (const [number, word] of registers.byNumber.entries()) {
    asm.load("u64", R1, R6, STATE.registers + number * 8).store("u64", R7, word * 8, R1);
  }
  asm.call(Helper.getCurrentTaskBtf).load("u64", R1, R0, task.mm).jumpIf(R1, "eq", imm(0), "exit");
  asm.load("u64", R1, R1, mm.startStack).store("u64", FP, STACK_BEGIN, R1);
  const stackBytes = (words - registerWords) * 8;
  for (let at = 0; at < stackBytes; at += COPY_CHUNK_BYTES) {
    asm.storeImmediate("u64", FP, WORDS, registerWords + at / 8);
    asm
      .mov(R1, R7)
      .add(R1, imm(registerWords * 8 + at))
      .mov(R2, imm(COPY_CHUNK_BYTES));
    asm.load("u64", R3, R6, stackPointer).add(R3, imm(at));
    if (at > 0) asm.load("u64", R4, FP, STACK_BEGIN).jumpIf(R3, "gt", R4, "copied");
    asm.call(Helper.probeReadUser);
    asm.jumpIf(R0, "ne", imm(0), "copied");
  }
  asm.storeImmediate("u64", FP, WORDS, words);
  asm.label("copied").load("u64", R1, FP, WORDS);
}
