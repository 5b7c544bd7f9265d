import {
  BLOCK,
  BLOCK_HEADER_BYTES,
  PLACE_SHARD_SHIFT,
  PLACE_UNIT_BYTES,
  SHARD_BYTES,
} from "../../unwind/memory-format.ts";
import { type Assembler, FP, imm, R0, R1, R2, R5, R6, R7, R8 } from "../assembler.ts";
import { Helper } from "../helpers.ts";
import { searchEntries } from "./find-entry.ts";
import { lookUp } from "./fragments.ts";
import { FILE_KEY_BYTES, MAPPED, MAPPED_ENTRY, MAPPED_ENTRY_BYTES, MOST_MAPPED } from "./mapped.ts";
import type { UnwindPlan } from "./plan.ts";
import { shardOfPlace } from "./shard-access.ts";
import { KEY } from "./slots.ts";
import { FILE } from "./walk-slots.ts";

/**
 * As `findEntry`, of the address in r6, by what the kernel itself has seen of the process's mappings and the block of the
 * mapped file, in which addresses are offsets in the file: r6 is one then. Jumps to `missing`, with r6 spoilt, when
 * nothing is known.
 */
export function findMappedEntry(asm: Assembler, { layout, maps }: UnwindPlan, missing: string): void {
  asm.call(Helper.getCurrentPidTgid).alu("shr", R0, imm(32)).store("u64", FP, KEY, R0);
  lookUp(asm, maps.mapped, KEY);
  asm.jumpIf(R0, "eq", imm(0), missing).mov(R8, R0);
  asm.call(Helper.getCurrentTaskBtf).load("u64", R1, R0, layout.task.mm).load("u64", R2, R8, MAPPED.mm);
  asm.jumpIf(R1, "ne", R2, missing).load("u64", R1, R0, layout.task.groupLeader);
  asm.load("u64", R1, R1, layout.task.startTime).load("u64", R2, R8, MAPPED.startTime);
  asm.jumpIf(R1, "ne", R2, missing);

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
