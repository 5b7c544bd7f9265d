import { END_CODE_SHIFT, START_STACK_SHIFT } from "../../unwind/image-check.ts";
import {
  BLOCK,
  BLOCK_HEADER_BYTES,
  INDEX_HASH_MULTIPLIER,
  INDEX_HASH_SHIFT,
  INDEX_MAX_PROBES,
  INDEX_SLOTS,
} from "../../unwind/memory-format.ts";
import { StackEnd } from "../../unwind/stack-end.ts";
import { type Assembler, FP, imm, R0, R1, R2, R3, R4, R6, R7, R8, R9, type Register } from "../assembler.ts";
import { BPF_F_USER_STACK, Helper } from "../helpers.ts";
import { findUserPart } from "./count-record.ts";
import { increment, lookUp, namespaceId } from "./fragments.ts";
import type { ProgramPlan, UnwindPlan } from "./plan.ts";
import { offsetOfPlace, shardNumbered, shardOfPlace } from "./shard-access.ts";
import { COUNTERS, IDS, KEY, SCRATCH, TASK } from "./slots.ts";
import { STATE, STEP } from "./walk-state.ts";

const PF_KTHREAD = 0x00200000;
/** Slots of this part. */
const IMAGE = -96;
const STATE_POINTER = -104;
/** Slot of the key of the arena in which the record is. */
export const ARENA_KEY = -32;

/** The current task, its parent, and the parent's parent: a child that was just forked has its forebear's mappings. */
const GENERATIONS = 3;

/**
 * From the interrupted registers (context in r6) and the tables' index, sets up the walk of the user's stack behind the
 * kernel's in the record at r8 of the arena at r9, and goes over to the program that walks. Never returns.
 */
export function beginUserWalk(asm: Assembler, plan: ProgramPlan, unwind: UnwindPlan): void {
  const { registers, layout, maps } = unwind;

  asm.call(Helper.getSmpProcessorId).mov(R7, R0).store("u32", FP, KEY, R0);
  lookUp(asm, maps.walks, KEY);
  asm.jumpIf(R0, "eq", imm(0), "walk-lost").mov(R9, R0).store("u64", FP, STATE_POINTER, R0);
  // The arena's key again: the side may have been turned meanwhile, so it is the one that was kept.
  asm.load("u32", R1, FP, ARENA_KEY).store("u32", R9, STATE.arena, R1);
  for (const offset of [
    STATE.cause,
    STATE.depth,
    STATE.end,
    STATE.known,
    STATE.byFramePointer,
    STATE.block,
    STATE.executing,
  ]) {
    asm.storeImmediate("u64", R9, offset, 0);
  }
  asm.storeImmediate("u64", R9, STATE.exact, 1);

  // The task, and whether its image is the one that the tables tell of.
  asm.call(Helper.getCurrentTaskBtf).mov(R7, R0).store("u64", FP, TASK, R0);
  asm.load("u32", R1, R7, layout.task.flags).jumpIf(R1, "set", imm(PF_KTHREAD), "no-user-stack");
  asm.load("u64", R1, R7, layout.task.mm).jumpIf(R1, "eq", imm(0), "no-user-stack");
  asm.load("u64", R2, R1, layout.mm.startStack).load("u64", R3, R1, layout.mm.endCode);
  asm.alu("shr", R2, imm(START_STACK_SHIFT)).alu("shr", R3, imm(END_CODE_SHIFT)).alu("xor", R2, R3);
  asm.store("u64", FP, IMAGE, R2);

  // Registers: the interrupted ones, or those with which the task entered the kernel.
  asm.load("u64", R1, R6, registers.mode.offset);
  asm
    .mov(R2, R1)
    .alu("and", R2, imm(registers.mode.mask))
    .jumpIf(R2, "ne", imm(registers.mode.user), "in-kernel");
  refuseNarrow(asm, unwind);
  copyRegisters(asm, unwind, R6);
  asm.jump("registers-known");
  asm.label("in-kernel").mov(R1, R7).call(Helper.taskPtRegs);
  asm.load("u16", R1, R0, registers.mode.offset);
  asm
    .mov(R2, R1)
    .alu("and", R2, imm(registers.mode.mask))
    .jumpIf(R2, "ne", imm(registers.mode.user), "no-user-stack");
  refuseNarrow(asm, unwind);
  asm.load("u32", R1, R0, registers.call.offset);
  for (const call of registers.call.exec) asm.jumpIf(R1, "eq", imm(call), "executing");
  asm.jump("in-call").label("executing").storeImmediate("u64", R9, STATE.executing, 1);
  asm.label("in-call");
  copyRegisters(asm, unwind, R0);
  asm.label("registers-known");

  findBlock(asm, plan, unwind);

  asm.mov(R1, R6).loadMap(R2, maps.steps).mov(R3, imm(STEP.walk)).call(Helper.tailCall);
  asm.jump("walk-lost");
  walkNarrow(asm, plan);
  asm
    .label("no-user-stack")
    .mov(R1, R6)
    .loadMap(R2, maps.steps)
    .mov(R3, imm(STEP.count))
    .call(Helper.tailCall);
  asm.label("walk-lost").load("u64", R1, FP, COUNTERS);
  increment(asm, R1, "noWalk", R2);
  asm.jump("exit");
}

