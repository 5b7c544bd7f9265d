import { ADDRESS_WORD } from "../../arena/layout.ts";
import type { StackDepths } from "../../contract.ts";
import type { CopyLayout } from "../../unwind/copied/late-walks.ts";
import { type Assembler, FP, imm, R0, R1, R2, R3, R6, R7, R8 } from "../assembler.ts";
import { Helper } from "../helpers.ts";
import { loadKernelDepth } from "./count-record.ts";
import type { UserRegisters } from "./registers.ts";
import { STATE } from "./walk-state.ts";

/** What is copied at a time. A piece that reaches into memory that cannot be read is left out, and ends the copy. */
export const COPY_CHUNK_BYTES = 256;
/** Slot: words of the user's part of the record so far. */
const WORDS = -16;

/**
 * Behind the leaf, the first of the user's frames in the record at r8, puts its registers (of the walk's state at r6) and as much of
 * the stack as can be read, in the stead of the other frames. r1 = words of all that. Spoils r0–r5 and r7.
 */
export function copyStack(
  asm: Assembler,
  { kernel }: StackDepths,
  { byNumber, sp }: UserRegisters,
  { count, stackBytes }: CopyLayout,
): void {
  const stackPointer = STATE.registers + byNumber.indexOf(sp) * 8;
  loadKernelDepth(asm, R1, R8);
  asm.jumpIf(R1, "gt", imm(kernel), "exit");
  asm
    .alu("shl", R1, imm(3))
    .mov(R7, R8)
    .add(R7, R1)
    .add(R7, imm(ADDRESS_WORD * 8));
  for (const number of byNumber.keys()) {
    asm.load("u64", R1, R6, STATE.registers + number * 8).store("u64", R7, (1 + number) * 8, R1);
  }
  for (let at = 0; at < stackBytes; at += COPY_CHUNK_BYTES) {
    asm.storeImmediate("u64", FP, WORDS, count + at / 8);
    asm
      .mov(R1, R7)
      .add(R1, imm(count * 8 + at))
      .mov(R2, imm(COPY_CHUNK_BYTES));
    asm.load("u64", R3, R6, stackPointer).add(R3, imm(at)).call(Helper.probeReadUser);
    asm.jumpIf(R0, "ne", imm(0), "copied");
  }
  asm.storeImmediate("u64", FP, WORDS, count + stackBytes / 8);
  asm.label("copied").load("u64", R1, FP, WORDS);
}
