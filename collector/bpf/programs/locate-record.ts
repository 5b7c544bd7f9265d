import { type Assembler, FP, imm, R0, R1, R6, R7, R8, R9 } from "../assembler.ts";
import { Helper } from "../helpers.ts";
import { lookUp } from "./fragments.ts";
import type { ProgramPlan, UnwindPlan } from "./plan.ts";
import { KEY } from "./slots.ts";
import { STATE } from "./walk-state.ts";

/**
 * Finds again what this CPU's walk works on: r6 = its state, r9 = the arena, r8 = the record at its head. Jumps to `missing`
 * where it is not there. Spoils all other registers.
 */
export function locateRecord(
  asm: Assembler,
  { arena, maps }: ProgramPlan,
  { maps: { walks } }: UnwindPlan,
  missing: string,
): void {
  asm.call(Helper.getSmpProcessorId).store("u32", FP, KEY, R0);
  lookUp(asm, walks, KEY);
  asm.jumpIf(R0, "eq", imm(0), missing).mov(R6, R0);
  asm.load("u32", R1, R6, STATE.arena).store("u32", FP, KEY, R1);
  lookUp(asm, maps.arenas, KEY);
  asm.jumpIf(R0, "eq", imm(0), missing).mov(R9, R0);
  asm.load("u64", R7, R9, 0).jumpIf(R7, "ge", imm(arena.dataBytes), missing);
  asm.alu("and", R7, imm(arena.dataBytes - 8));
  asm.mov(R8, R9).add(R8, R7).add(R8, imm(arena.dataOffset));
}
