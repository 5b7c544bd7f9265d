import { CfaRule, NEAR_BYTES, RULE } from "../../unwind/memory-format.ts";
import { type Assembler, FP, imm, R0, R1, R2, R3, R6, R7, R8, R9, type Register } from "../assembler.ts";
import { Helper } from "../helpers.ts";
import { readUser } from "./frame-pointer-step.ts";
import type { UnwindPlan } from "./plan.ts";
import { BUFFER, RULE_RA_OFFSET } from "./walk-slots.ts";
import { STATE } from "./walk-state.ts";

/** The first byte of a call of an address, of which the other four tell how far it is. */
const CALL = 0xe8;
/** The return address lies right below the caller's stack pointer. */
const RETURN_ADDRESS = -8;

/**
 * The caller's stack pointer, in r6, by those rules at r8 whose caller is on another stack: Go's runtime, which works for goroutines on
 * stacks of its own. What the rule and the process's memory say is only read by; it may fail. The other stack may lie anywhere, so
 * nothing is asked of where. Goes on at `stack-known`, or with the return address in r7 at `ra-known`, or ends at `complete`, ends at `unreadable`, `no-progress` or `inexpressible`. Spoils r0–r7.
 */
export function findOtherStack(asm: Assembler, { layout }: UnwindPlan): void {
  const read = () => {
    readUser(asm, BUFFER, 8, () => asm.mov(R3, R6));
    asm.load("u64", R6, FP, BUFFER);
  };
  const addSigned = (size: "u16" | "u32", to: Register, offset: number) => {
    const shift = imm(size === "u32" ? 32 : 48);
    asm.load(size, R1, R8, offset).alu("shl", R1, shift).alu("arsh", R1, shift).add(to, R1);
  };

  // From the thread pointer on. The base of fs is in the task since it was set by arch_prctl or clone, or since the task ran
  // last; a thread that has set it by an instruction of its own since then, as neither Go nor libc does, is read of in vain.
  asm.label("cfa-of-thread");
  const { threadPointer } = layout.task;
  if (threadPointer === undefined) {
    asm.jump("inexpressible");
  } else {
    asm.call(Helper.getCurrentTaskBtf).load("u64", R6, R0, threadPointer);
    addSigned("u32", R6, RULE.cfaOffset);
    read();
    asm.load("u16", R1, R8, RULE.cfaAdd).add(R6, R1);
    read();
    asm.load("u16", R1, R8, RULE.cfaAdd + 2).add(R6, R1);
    read();
    asm.load("u8", R1, R8, RULE.cfa).jumpIf(R1, "eq", imm(CfaRule.threadNote), "cfa-on-other-stack");
    asm.jumpIf(R1, "eq", imm(CfaRule.goroutineCall), "goroutine-call");
    addSigned("u16", R6, RULE.raOffset);
    read();
    asm.jump("cfa-on-other-stack");

    // Where the goroutine is to go on must be behind a call of this code; else the thread has gone over to another one.
    asm.label("goroutine-call").jumpIf(R6, "eq", imm(0), "complete");
    addSigned("u16", R6, RULE.raOffset);
    readUser(asm, BUFFER, 16, () => asm.mov(R3, R6));
    asm
      .load("u64", R6, FP, BUFFER)
      .load("u64", R7, FP, BUFFER + 8)
      .jumpIf(R6, "set", imm(7), "no-progress");
    readUser(asm, BUFFER, 8, () => asm.mov(R3, R7).alu("sub", R3, imm(8)));
    asm.load("u64", R1, FP, BUFFER).mov(R2, R1).alu("shr", R2, imm(24)).alu("and", R2, imm(0xff));
    asm.jumpIf(R2, "ne", imm(CALL), "complete").alu("arsh", R1, imm(32)).add(R1, R7);
    asm.load("u64", R2, R9, STATE.pc).alu("sub", R1, R2).add(R1, imm(NEAR_BYTES));
    asm.jumpIf(R1, "gt", imm(2 * NEAR_BYTES), "complete").jump("ra-known");
  }

  asm.label("cfa-of-depth").load("u64", R6, R9, STATE.sp);
  addSigned("u32", R6, RULE.cfaOffset);
  read();
  addSigned("u32", R6, RULE.cfaAdd);
  read();
  asm.mov(R7, R6).load("u64", R6, R9, STATE.sp);
  addSigned("u16", R6, RULE.raOffset);
  read();
  asm.alu("sub", R7, R6).mov(R6, R7);

  asm.label("cfa-on-other-stack").load("u8", R1, R8, RULE.register).add(R6, R1);
  asm.jumpIf(R6, "set", imm(7), "no-progress");
  asm.mov(R1, imm(RETURN_ADDRESS)).store("u64", FP, RULE_RA_OFFSET, R1).jump("stack-known");
}
