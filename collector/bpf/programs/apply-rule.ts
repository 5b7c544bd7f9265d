import { CfaRule, FpRule, RaRule, RULE } from "../../unwind/memory-format.ts";
import { StackEnd } from "../../unwind/stack-end.ts";
import {
  type Assembler,
  FP,
  imm,
  R0,
  R1,
  R2,
  R3,
  R4,
  R5,
  R6,
  R7,
  R8,
  R9,
  type Register,
} from "../assembler.ts";
import { readUser } from "./frame-pointer-step.ts";
import { findOtherStack } from "./other-stack.ts";
import type { UnwindPlan } from "./plan.ts";
import { BUFFER, RULE_ADD, RULE_FP, RULE_FP_OFFSET, RULE_RA, RULE_RA_OFFSET } from "./walk-slots.ts";
import { STATE, STATE_REGISTERS } from "./walk-state.ts";

/** What a frame pointer that is lost is set to: no frame lies there, so nothing is read by it. */
const LOST = 1;
/** Bytes of a PLT entry. */
const PLT_ENTRY = 16;
/** Lowest bit of an address that pointer authentication may use (48 bits of address). */
const AUTHENTICATION_BITS = (1n << 48n) - 1n;

/**
 * The caller's registers by the rule at r8. Goes on at `next`, or ends at `complete`, `no-rule`, `inexpressible`,
 * `unreadable` or `no-progress`. Spoils all but r9.
 */
