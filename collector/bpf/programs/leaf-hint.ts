import { type Assembler, FP, imm, R0, R1, R2, R3, R4, R6, R7, R9, type Register } from "../assembler.ts";
import { Helper } from "../helpers.ts";
import type { UnwindPlan } from "./plan.ts";
import { BUFFER } from "./walk-slots.ts";
import { STATE } from "./walk-state.ts";

const LOW_24 = 0xffffff;

/**
 * At a function's first instructions and at its return, the frame pointer is still or again the caller's, and a step by
 * it would miss the caller. There the return address is taken from the stack pointer, if the bytes before it are a call:
 * as sf_leaf_return_address in kmod-templates/kmod/frame-walk.h. Goes on at `next`, or falls through. Spoils all but r9.
 */
export function stepFromLeaf(asm: Assembler, { registers }: UnwindPlan): void {
  if (registers.link !== undefined) return;
  asm.load("u64", R1, R9, STATE.depth).jumpIf(R1, "ne", imm(1), "no-hint");
  asm.load("u64", R6, R9, STATE.sp).load("u64", R3, R9, STATE.pc).alu("sub", R3, imm(1));
  read(asm, 8);
  // r1: the byte before the instruction, and it; r2: the instruction's first bytes alone.
  asm.load("u64", R1, FP, BUFFER).mov(R2, R1).alu("shr", R2, imm(8));
  const bytes = (to: Register, from: Register, mask: number) => asm.mov(to, from).alu("and", to, imm(mask));
  const starts = (value: number, mask: number, label: string) => {
    bytes(R3, R2, mask);
    asm.jumpIf(R3, "eq", imm(value), label);
  };
  starts(0xc3, 0xff, "return-on-top"); // ret
  starts(0xc3f3, 0xffff, "return-on-top"); // rep ret
  starts(0x894855, LOW_24, "return-on-top"); // push %rbp, before mov %rsp,%rbp
  starts(0x8b4855, LOW_24, "return-on-top");
  asm.mov(R3, R2).alu("shl", R3, imm(32)).alu("shr", R3, imm(32)).loadImmediate64(R4, 0xfa1e0ff3n);
  asm.jumpIf(R3, "eq", R4, "return-on-top"); // endbr64: nothing was pushed yet
  bytes(R3, R1, 0xff);
  asm.jumpIf(R3, "ne", imm(0x55), "no-hint").add(R6, imm(8));
  starts(0xe58948, LOW_24, "return-on-top"); // mov %rsp,%rbp, after push %rbp
  starts(0xec8b48, LOW_24, "return-on-top");
  asm.jump("no-hint");

  asm.label("return-on-top").jumpIf(R6, "set", imm(7), "no-hint").mov(R3, R6);
  read(asm, 8);
  asm.load("u64", R7, FP, BUFFER).jumpIf(R7, "eq", imm(0), "no-hint").mov(R3, R7).alu("sub", R3, imm(8));
  // e8 rel32, or ff /2 in one of its lengths, which end at byte 7 of what is read here.
  read(asm, 8);
  asm.load("u64", R1, FP, BUFFER);
  const byteIs = (index: number, value: number, mask: number, otherwise: string) => {
    asm
      .mov(R2, R1)
      .alu("shr", R2, imm(8 * index))
      .alu("and", R2, imm(mask))
      .jumpIf(R2, "ne", imm(value), otherwise);
  };
  const call = (index: number, value: number, mask: number) => {
    const other = asm.fresh("no-such-call");
    byteIs(index, value, mask, other);
    asm.jump("hint-good").label(other);
  };
  call(3, 0xe8, 0xff);
  // The byte behind ff has 010 for its middle bits.
  for (const index of [6, 5, 2, 1]) call(index, 0x10ff, 0x38ff);
  asm.jump("no-hint");

  asm.label("hint-good").store("u64", R9, STATE.pc, R7).add(R6, imm(8)).store("u64", R9, STATE.sp, R6);
  asm.mov(R0, imm(0)).store("u64", R9, STATE.exact, R0);
  asm.mov(R1, imm(1)).store("u64", R9, STATE.byFramePointer, R1).jump("next");
  asm.label("no-hint");
}

/** Reads so many bytes at r3 into BUFFER; where that cannot be, there is no hint. */
function read(asm: Assembler, bytes: number): void {
  asm.mov(R1, FP).add(R1, imm(BUFFER)).mov(R2, imm(bytes)).call(Helper.probeReadUser);
  asm.jumpIf(R0, "ne", imm(0), "no-hint");
}
