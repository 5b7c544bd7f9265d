import {
  BLOCK,
  BLOCK_HEADER_BYTES,
  PLACE_SHARD_SHIFT,
  PLACE_UNIT_BYTES,
  SHARD_BYTES,
} from "../../unwind/memory-format.ts";
import { type Assembler, FP, imm, R0, R1, R2, R3, R5, R6, R7, R8 } from "../assembler.ts";
import { Helper } from "../helpers.ts";
import { searchEntries } from "./find-entry.ts";
import { lookUp } from "./fragments.ts";
import { FILE_KEY_BYTES, MAPPED, MAPPED_ENTRY, MAPPED_ENTRY_BYTES, MOST_MAPPED } from "./mapped.ts";
import type { UnwindPlan } from "./plan.ts";
import { shardOfPlace } from "./shard-access.ts";
import { KEY } from "./slots.ts";
import { END_CODE, FILE, START_STACK } from "./walk-slots.ts";

/** The current task, its parent, and the parent's parent: a child that was just forked has its forebear's mappings. */
const GENERATIONS = 3;

/**
 * As `findEntry`, of the address in r6, by what the kernel itself has seen of the process's mappings and the block of the
 * mapped file, in which addresses are offsets in the file: r6 is one then. Jumps to `missing`, with r6 spoilt, when
 * nothing is known.
 */
export function findMappedEntry(asm: Assembler, { layout, maps }: UnwindPlan, missing: string): void {
  const { task, mm } = layout;
  asm.call(Helper.getCurrentTaskBtf).mov(R7, R0).load("u64", R1, R7, task.mm);
  asm.jumpIf(R1, "eq", imm(0), missing);
  asm.load("u64", R2, R1, mm.startStack).store("u64", FP, START_STACK, R2);
  asm.load("u64", R2, R1, mm.endCode).store("u64", FP, END_CODE, R2);
  for (let generation = 0; generation < GENERATIONS; generation++) {
    const next = generation + 1 < GENERATIONS ? asm.fresh("forebear") : missing;
    if (generation > 0) asm.load("u64", R7, R7, task.realParent).jumpIf(R7, "eq", imm(0), missing);
    asm.load("u32", R1, R7, task.tgid).store("u64", FP, KEY, R1);
    lookUp(asm, maps.mapped, KEY);
    asm.jumpIf(R0, "eq", imm(0), next).mov(R8, R0);
    // Of the image that the process has now, and of this process.
    asm.load("u64", R1, R7, task.mm).jumpIf(R1, "eq", imm(0), next);
    asm.load("u64", R2, R8, MAPPED.mm).jumpIf(R1, "ne", R2, next);
    if (generation > 0) {
      asm.load("u64", R2, R1, mm.startStack).load("u64", R3, FP, START_STACK).jumpIf(R2, "ne", R3, next);
      asm.load("u64", R2, R1, mm.endCode).load("u64", R3, FP, END_CODE).jumpIf(R2, "ne", R3, next);
    }
    asm.load("u64", R1, R7, task.groupLeader).jumpIf(R1, "eq", imm(0), next);
    asm.load("u64", R1, R1, task.startTime).load("u64", R2, R8, MAPPED.startTime);
    asm.jumpIf(R1, "ne", R2, next);
    if (next !== missing) asm.jump("mapped-known").label(next);
  }
  asm.label("mapped-known");

  // The newest covers those that were there before.
  for (let entry = MOST_MAPPED - 1; entry >= 0; entry--) {
    const at = MAPPED.entries + entry * MAPPED_ENTRY_BYTES;
    const older = asm.fresh("older-mapping");
    asm.load("u64", R1, R8, at + MAPPED_ENTRY.end).jumpIf(R6, "ge", R1, older);
    asm.load("u64", R1, R8, at + MAPPED_ENTRY.start).jumpIf(R1, "gt", R6, older);
    asm
      .alu("sub", R6, R1)
      .load("u64", R1, R8, at + MAPPED_ENTRY.fileOffset)
      .add(R6, R1);
    for (let word = 0; word < FILE_KEY_BYTES; word += 8) {
      asm.load("u64", R1, R8, at + MAPPED_ENTRY.file + word).store("u64", FP, FILE + word, R1);
    }
    asm.jump("file-known").label(older);
  }
  asm.jump(missing);

  asm.label("file-known");
  lookUp(asm, maps.files, FILE);
  asm.jumpIf(R0, "eq", imm(0), missing).load("u32", R7, R0);
  shardOfPlace(asm, maps.shards, R7, missing);
  asm
    .mov(R8, R0)
    .mov(R5, R7)
    .alu("and", R5, imm((1 << PLACE_SHARD_SHIFT) - 1));
  asm.alu("mul", R5, imm(PLACE_UNIT_BYTES)).jumpIf(R5, "gt", imm(SHARD_BYTES - BLOCK_HEADER_BYTES), missing);
  asm.add(R0, R5).load("u32", R7, R0, BLOCK.count).jumpIf(R7, "eq", imm(0), missing);
  asm.add(R5, imm(BLOCK_HEADER_BYTES));
  searchEntries(asm, missing);
}
