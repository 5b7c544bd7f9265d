import { KEY_WORD, WORDS_OFFSET } from "../../arena/layout.ts";
import { type Assembler, FP, imm, R0, R1, R2, R3, R4, R5, R6, R7, R8, R9 } from "../assembler.ts";
import { Helper } from "../helpers.ts";
import { compareWord, findOrAppend, hashWord, mostKeyWords } from "./count-record.ts";
import { locateRecord } from "./locate-record.ts";
import type { ProgramPlan, UnwindPlan } from "./plan.ts";
import { STATE } from "./walk-state.ts";

/**
 * Counts records of the deepest stacks. The verifier looks at each turn of a loop, and would have to look at too many: so the
 * kernel calls a function back for each part of the key (`bpf_loop`, Linux 5.17), of which it looks at one.
 */
const WORDS_A_CALL = 64;
/** Slots: pointer to the walk's state; in the functions, the number of the call. */
const STATE_POINTER = -16;
const TURN = -16;
const GO_ON = 0;
const STOP = 1;

/** As `countRecord`; r6 is the walk's state. */
export function countDeepRecord(asm: Assembler, plan: ProgramPlan): void {
  const most = mostKeyWords(plan.arena.depths);
  const callForAll = (name: string) =>
    asm
      .mov(R1, imm(Math.ceil(most / WORDS_A_CALL)))
      .loadFunction(R2, name)
      .mov(R3, imm(0))
      .mov(R4, imm(0))
      .call(Helper.loop);

  asm.store("u64", FP, STATE_POINTER, R6).storeImmediate("u64", R6, STATE.hash, 0);
  callForAll("hash_words");
  asm.load("u64", R0, R6, STATE.hash);
  findOrAppend(asm, plan, () => {
    asm.load("u64", R1, FP, STATE_POINTER).store("u64", R1, STATE.candidate, R4);
    asm.storeImmediate("u64", R1, STATE.differs, 0);
    callForAll("compare_words");
    asm.load("u64", R1, FP, STATE_POINTER).load("u64", R1, R1, STATE.differs);
    asm.jumpIf(R1, "ne", imm(0), "append").jump("same");
  });
}

/** What `countDeepRecord` has called back, behind the end of the program. */
export function addLoopFunctions(asm: Assembler, plan: ProgramPlan, unwind: UnwindPlan): void {
  asm.function("hash_words");
  eachWord(asm, plan, unwind, {
    prepare: () =>
      asm
        .load("u64", R0, R6, STATE.hash)
        .loadImmediate64(R5, plan.hashMultiplier)
        .mov(R1, R8)
        .add(R1, imm(KEY_WORD * 8)),
    word: () => hashWord(asm, R7),
    finish: () => asm.store("u64", R6, STATE.hash, R0),
  });

  asm.function("compare_words");
  const { dataBytes, dataOffset } = plan.arena;
  const stop = eachWord(asm, plan, unwind, {
    prepare: () =>
      asm
        .load("u64", R1, R6, STATE.candidate)
        .alu("and", R1, imm(dataBytes - 8))
        .add(R9, R1)
        .add(R9, imm(dataOffset))
        .mov(R0, R6)
        .mov(R6, R9),
    word: () => compareWord(asm, R7, "differs"),
    finish: () => {},
  });
  asm.label("differs").storeImmediate("u64", R0, STATE.differs, 1).jump(stop);
}

/**
 * A function that goes over one part of the key: `prepare` is given what `locateRecord` finds, `word` the number of the word in
 * r7, `finish` comes behind the part's last one. They leave r2, r3 and r7 alone. Returns the label at which the loop is ended.
 */
function eachWord(
  asm: Assembler,
  plan: ProgramPlan,
  unwind: UnwindPlan,
  part: { prepare(): void; word(): void; finish(): void },
): string {
  const most = mostKeyWords(plan.arena.depths);
  const [next, done, stop] = [asm.fresh("word"), asm.fresh("part-done"), asm.fresh("stop")];
  asm.store("u64", FP, TURN, R1);
  locateRecord(asm, plan, unwind, stop);
  asm.load("u64", R7, FP, TURN).alu("mul", R7, imm(WORDS_A_CALL));
  asm.load("u64", R2, R9, WORDS_OFFSET).jumpIf(R2, "gt", imm(most), stop).jumpIf(R7, "ge", R2, stop);
  part.prepare();
  // The second bound says again what the first does: before Linux 6.8 the verifier learns nothing of two registers compared.
  asm.mov(R3, imm(0)).label(next).jumpIf(R7, "ge", imm(most), done);
  part.word();
  asm.add(R7, imm(1)).add(R3, imm(1)).jumpIf(R7, "ge", R2, done).jumpIf(R3, "lt", imm(WORDS_A_CALL), next);
  asm.label(done);
  part.finish();
  asm.mov(R0, imm(GO_ON)).exit();
  asm.label(stop).mov(R0, imm(STOP)).exit();
  return stop;
}
