import {
  PAGE_SHIFT,
  PIECE,
  PIECE_HEADER_BYTES,
  RULE_BYTES,
  SHARD_BYTES,
} from "../../unwind/memory-format.ts";
import { type Assembler, FP, imm, R0, R1, R2, R3, R4, R5, R6, R7, R8 } from "../assembler.ts";
import type { UnwindPlan } from "./plan.ts";
import { MASK, offsetOfPlace, shardOfPlace } from "./shard-access.ts";
import { FIRST_ROW, TABLE } from "./walk-slots.ts";

const ALL_BITS = -1;
const LOW_BITS = (1 << PAGE_SHIFT) - 1;
/** log2(RULE_BYTES). */
const RULE_SHIFT = 4;

/**
 * r8 = pointer to the rule for the address r7 of the table in TABLE, with RULE_BYTES behind it. Jumps to `missing` when
 * the table has none. Spoils all but r9.
 */
export function findRule(asm: Assembler, { maps }: UnwindPlan, missing: string): void {
  // Rows tell 32 bits of address.
  asm.mov(R1, R7).alu("shr", R1, imm(32)).jumpIf(R1, "ne", imm(0), missing);
  asm.load("u64", R6, FP, TABLE);
  shardOfPlace(asm, maps.shards, R6, missing);
  asm.mov(R8, R0);
  offsetOfPlace(asm, R6, PIECE_HEADER_BYTES, missing);
  const header = R0;
  asm.mov(header, R8).add(header, R6);

  // The page's rows: r1 the first, r2 their number.
  asm.mov(R1, R7).alu("shr", R1, imm(PAGE_SHIFT)).load("u32", R2, header, PIECE.pageCount);
  asm.jumpIf(R1, "ge", R2, missing);
  asm.load("u32", R3, header, PIECE.pages).add(R3, R6).alu("shl", R1, imm(2)).add(R3, R1);
  asm.mov(R4, R3).alu("and", R3, imm(MASK.u32)).add(R3, R8).load("u32", R1, R3);
  asm.add(R4, imm(4)).alu("and", R4, imm(MASK.u32)).add(R4, R8).load("u32", R2, R4);
  asm.jumpIf(R1, "ge", R2, missing).store("u64", FP, FIRST_ROW, R1).alu("sub", R2, R1);
  // r5: where the page's starts begin; r7: what is looked for among them.
  asm.load("u32", R5, header, PIECE.starts).add(R5, R6).alu("shl", R1, imm(1)).add(R5, R1);
  asm.alu("and", R7, imm(LOW_BITS));
  asm.mov(R0, imm(0));
  for (let half = 1 << (PAGE_SHIFT - 1); half >= 1; half /= 2) {
    const skip = asm.fresh("fewer-rows");
    asm.jumpIf(R2, "le", imm(half), skip);
    // r4 = -1 if row r0 + half begins at or below the address, r1 = -1 if the page has such a row.
    asm.mov(R1, R0).add(R1, imm(half)).mov(R3, R1).alu("shl", R3, imm(1)).add(R3, R5);
    asm.alu("and", R3, imm(MASK.u16)).add(R3, R8).load("u16", R3, R3);
    asm.mov(R4, R7).alu("sub", R4, R3).alu("arsh", R4, imm(63)).alu("xor", R4, imm(ALL_BITS));
    asm.alu("sub", R1, R2).alu("arsh", R1, imm(63));
    asm.alu("and", R4, R1).alu("and", R4, imm(half)).add(R0, R4);
    asm.label(skip);
  }
  asm.load("u64", R1, FP, FIRST_ROW).add(R1, R0); // the row

  const wide = asm.fresh("wide-indexes");
  const indexed = asm.fresh("rule-known");
  asm
    .mov(R3, R8)
    .add(R3, R6)
    .load("u32", R2, R3, PIECE.ruleIndexes)
    .add(R2, R6)
    .load("u32", R4, R3, PIECE.ruleBytes);
  asm.jumpIf(R4, "ne", imm(1), wide);
  asm.add(R2, R1).alu("and", R2, imm(MASK.u8)).add(R2, R8).load("u8", R1, R2).jump(indexed);
  asm
    .label(wide)
    .alu("shl", R1, imm(1))
    .add(R2, R1)
    .alu("and", R2, imm(MASK.u16))
    .add(R2, R8)
    .load("u16", R1, R2);
  asm.label(indexed).load("u32", R4, R3, PIECE.ruleCount).jumpIf(R1, "ge", R4, missing);
  asm.load("u32", R2, R3, PIECE.rules).add(R2, R6).alu("shl", R1, imm(RULE_SHIFT)).add(R2, R1);
  asm.jumpIf(R2, "gt", imm(SHARD_BYTES - RULE_BYTES), missing).add(R8, R2);
}
