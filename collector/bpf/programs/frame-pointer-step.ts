import { StackEnd } from "../../unwind/stack-end.ts";
import { type Assembler, FP, imm, R0, R1, R2, R3, R6, R9 } from "../assembler.ts";
import { Helper } from "../helpers.ts";
import { BUFFER, ZERO_ENDS } from "./walk-slots.ts";
import { STATE } from "./walk-state.ts";

/**
 * One frame by the frame pointer: the caller's lies where it points to, the return address behind it. Stacks grow down,
 * so it must not point below the stack pointer. Goes on at `next`, or ends at `complete`, `unreadable`, `no-progress` or
 * `failed`. Spoils r0–r6.
 */
export function stepByFramePointer(asm: Assembler): void {
  asm.load("u64", R6, R9, STATE.fp).jumpIf(R6, "eq", imm(0), "zero").jumpIf(R6, "set", imm(7), "no-progress");
  asm.load("u64", R1, R9, STATE.sp).jumpIf(R6, "lt", R1, "no-progress");
  readUser(asm, BUFFER, 16, () => asm.mov(R3, R6));
  asm
    .load("u64", R1, FP, BUFFER + 8)
    .jumpIf(R1, "eq", imm(0), "zero")
    .store("u64", R9, STATE.pc, R1);
  asm.load("u64", R1, FP, BUFFER).store("u64", R9, STATE.fp, R1);
  asm.add(R6, imm(16)).store("u64", R9, STATE.sp, R6);
  asm.mov(R1, imm(0)).store("u64", R9, STATE.exact, R1);
  asm.mov(R1, imm(1)).store("u64", R9, STATE.byFramePointer, R1).jump("next");
  asm.label("zero").load("u64", R1, FP, ZERO_ENDS).jumpIf(R1, "ne", imm(0), "complete");
  asm.mov(R0, imm(StackEnd.noTable)).jump("failed");
}

/** Copies memory of the process to the stack slot; `address` puts the address into r3. Jumps to `unreadable`. Spoils r0–r5. */
export function readUser(asm: Assembler, slot: number, bytes: number, address: () => void): void {
  address();
  asm.mov(R1, FP).add(R1, imm(slot)).mov(R2, imm(bytes)).call(Helper.probeReadUser);
  asm.jumpIf(R0, "ne", imm(0), "unreadable");
}
