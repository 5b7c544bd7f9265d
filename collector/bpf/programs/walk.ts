import { Assembler, FP, imm, R0, R1, R2, R3, R4 } from "../assembler.ts";
import { Helper } from "../helpers.ts";
import { increment, lookUp } from "./fragments.ts";
import type { ProgramPlan, UnwindPlan } from "./plan.ts";
import { KEY } from "./slots.ts";
import { walkFrames } from "./walk-frames.ts";
import { CONTEXT } from "./walk-slots.ts";
import { FRAMES_PER_CALL, framesPerTailCall, needsLoop, STATE, STEP, WALK_LOST } from "./walk-state.ts";

/**
 * Walks the user's stack by unwind tables, a few frames at a time (`walk-frames.ts`), and goes over to the program that
 * counts (`count.ts`). To the next frames it goes by a tail call of itself, because tail calls are in every kernel that has what
 * else is needed, and because the verifier looks at one such run only. They are too few for the deepest stacks, for which
 * the kernel calls it back (Linux 5.17).
 */
export function walkProgram(plan: ProgramPlan, unwind: UnwindPlan): Assembler {
  const asm = new Assembler();
  if (needsLoop(plan.arena.depths)) walkInLoop(asm, plan, unwind);
  else walkByTailCalls(asm, plan, unwind);
  return asm;
}

function walkByTailCalls(asm: Assembler, plan: ProgramPlan, unwind: UnwindPlan): void {
  const goTo = (step: number) => {
    asm.load("u64", R1, FP, CONTEXT).loadMap(R2, unwind.maps.steps).mov(R3, imm(step)).call(Helper.tailCall);
    asm.jump("lost");
  };
  asm.store("u64", FP, CONTEXT, R1);
  walkFrames(asm, plan, unwind, framesPerTailCall(plan.arena.depths), {
    more: () => goTo(STEP.walk),
    ended: () => goTo(STEP.count),
    lost: () => {
      countLost(asm, plan);
      asm.mov(R0, imm(0)).exit();
    },
  });
}

const GO_ON = 0;
const STOP = 1;

function walkInLoop(asm: Assembler, plan: ProgramPlan, unwind: UnwindPlan): void {
  const { user } = plan.arena.depths;
  // One more, to look at what is beyond.
  const calls = Math.ceil((user + 1) / FRAMES_PER_CALL);
  asm.store("u64", FP, CONTEXT, R1);
  asm.mov(R1, imm(calls)).loadFunction(R2, "walk_frames").mov(R3, imm(0)).mov(R4, imm(0)).call(Helper.loop);
  asm
    .load("u64", R1, FP, CONTEXT)
    .loadMap(R2, unwind.maps.steps)
    .mov(R3, imm(STEP.count))
    .call(Helper.tailCall);
  countLost(asm, plan);
  asm.mov(R0, imm(0)).exit();

  asm.function("walk_frames");
  walkFrames(asm, plan, unwind, FRAMES_PER_CALL, {
    more: () => asm.mov(R0, imm(GO_ON)).exit(),
    ended: () => asm.mov(R0, imm(STOP)).exit(),
    lost: () => {
      countLost(asm, plan);
      asm.call(Helper.getSmpProcessorId).store("u32", FP, KEY, R0);
      lookUp(asm, unwind.maps.walks, KEY);
      asm.jumpIf(R0, "eq", imm(0), "stop").storeImmediate("u64", R0, STATE.end, WALK_LOST);
      asm.label("stop").mov(R0, imm(STOP)).exit();
    },
  });
}

function countLost(asm: Assembler, { maps }: ProgramPlan): void {
  const done = asm.fresh("lost-counted");
  asm.call(Helper.getSmpProcessorId).store("u32", FP, KEY, R0);
  lookUp(asm, maps.counters, KEY);
  asm.jumpIf(R0, "eq", imm(0), done);
  increment(asm, R0, "noWalk", R1);
  asm.label(done);
}
