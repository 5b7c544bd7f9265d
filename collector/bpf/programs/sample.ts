import { ADDRESS_WORD, KEY_WORD, WORDS_OFFSET } from "../../arena/layout.ts";
import { Assembler, FP, imm, R0, R1, R2, R3, R4, R6, R7, R8, R9 } from "../assembler.ts";
import { BPF_F_USER_STACK, Helper } from "../helpers.ts";
import { ARENA_KEY, beginUserWalk } from "./begin-walk.ts";
import { countRecord, storeKernelDepth, storeUserDepth, writeFixedWords } from "./count-record.ts";
import { filterTask } from "./filter-task.ts";
import { increment, lookUp } from "./fragments.ts";
import type { ProgramPlan } from "./plan.ts";
import { COUNTERS, KEY } from "./slots.ts";

/**
 * The sampling program: run by each CPU's clock event in the timer interrupt. Filters the current task before any
 * stack is walked, writes the stack to the end of this CPU's arena, and either counts it as one already there or
 * keeps it. Bounded by the depth: two passes over the words of the deepest stacks and MAX_PROBES look-ups.
 *
 * With unwind tables it ends with the kernel's stack: programs of their own walk the user's (`walk.ts`) and count.
 */
export function sampleProgram(plan: ProgramPlan): Assembler {
  const asm = new Assembler();
  const { arena, maps } = plan;

  asm.mov(R6, R1); // the context: registers of what was interrupted

  // This CPU's counters.
  asm.call(Helper.getSmpProcessorId).store("u32", FP, KEY, R0);
  lookUp(asm, maps.counters, KEY);
  asm.jumpIf(R0, "eq", imm(0), "exit").store("u64", FP, COUNTERS, R0);

  filterTask(asm, plan);

  // This CPU's arena, on the side that is written now: element cpu * 2 + side.
  asm.call(Helper.getSmpProcessorId).alu("shl", R0, imm(1));
  asm.loadMapValue(R1, maps.control).load("u32", R1, R1).alu("and", R1, imm(1)).add(R0, R1);
  asm.store("u32", FP, KEY, R0).store("u32", FP, ARENA_KEY, R0);
  lookUp(asm, maps.arenas, KEY);
  asm.jumpIf(R0, "eq", imm(0), "no-arena").mov(R9, R0);

  // r8 = where the next record goes. The mask tells the verifier what the test before it has made sure of.
  asm.load("u64", R7, R9, 0).jumpIf(R7, "ge", imm(arena.dataBytes), "arena-full");
  asm.alu("and", R7, imm(arena.dataBytes - 8));
  asm.mov(R8, R9).add(R8, R7).add(R8, imm(arena.dataOffset));

  walkKernel(asm, plan);
  asm.load("u64", R1, FP, COUNTERS);
  increment(asm, R1, "samples", R2);
  writeFixedWords(asm, plan);
  if (plan.unwind) {
    beginUserWalk(asm, plan, plan.unwind);
  } else {
    walkUserByHelper(asm, plan);
    countRecord(asm, plan);
  }

  asm.label("no-arena").load("u64", R1, FP, COUNTERS);
  increment(asm, R1, "samples", R2);
  increment(asm, R1, "noArena", R2);
  asm.jump("exit");
  asm.label("arena-full").load("u64", R1, FP, COUNTERS);
  increment(asm, R1, "samples", R2);
  increment(asm, R1, "arenaFull", R2);
  return asm.label("exit").mov(R0, imm(0)).exit();
}

/**
 * Writes the kernel's addresses to the record at r8 and their number; their bytes are in r7 then. The mode is judged
 * by the kernel stack, which is empty exactly when user code was interrupted.
 */
function walkKernel(asm: Assembler, plan: ProgramPlan): void {
  const depthBytes = plan.arena.depths.kernel * 8;
  const kernelWanted = plan.mode !== "user";
  asm
    .mov(R1, R6)
    .mov(R2, R8)
    .add(R2, imm(ADDRESS_WORD * 8))
    .mov(R3, imm(kernelWanted ? depthBytes : 8))
    .mov(R4, imm(0));
  asm.call(Helper.getStack);
  asm.jumpIf(R0, "signedGe", imm(0), "kernel-walked").mov(R0, imm(0)).label("kernel-walked");
  if (plan.mode === "kernel") asm.jumpIf(R0, "eq", imm(0), "exit");
  if (plan.mode === "user") asm.jumpIf(R0, "ne", imm(0), "exit");
  // The mask tells the verifier that whole words were written.
  asm.alu("and", R0, imm(0xffff8)).jumpIf(R0, "gt", imm(depthBytes), "exit");
  asm.mov(R7, R0).mov(R1, R0).alu("shr", R1, imm(3));
  storeKernelDepth(asm, R8, R1);
}

/** The user's addresses behind those of the kernel (r7 bytes), by the kernel's own walk along frame pointers. */
function walkUserByHelper(asm: Assembler, plan: ProgramPlan): void {
  const depthBytes = plan.arena.depths.user * 8;
  if (plan.mode === "kernel") {
    asm.mov(R0, imm(0));
  } else {
    asm
      .mov(R1, R6)
      .mov(R2, R8)
      .add(R2, R7)
      .add(R2, imm(ADDRESS_WORD * 8))
      .mov(R3, imm(depthBytes));
    asm.mov(R4, imm(BPF_F_USER_STACK)).call(Helper.getStack);
    asm.jumpIf(R0, "signedGe", imm(0), "user-walked").mov(R0, imm(0)).label("user-walked");
    asm.alu("and", R0, imm(0xffff8)).jumpIf(R0, "gt", imm(depthBytes), "exit");
  }
  asm.alu("shr", R0, imm(3));
  storeUserDepth(asm, R8, R0);
  asm
    .alu("shr", R7, imm(3))
    .add(R0, R7)
    .add(R0, imm(ADDRESS_WORD - KEY_WORD))
    .store("u64", R9, WORDS_OFFSET, R0);
}
