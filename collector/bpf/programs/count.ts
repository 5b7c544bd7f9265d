import { ADDRESS_WORD, KEY_WORD, WORDS_OFFSET } from "../../arena/layout.ts";
import { Assembler, imm, R0, R1, R2, R3, R6, R8, R9 } from "../assembler.ts";
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
  storeUserDepth(asm, R8, R1);
  asm.load("u64", R2, R6, STATE.end).jumpIf(R2, "eq", imm(WALK_LOST), "exit");
  loadKernelDepth(asm, R3, R8);
  asm
    .add(R1, R3)
    .add(R1, imm(ADDRESS_WORD - KEY_WORD))
    .store("u64", R9, WORDS_OFFSET, R1);
  storeUserEnd(asm, R8, R2, R3);
  const deep = needsLoop(depths);
  if (deep) countDeepRecord(asm, plan);
  else countRecord(asm, plan);
  asm.label("exit").mov(R0, imm(0)).exit();
  if (deep) addLoopFunctions(asm, plan, unwind);
  return asm;
}