export function applyRule(asm: Assembler, plan: UnwindPlan): void {
  const { registers } = plan;
  const signed = (size: "u16" | "u32", register: Register, offset: number) => {
    const shift = size === "u32" ? 32 : 48;
    asm.load(size, register, R8, offset).alu("shl", register, imm(shift)).alu("arsh", register, imm(shift));
  };
  signed("u32", R1, RULE.cfaAdd);
  asm.store("u64", FP, RULE_ADD, R1);
  signed("u16", R1, RULE.raOffset);
  asm.store("u64", FP, RULE_RA_OFFSET, R1);
  signed("u16", R1, RULE.fpOffset);
  asm.store("u64", FP, RULE_FP_OFFSET, R1);
  asm.load("u8", R1, R8, RULE.ra).store("u64", FP, RULE_RA, R1);
  asm.load("u8", R1, R8, RULE.fp).store("u64", FP, RULE_FP, R1);
  asm.load("u8", R5, R8, RULE.register);
  signed("u32", R2, RULE.cfaOffset);
  asm.load("u8", R1, R8, RULE.cfa);

  // r6 = the caller's stack pointer, or where it is kept.
  asm.load("u64", R3, R9, STATE.sp).load("u64", R4, R9, STATE.fp);
  const way = (rule: number, label: string) => asm.jumpIf(R1, "eq", imm(rule), label);
  way(CfaRule.stackPointer, "cfa-of-sp");
  way(CfaRule.framePointer, "cfa-of-fp");
  way(CfaRule.atStackPointer, "cfa-at-sp");
  way(CfaRule.atFramePointer, "cfa-at-fp");
  way(CfaRule.plt, "cfa-of-plt");
  way(CfaRule.signalFrame, "signal-frame");
  way(CfaRule.register, "cfa-of-register");
  way(CfaRule.inexpressible, "ra-in-register");
  if (registers.link === undefined) {
    way(CfaRule.goroutine, "cfa-of-thread");
    way(CfaRule.threadNote, "cfa-of-thread");
    way(CfaRule.stackDepth, "cfa-of-depth");
    way(CfaRule.goroutineCall, "cfa-of-thread");
  }
  asm.jump("no-rule");

  asm.label("cfa-of-fp").mov(R6, R4).add(R6, R2).jump("cfa-known");
  asm.label("cfa-at-fp").mov(R6, R4).add(R6, R2).jump("cfa-read");
  asm.label("cfa-at-sp").mov(R6, R3).add(R6, R2);
  asm.label("cfa-read");
  readUser(asm, BUFFER, 8, () => asm.mov(R3, R6));
  asm.load("u64", R6, FP, BUFFER).load("u64", R1, FP, RULE_ADD).add(R6, R1).jump("cfa-known");

  // A PLT entry pushes a word at an offset into it.
  asm.label("cfa-of-plt").mov(R6, R3).add(R6, imm(8)).load("u64", R5, R9, STATE.pc);
  asm
    .alu("and", R5, imm(PLT_ENTRY - 1))
    .jumpIf(R5, "signedLt", R2, "cfa-known")
    .add(R6, imm(8))
    .jump("cfa-known");

  // Registers are those of the leaf, which is the first frame.
  asm.label("cfa-of-register").load("u64", R1, R9, STATE.depth).jumpIf(R1, "ne", imm(1), "inexpressible");
  asm.jumpIf(R5, "ge", imm(STATE_REGISTERS), "inexpressible").alu("shl", R5, imm(3)).add(R5, R9);
  asm.load("u64", R6, R5, STATE.registers).add(R6, R2).jump("cfa-known");

  // The leaf has taken its return address into a register; of callers that is inexpressible.
  asm.label("ra-in-register").load("u64", R1, FP, RULE_RA).load("u64", R4, R9, STATE.depth);
  asm.jumpIf(R1, "ne", imm(RaRule.register), "inexpressible").jumpIf(R4, "ne", imm(1), "inexpressible");
  asm.jumpIf(R5, "ge", imm(STATE_REGISTERS), "inexpressible").alu("shl", R5, imm(3)).add(R5, R9);
  asm.mov(R6, R3).add(R6, R2).jumpIf(R6, "set", imm(7), "no-progress").jumpIf(R6, "lt", R3, "no-progress");
  asm.load("u64", R7, R5, STATE.registers).jump("ra-known");

  asm.label("cfa-of-sp").mov(R6, R3).add(R6, R2);

  asm.label("cfa-known").load("u64", R3, R9, STATE.sp).jumpIf(R6, "set", imm(7), "no-progress");
  if (registers.link === undefined) {
    asm.jumpIf(R6, "le", R3, "no-progress");
  } else {
    // A leaf that has pushed nothing has its caller's stack pointer.
    asm.jumpIf(R6, "lt", R3, "no-progress").jumpIf(R6, "gt", R3, "grown");
    asm.load("u64", R1, R9, STATE.depth).jumpIf(R1, "ne", imm(1), "no-progress").label("grown");
  }

  // r7 = the return address.
  asm.label("stack-known").load("u64", R1, FP, RULE_RA).jumpIf(R1, "eq", imm(RaRule.outermost), "complete");
  if (registers.link === undefined) {
    asm.jumpIf(R1, "ne", imm(RaRule.atCfa), "inexpressible");
  } else {
    asm.jumpIf(R1, "eq", imm(RaRule.atCfa), "ra-at-cfa").load("u64", R2, R9, STATE.depth);
    asm.jumpIf(R1, "ne", imm(RaRule.linkRegister), "inexpressible").jumpIf(R2, "ne", imm(1), "inexpressible");
    asm
      .load("u64", R7, R9, STATE.registers + registers.link * 8)
      .jump("ra-known")
      .label("ra-at-cfa");
  }
  readUser(asm, BUFFER, 8, () => asm.mov(R3, R6).load("u64", R1, FP, RULE_RA_OFFSET).add(R3, R1));
  asm.load("u64", R7, FP, BUFFER);
  asm.label("ra-known");
  if (registers.link !== undefined) asm.loadImmediate64(R1, AUTHENTICATION_BITS).alu("and", R7, R1);
  asm.jumpIf(R7, "eq", imm(0), "complete");

  // The caller's frame pointer.
  asm.load("u64", R1, FP, RULE_FP).jumpIf(R1, "eq", imm(FpRule.same), "fp-known");
  asm.load("u64", R3, FP, RULE_FP_OFFSET);
  asm.jumpIf(R1, "eq", imm(FpRule.isCfa), "fp-is-cfa").jumpIf(R1, "eq", imm(FpRule.atCfa), "fp-at-cfa");
  asm.jumpIf(R1, "ne", imm(FpRule.atFramePointer), "fp-lost");
  asm.load("u64", R1, R9, STATE.fp).add(R3, R1).jump("fp-read");
  asm.label("fp-at-cfa").add(R3, R6);
  asm.label("fp-read");
  readUser(asm, BUFFER, 8, () => asm);
  asm.load("u64", R3, FP, BUFFER).jump("fp-store");
  asm.label("fp-is-cfa").add(R3, R6).jump("fp-store");
  asm
    .label("fp-lost")
    .mov(R1, imm(StackEnd.inexpressible))
    .store("u64", R9, STATE.cause, R1)
    .mov(R3, imm(LOST));
  asm.label("fp-store").store("u64", R9, STATE.fp, R3);
  asm.label("fp-known").mov(R0, imm(0));
  asm.label("caller-known").store("u64", R9, STATE.sp, R6).store("u64", R9, STATE.pc, R7);
  asm
    .store("u64", R9, STATE.exact, R0)
    .mov(R1, imm(0))
    .store("u64", R9, STATE.byFramePointer, R1)
    .jump("next");

  // The kernel put the interrupted registers on the stack, which may be another one. Execution goes on at pc itself.
  asm.label("signal-frame").mov(R6, R3).mov(R8, R3).add(R6, R2);
  readUser(asm, BUFFER, 8, () => asm.mov(R3, R8).load("u64", R1, FP, RULE_RA_OFFSET).add(R3, R1));
  asm.load("u64", R7, FP, BUFFER);
  readUser(asm, BUFFER, 8, () => asm.mov(R3, R8).load("u64", R1, FP, RULE_FP_OFFSET).add(R3, R1));
  asm.load("u64", R1, FP, BUFFER).store("u64", R9, STATE.fp, R1);
  readUser(asm, BUFFER, 8, () => asm.mov(R3, R6));
  asm.load("u64", R6, FP, BUFFER).mov(R0, imm(1)).jump("caller-known");

  if (registers.link === undefined) findOtherStack(asm, plan);
}