/** A program of 32-bit code has no tables here: the kernel's own walk knows its frames. */
function refuseNarrow(asm: Assembler, { registers }: UnwindPlan): void {
  const { narrow } = registers;
  if ("bit" in narrow) asm.jumpIf(R1, "set", imm(narrow.bit), "narrow");
  else asm.alu("and", R1, imm(0xffff)).jumpIf(R1, "eq", imm(narrow.equals), "narrow");
}

/** The walk's state (r9) from the kernel's registers in memory at `base`. Spoils r1. */
function copyRegisters(asm: Assembler, { registers }: UnwindPlan, base: Register): void {
  const copy = (from: number, to: number) => asm.load("u64", R1, base, from).store("u64", R9, to, R1);
  copy(registers.pc, STATE.pc);
  copy(registers.sp, STATE.sp);
  copy(registers.fp, STATE.fp);
  for (const [number, offset] of registers.byNumber.entries()) copy(offset, STATE.registers + number * 8);
}

/** The process block of the current task, or of the process that it was forked from. Spoils r0–r5 and r7–r9. */
function findBlock(asm: Assembler, plan: ProgramPlan, unwind: UnwindPlan): void {
  const { layout, maps } = unwind;
  for (let generation = 0; generation < GENERATIONS; generation++) {
    const next = generation + 1 < GENERATIONS ? asm.fresh("parent") : "block-done";
    if (generation === 0) {
      asm.load("u32", R7, FP, IDS);
    } else {
      asm.load("u64", R1, FP, TASK).load("u64", R1, R1, layout.task.realParent);
      asm.jumpIf(R1, "eq", imm(0), "block-done").store("u64", FP, TASK, R1);
      if (plan.pidNamespace === undefined) {
        asm.load("u32", R7, R1, layout.task.tgid);
      } else {
        namespaceId(asm, layout, plan.pidNamespace, TASK, SCRATCH);
        asm.mov(R7, R0);
      }
    }
    asm.jumpIf(R7, "eq", imm(0), next);
    findPlace(asm, maps.shards, next);
    // r7: the block's place. Its shard stays that place's as long as this program runs.
    shardOfPlace(asm, maps.shards, R7, next);
    asm.mov(R8, R7);
    offsetOfPlace(asm, R8, BLOCK_HEADER_BYTES, next);
    asm.add(R8, R0).load("u32", R1, R8, BLOCK.imageCheck).load("u32", R2, FP, IMAGE);
    asm.jumpIf(R1, "ne", R2, next);
    asm.load("u64", R9, FP, STATE_POINTER).load("u32", R1, R8, BLOCK.count);
    asm.store("u32", R9, STATE.entryCount, R1).store("u32", R9, STATE.block, R7);
    asm.mov(R1, imm(1)).store("u64", R9, STATE.known, R1).jump("block-done");
    if (next !== "block-done") asm.label(next);
  }
  asm.label("block-done");
}

/** r7, a thread group's id, becomes the place of its block; jumps to `missing` when it has none. Spoils r0–r5 and r8. */
function findPlace(asm: Assembler, shards: number, missing: string): void {
  const found = asm.fresh("slot-found");
  asm.mov(R1, imm(0));
  shardNumbered(asm, shards, R1, missing);
  asm.mov(R8, R0).loadImmediate64(R1, BigInt(INDEX_HASH_MULTIPLIER)).alu("mul", R1, R7);
  asm.alu("shl", R1, imm(32)).alu("shr", R1, imm(32 + INDEX_HASH_SHIFT));
  for (let probe = 0; probe < INDEX_MAX_PROBES; probe++) {
    asm
      .mov(R2, R1)
      .add(R2, imm(probe))
      .alu("and", R2, imm(INDEX_SLOTS - 1))
      .alu("shl", R2, imm(3));
    asm.add(R2, R8).load("u64", R3, R2).jumpIf(R3, "eq", imm(0), missing);
    asm.mov(R4, R3).alu("shl", R4, imm(32)).alu("shr", R4, imm(32)).jumpIf(R4, "eq", R7, found);
  }
  asm.jump(missing);
  asm.label(found).mov(R7, R3).alu("shr", R7, imm(32));
}

/** The stack of a 32-bit program, by the kernel's own walk, behind the kernel's stack in the record at r8. Never returns. */
function walkNarrow(asm: Assembler, plan: ProgramPlan): void {
  const { kernel, user } = plan.arena.depths;
  // The kernel walks neither deeper.
  const depthBytes = Math.min(kernel, user) * 8;
  asm.label("narrow");
  findUserPart(asm, R2, kernel, "exit");
  asm.mov(R1, R6).mov(R3, imm(depthBytes)).mov(R4, imm(BPF_F_USER_STACK)).call(Helper.getStack);
  asm
    .jumpIf(R0, "signedLe", imm(0), "no-user-stack")
    .alu("shr", R0, imm(3))
    .store("u64", R9, STATE.depth, R0)
    .jumpIf(R0, "lt", imm(depthBytes / 8), "no-user-stack");
  asm.storeImmediate("u64", R9, STATE.end, StackEnd.tooDeep).jump("no-user-stack");
}
