import { TABLE_BY_NATURE_NONE, TABLE_COMING, TABLE_MISSING } from "../../unwind/memory-format.ts";
import { StackEnd } from "../../unwind/stack-end.ts";
import { type Assembler, FP, imm, R0, R1, R2, R3, R6, R7, R9 } from "../assembler.ts";
import { applyRule } from "./apply-rule.ts";
import { findUserPart } from "./count-record.ts";
import { findEntry } from "./find-entry.ts";
import { findRule } from "./find-rule.ts";
import { stepByFramePointer } from "./frame-pointer-step.ts";
import { stepFromLeaf } from "./leaf-hint.ts";
import { locateRecord } from "./locate-record.ts";
import type { ProgramPlan, UnwindPlan } from "./plan.ts";
import { shardOfPlace } from "./shard-access.ts";
import { BLOCK_SHARD, FRAMES, RUNS, TABLE, ZERO_ENDS } from "./walk-slots.ts";
import { STATE } from "./walk-state.ts";

/** How code that walks some frames is left: each writes what is to be done then, and nothing comes after it. */
export interface Ways {
  /** There may be more frames. */
  more(): void;
  /** The stack has ended; its state tells why. */
  ended(): void;
  /** Something is not there that must be. */
  lost(): void;
}

/**
 * Walks `frames` frames of the user's stack by unwind tables, or fewer. Begins with nothing in registers or slots.
 *
 * A frame: the entry of the process's mappings that holds pc (`find-entry.ts`), the rule of its table for pc (`find-rule.ts`), the caller's registers by that rule (`apply-rule.ts`); by the frame pointer where there is no rule
 * (`frame-pointer-step.ts`). Each step has a bound, and each read of tables stays within their shard, whatever is
 * written there; what is read of the process may fail, and then the walk ends and tells so.
 */
export function walkFrames(
  asm: Assembler,
  plan: ProgramPlan,
  unwind: UnwindPlan,
  frames: number,
  ways: Ways,
): void {
  const { depths } = plan.arena;

  locateRecord(asm, plan, unwind, "lost");
  asm.mov(R9, R6);

  findUserPart(asm, R2, depths.kernel, "lost");
  asm.store("u64", FP, FRAMES, R2);

  // The process's entries; of a process that is not known shard 0, in which nothing is looked for then.
  asm.load("u32", R6, R9, STATE.block);
  shardOfPlace(asm, unwind.maps.shards, R6, "lost");
  asm.store("u64", FP, BLOCK_SHARD, R0);

  asm.mov(R1, imm(0)).store("u64", FP, RUNS, R1);
  asm.label("frame");
  findEntry(asm, "no-entry"); // r1: origin, r2: table, r6: address
  asm.mov(R7, R6).alu("sub", R7, R1).store("u64", FP, TABLE, R2).jump("entry-known").label("no-entry");
  noEntry(asm);
  asm.label("entry-known");
  appendFrame(asm, depths.user);

  // r7: the address in the table. Where there is none, frame pointers; what they cannot tell has this for its cause.
  asm.load("u64", R2, FP, TABLE);
  asm
    .jumpIf(R2, "eq", imm(TABLE_BY_NATURE_NONE), "by-nature")
    .jumpIf(R2, "eq", imm(TABLE_MISSING), "no-table");
  asm.jumpIf(R2, "eq", imm(TABLE_COMING), "not-known");
  findRule(asm, unwind, "no-rule");
  applyRule(asm, unwind);

  // Code made at run time: a chain of frame pointers ends with 0, but one that has not begun may find anything in the register.
  asm
    .label("by-nature")
    .load("u64", R1, R9, STATE.byFramePointer)
    .store("u64", FP, ZERO_ENDS, R1)
    .jump("by-frame-pointer");
  // Code in a file that no rule covers: hand-written assembler, code that a run-time brings with it. It may be a stack's
  // beginning, but the leaf may use the frame pointer for something else.
  asm
    .label("no-rule")
    .load("u64", R1, R9, STATE.exact)
    .alu("xor", R1, imm(1))
    .store("u64", FP, ZERO_ENDS, R1);
  asm.mov(R0, imm(StackEnd.noTable)).jump("remember");
  asm.label("not-known").mov(R0, imm(StackEnd.notKnownYet)).jump("never-ends");
  asm.label("inexpressible").mov(R0, imm(StackEnd.inexpressible)).jump("never-ends");
  asm.label("no-table").mov(R0, imm(StackEnd.noTable));
  asm.label("never-ends").mov(R1, imm(0)).store("u64", FP, ZERO_ENDS, R1);
  asm.label("remember").load("u64", R1, R9, STATE.cause).jumpIf(R1, "ne", imm(0), "by-frame-pointer");
  asm.store("u64", R9, STATE.cause, R0);
  asm.label("by-frame-pointer");
  stepFromLeaf(asm, unwind);
  stepByFramePointer(asm);

  asm.label("next").load("u64", R1, FP, RUNS).add(R1, imm(1)).store("u64", FP, RUNS, R1);
  asm.jumpIf(R1, "lt", imm(frames), "frame");
  ways.more();

  asm.label("unreadable").mov(R0, imm(StackEnd.unreadable)).jump("failed");
  asm.label("no-progress").mov(R0, imm(StackEnd.noProgress)).jump("failed");
  asm.label("outside").mov(R0, imm(StackEnd.outsideMappings));
  // Had frame pointers to be used on the way, that is what the walk failed of.
  asm
    .label("failed")
    .load("u64", R1, R9, STATE.cause)
    .jumpIf(R1, "eq", imm(0), "ended")
    .mov(R0, R1)
    .jump("ended");
  asm.label("too-deep").mov(R0, imm(StackEnd.tooDeep)).jump("ended");
  asm.label("complete").mov(R0, imm(StackEnd.complete));
  asm.label("ended").store("u64", R9, STATE.end, R0);
  ways.ended();
  asm.label("lost");
  ways.lost();
}

/**
 * An address in no mapping that is known. The leaf and what a rule gave are believed, for a mapping may be newer than what is
 * known, and are as code whose table is coming; but what a frame pointer gave is taken for code only if it is known to be.
 */
function noEntry(asm: Assembler): void {
  // Where a program is executed, the old one's stack is gone: then there is none.
  asm.load("u64", R1, R9, STATE.executing).load("u64", R2, R9, STATE.depth);
  asm.alu("xor", R1, imm(1)).alu("or", R1, R2).jumpIf(R1, "eq", imm(0), "complete");
  asm.mov(R2, imm(TABLE_COMING)).load("u64", R1, R9, STATE.known).jumpIf(R1, "eq", imm(0), "believed");
  asm.load("u64", R1, R9, STATE.byFramePointer).jumpIf(R1, "ne", imm(0), "outside");
  asm.label("believed").store("u64", FP, TABLE, R2).mov(R7, imm(0));
}

/** Writes pc behind the frames that are there. Spoils r1–r3. */
function appendFrame(asm: Assembler, maxDepth: number): void {
  asm.load("u64", R1, R9, STATE.depth).jumpIf(R1, "ge", imm(maxDepth), "too-deep");
  asm.mov(R2, R1).alu("shl", R2, imm(3)).load("u64", R3, FP, FRAMES).add(R3, R2);
  asm.load("u64", R2, R9, STATE.pc).store("u64", R3, 0, R2).add(R1, imm(1)).store("u64", R9, STATE.depth, R1);
}
