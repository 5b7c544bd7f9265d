import { ADDRESS_WORD, INDEX_OFFSET, KEY_WORD, MAX_PROBES, WORDS_OFFSET } from "../../arena/layout.ts";
import { type Assembler, FP, imm, R0, R1, R2, R3, R4, R5, R6, R7, R8, R9 } from "../assembler.ts";
import { Helper } from "../helpers.ts";
import { CONTROL, type ProgramPlan } from "./plan.ts";
import { IDS } from "./slots.ts";

/** Word of a record's last time. */
const LAST_WORD = 2;
const SLICE_OFFSET = 48;
export const KERNEL_DEPTH_OFFSET = 52;
/** u16: depth of the user stack in the low 12 bits, why it ended in the others. */
export const USER_DEPTH_OFFSET = 54;
export const USER_END_SHIFT = 12;

/** Writes the words of the record at r8 before its addresses, but for the depths. Spoils r0–r5. */
export function writeFixedWords(asm: Assembler, plan: ProgramPlan): void {
  asm.call(Helper.ktimeGetNs);
  asm
    .storeImmediate("u64", R8, 0, 1)
    .store("u64", R8, 8, R0)
    .store("u64", R8, LAST_WORD * 8, R0);
  asm.load("u64", R1, FP, IDS).store("u64", R8, KEY_WORD * 8, R1);
  asm.loadMapValue(R1, plan.maps.control, CONTROL.startNanos).load("u64", R1, R1).alu("sub", R0, R1);
  asm.loadImmediate64(R1, BigInt(plan.sliceNanos)).alu("div", R0, R1).store("u32", R8, SLICE_OFFSET, R0);
  asm.mov(R1, R8).add(R1, imm(32)).mov(R2, imm(16)).call(Helper.getCurrentComm);
}

/** Counts the record at r8, whose key's words are in the header of the arena at r9, and ends the program. */
export function countRecord(asm: Assembler, plan: ProgramPlan): void {
  hashKey(asm, plan.arena.maxDepth, plan.hashMultiplier);
  findOrAppend(asm, plan);
}

/** r0 = a hash of the record's key. */
function hashKey(asm: Assembler, maxDepth: number, multiplier: bigint): void {
  const mostWords = 2 * maxDepth + ADDRESS_WORD - KEY_WORD;
  asm
    .mov(R1, R8)
    .add(R1, imm(KEY_WORD * 8))
    .load("u64", R2, R9, WORDS_OFFSET);
  asm.jumpIf(R2, "gt", imm(mostWords), "exit");
  asm.mov(R0, imm(0)).mov(R3, imm(0)).loadImmediate64(R5, multiplier);
  asm.label("hash").jumpIf(R3, "ge", R2, "hashed");
  asm.mov(R4, R3).alu("shl", R4, imm(3)).add(R4, R1).load("u64", R4, R4);
  asm.alu("xor", R0, R4).alu("mul", R0, R5).mov(R4, R0).alu("shr", R4, imm(32)).alu("xor", R0, R4);
  asm.add(R3, imm(1)).jump("hash");
  asm.label("hashed");
}

/** Counts the record at r8 (hash in r0) as an equal one that is there, or keeps it. */
function findOrAppend(asm: Assembler, plan: ProgramPlan): void {
  const { arena } = plan;
  const mostWords = 2 * arena.maxDepth + ADDRESS_WORD - KEY_WORD;
  asm.mov(R7, R0).alu("shr", R7, imm(32)); // tag
  for (let probe = 0; probe < MAX_PROBES; probe++) {
    asm
      .mov(R3, R0)
      .add(R3, imm(probe))
      .alu("and", R3, imm(arena.indexSlots - 1))
      .alu("shl", R3, imm(3));
    asm.add(R3, R9).load("u64", R4, R3, INDEX_OFFSET);
    asm.jumpIf(R4, "eq", imm(0), "free-slot");
    asm.mov(R5, R4).alu("shr", R5, imm(32)).jumpIf(R5, "eq", R7, "candidate");
  }
  asm.jump("append");

  // r4: an index entry with the same tag. Compare word for word; the tag alone proves nothing.
  asm.label("candidate").alu("shl", R4, imm(32)).alu("shr", R4, imm(32)).alu("sub", R4, imm(1));
  asm.alu("shl", R4, imm(3)).alu("and", R4, imm(arena.dataBytes - 8));
  asm.add(R4, R9).add(R4, imm(arena.dataOffset)).mov(R6, R4); // r6: no stack is walked any more
  asm.load("u64", R2, R9, WORDS_OFFSET).jumpIf(R2, "gt", imm(mostWords), "exit").mov(R3, imm(0));
  asm.label("compare").jumpIf(R3, "ge", R2, "same");
  asm.mov(R4, R3).alu("shl", R4, imm(3)).mov(R5, R4).add(R4, R6).add(R5, R8);
  asm.load("u64", R4, R4, KEY_WORD * 8).load("u64", R5, R5, KEY_WORD * 8);
  asm.jumpIf(R4, "ne", R5, "append").add(R3, imm(1)).jump("compare");

  asm.label("same").load("u64", R1, R6, 0).add(R1, imm(1)).store("u64", R6, 0, R1);
  asm
    .load("u64", R1, R8, LAST_WORD * 8)
    .store("u64", R6, LAST_WORD * 8, R1)
    .jump("exit");

  // r3: a free place in the index.
  asm.label("free-slot").load("u64", R1, R9, 0).alu("shr", R1, imm(3)).add(R1, imm(1));
  asm.alu("shl", R7, imm(32)).alu("or", R1, R7).store("u64", R3, INDEX_OFFSET, R1);

  asm.label("append").load("u64", R1, R9, WORDS_OFFSET).add(R1, imm(KEY_WORD)).alu("shl", R1, imm(3));
  asm.load("u64", R2, R9, 0).add(R1, R2).store("u64", R9, 0, R1).jump("exit");
}
