import { ADDRESS_WORD, KEY_WORD, WORDS_OFFSET } from "../../arena/layout.ts";
import { Assembler, FP, imm, R0, R1, R2, R3, R6, R7, R8, R9 } from "../assembler.ts";
import { Helper } from "../helpers.ts";
import { countRecord, KERNEL_DEPTH_OFFSET, USER_DEPTH_OFFSET, USER_END_SHIFT } from "./count-record.ts";
import { lookUp } from "./fragments.ts";
import type { ProgramPlan, UnwindPlan } from "./plan.ts";
import { KEY } from "./slots.ts";
import { STATE } from "./walk-state.ts";

/** The last program of a walk by unwind tables: tells how deep the user's stack is and why it ended, and counts the record. */
export function countProgram(plan: ProgramPlan, { maps }: UnwindPlan): Assembler {
  const asm = new Assembler();
  const { arena } = plan;
  asm.call(Helper.getSmpProcessorId).store("u32", FP, KEY, R0);
  lookUp(asm, maps.walks, KEY);
  asm.jumpIf(R0, "eq", imm(0), "exit").mov(R6, R0);
  asm.load("u32", R1, R6, STATE.arena).store("u32", FP, KEY, R1);
  lookUp(asm, plan.maps.arenas, KEY);
  asm.jumpIf(R0, "eq", imm(0), "exit").mov(R9, R0);
  asm.load("u64", R7, R9, 0).jumpIf(R7, "ge", imm(arena.dataBytes), "exit");
  asm.alu("and", R7, imm(arena.dataBytes - 8));
  asm.mov(R8, R9).add(R8, R7).add(R8, imm(arena.dataOffset));

  asm.load("u64", R1, R6, STATE.depth).jumpIf(R1, "gt", imm(arena.maxDepth), "exit");
  asm.load("u64", R2, R6, STATE.end).alu("shl", R2, imm(USER_END_SHIFT)).alu("or", R2, R1);
  asm.store("u16", R8, USER_DEPTH_OFFSET, R2);
  asm
    .load("u16", R3, R8, KERNEL_DEPTH_OFFSET)
    .add(R1, R3)
    .add(R1, imm(ADDRESS_WORD - KEY_WORD));
  asm.store("u64", R9, WORDS_OFFSET, R1);
  countRecord(asm, plan);
  return asm.label("exit").mov(R0, imm(0)).exit();
}
