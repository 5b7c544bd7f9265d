import {
  BLOCK_HEADER_BYTES,
  ENTRY,
  ENTRY_BYTES,
  MAX_ENTRIES,
  PLACE_SHARD_SHIFT,
  PLACE_UNIT_BYTES,
  SHARD_BYTES,
} from "../../unwind/memory-format.ts";
import { type Assembler, FP, imm, R0, R1, R2, R3, R4, R5, R6, R7, R8, R9 } from "../assembler.ts";
import { MASK } from "./shard-access.ts";
import { BLOCK_SHARD } from "./walk-slots.ts";
import { STATE } from "./walk-state.ts";

/** log2(ENTRY_BYTES). */
const ENTRY_SHIFT = 5;
const ALL_BITS = -1;

/**
 * The entry of the process's mappings that holds the walk's pc (the byte before it, if it is a return address): its
 * origin in r1, its table in r2, the address looked up in r6, also when it jumps to `missing` because there is none. Spoils
 * all but r9. The search halves without branching, so that the verifier has one way to look at and the CPU none to guess.
 */
export function findEntry(asm: Assembler, missing: string): void {
  asm.load("u64", R6, R9, STATE.pc).load("u64", R1, R9, STATE.exact).add(R6, R1).alu("sub", R6, imm(1));
  asm.load("u32", R7, R9, STATE.entryCount).jumpIf(R7, "eq", imm(0), missing);
  asm.load("u64", R8, FP, BLOCK_SHARD);
  asm.load("u32", R5, R9, STATE.block).alu("and", R5, imm((1 << PLACE_SHARD_SHIFT) - 1));
  asm.alu("mul", R5, imm(PLACE_UNIT_BYTES)).add(R5, imm(BLOCK_HEADER_BYTES));
  // Of the r7 entries that begin at byte r5 of the shard at r8.
  asm.mov(R0, imm(0));
  for (let half = MAX_ENTRIES / 2; half >= 1; half /= 2) {
    const skip = asm.fresh("fewer-entries");
    asm.jumpIf(R7, "le", imm(half), skip);
    // r4 = -1 if entry r0 + half begins at or below the address, r1 = -1 if there is such an entry.
    asm.mov(R1, R0).add(R1, imm(half)).mov(R2, R1).alu("shl", R2, imm(ENTRY_SHIFT)).add(R2, R5);
    asm.alu("and", R2, imm(MASK.u64)).add(R2, R8).load("u64", R3, R2);
    asm.mov(R4, R6).alu("sub", R4, R3).alu("arsh", R4, imm(63)).alu("xor", R4, imm(ALL_BITS));
    asm.alu("sub", R1, R7).alu("arsh", R1, imm(63));
    asm.alu("and", R4, R1).alu("and", R4, imm(half)).add(R0, R4);
    asm.label(skip);
  }
  asm
    .alu("shl", R0, imm(ENTRY_SHIFT))
    .add(R0, R5)
    .jumpIf(R0, "gt", imm(SHARD_BYTES - ENTRY_BYTES), missing);
  asm.add(R0, R8);
  asm.load("u64", R3, R0, ENTRY.start).jumpIf(R3, "gt", R6, missing);
  asm.load("u64", R3, R0, ENTRY.end).jumpIf(R6, "ge", R3, missing);
  asm.load("u64", R1, R0, ENTRY.origin).load("u32", R2, R0, ENTRY.table);
}
