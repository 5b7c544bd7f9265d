import { ADDRESS_WORD, COPIES_SHARE, KEY_WORD, WORDS_OFFSET } from "../../arena/layout.ts";
import { StackEnd } from "../../unwind/stack-end.ts";
import { Assembler, imm, R0, R1, R2, R3, R6, R7, R8, R9 } from "../assembler.ts";
import { copyStack } from "./copy-stack.ts";
import { addLoopFunctions, countDeepRecord } from "./count-deep.ts";
import { countRecord, loadKernelDepth, storeUserDepth, storeUserEnd } from "./count-record.ts";
import { locateRecord } from "./locate-record.ts";
import type { ProgramPlan, UnwindPlan } from "./plan.ts";
import { needsLoop, STATE, WALK_LOST } from "./walk-state.ts";

/** The last program of a walk by unwind tables: tells how deep the user's stack is and why it ended, and counts the record. */
export function countProgram(plan: ProgramPlan, unwind: UnwindPlan): Assembler {
  const asm = new Assembler();
  const { depths } = plan.arena;
  locateRecord(asm, plan, unwind, "exit");

  asm.load("u64", R1, R6, STATE.depth).jumpIf(R1, "gt", imm(depths.user), "exit");
  asm.load("u64", R2, R6, STATE.end).jumpIf(R2, "eq", imm(WALK_LOST), "exit");
  if (unwind.copies) {
    asm.jumpIf(R2, "ne", imm(StackEnd.notKnownYet), "walked").jumpIf(R1, "eq", imm(0), "walked");
    asm.jumpIf(R7, "ge", imm(plan.arena.dataBytes * COPIES_SHARE), "walked");
    copyStack(asm, depths, unwind.layout, unwind.copies);
    asm.mov(R2, imm(StackEnd.copied));
    finishRecord(asm);
    asm.jump("append").label("walked");
  }
  finishRecord(asm);
  const deep = needsLoop(depths);
  if (deep) countDeepRecord(asm, plan);
  else countRecord(asm, plan);
  asm.label("exit").mov(R0, imm(0)).exit();
  if (deep) addLoopFunctions(asm, plan, unwind);
  return asm;
}

/** Writes to the record at r8 how many words of user's frames it has (r1) and why there are no more (r2), and sums up its key. */
function finishRecord(asm: Assembler): void {
  storeUserDepth(asm, R8, R1);
  loadKernelDepth(asm, R3, R8);
  asm
    .add(R1, R3)
    .add(R1, imm(ADDRESS_WORD - KEY_WORD))
    .store("u64", R9, WORDS_OFFSET, R1);
  storeUserEnd(asm, R8, R2, R3);
}
