import {
  ADDRESS_WORD,
  INDEX_OFFSET,
  KEY_WORD,
  MAX_PROBES,
  mostWords,
  WORDS_OFFSET,
} from "../../arena/layout.ts";
import type { StackDepths } from "../../contract.ts";
import {
  type Assembler,
  FP,
  imm,
  R0,
  R1,
  R2,
  R3,
  R4,
  R5,
  R6,
  R7,
  R8,
  R9,
  type Register,
} from "../assembler.ts";
import { Helper } from "../helpers.ts";
import { CONTROL, type ProgramPlan } from "./plan.ts";
import { IDS } from "./slots.ts";

/** Word of a record's last time. */
const LAST_WORD = 2;
const SLICE_OFFSET = 48;
/** u16: depth of the kernel stack in the low 12 bits, why the user stack ended in the others. */
const KERNEL_DEPTH_OFFSET = 52;
const KERNEL_DEPTH_MASK = 0xfff;
const USER_END_SHIFT = 12;
/** u16 */
const USER_DEPTH_OFFSET = 54;

/** `register` = the depth of the kernel's stack in the record at `record`. */
export function loadKernelDepth(asm: Assembler, register: Register, record: Register): void {
  asm.load("u16", register, record, KERNEL_DEPTH_OFFSET).alu("and", register, imm(KERNEL_DEPTH_MASK));
}

/** Writes the depth of the kernel's stack (in `depth`) to the record at `record`; why the user's ended is not known yet. */
export function storeKernelDepth(asm: Assembler, record: Register, depth: Register): void {
  asm.store("u16", record, KERNEL_DEPTH_OFFSET, depth);
}

/**
 * `register` = where the user's frames go in the record at r8: behind those of the kernel, of which there are `most`. Jumps to
 * `missing` where the record tells otherwise. Spoils r1.
 */
export function findUserPart(asm: Assembler, register: Register, most: number, missing: string): void {
  loadKernelDepth(asm, R1, R8);
  asm.jumpIf(R1, "gt", imm(most), missing);
  asm
    .alu("shl", R1, imm(3))
    .mov(register, R8)
    .add(register, R1)
    .add(register, imm(ADDRESS_WORD * 8));
}

export function storeUserDepth(asm: Assembler, record: Register, depth: Register): void {
  asm.store("u16", record, USER_DEPTH_OFFSET, depth);
}

/** Writes why the user's stack ended (in `end`). Spoils `end` and `scratch`. */
export function storeUserEnd(asm: Assembler, record: Register, end: Register, scratch: Register): void {
  asm.load("u16", scratch, record, KERNEL_DEPTH_OFFSET).alu("shl", end, imm(USER_END_SHIFT));
  asm.alu("or", end, scratch).store("u16", record, KERNEL_DEPTH_OFFSET, end);
}

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

/** Words of a record's key, at most. */
export function mostKeyWords(depths: StackDepths): number {
  return mostWords(depths) - KEY_WORD;
}

/**
 * Counts the record at r8, whose key's words are in the header of the arena at r9, and ends the program. Not for the
 * deepest stacks, see `count-deep.ts`.
 */
export function countRecord(asm: Assembler, plan: ProgramPlan): void {
  const most = mostKeyWords(plan.arena.depths);
  hashKey(asm, most, plan.hashMultiplier);
  findOrAppend(asm, plan, () => compareKeys(asm, most));
}

/** r0 = a hash of the record's key. */
function hashKey(asm: Assembler, most: number, multiplier: bigint): void {
  asm
    .mov(R1, R8)
    .add(R1, imm(KEY_WORD * 8))
    .load("u64", R2, R9, WORDS_OFFSET);
  asm.jumpIf(R2, "gt", imm(most), "exit");
  asm.mov(R0, imm(0)).mov(R3, imm(0)).loadImmediate64(R5, multiplier);
  asm.label("hash").jumpIf(R3, "ge", R2, "hashed");
  hashWord(asm, R3);
  asm.add(R3, imm(1)).jump("hash");
  asm.label("hashed");
}

/** Takes word `at` of the key at r1 into the hash in r0, whose multiplier is in r5. Spoils r4. */
export function hashWord(asm: Assembler, at: Register): void {
  asm.mov(R4, at).alu("shl", R4, imm(3)).add(R4, R1).load("u64", R4, R4);
  asm.alu("xor", R0, R4).alu("mul", R0, R5).mov(R4, R0).alu("shr", R4, imm(32)).alu("xor", R0, R4);
}

/** Goes on at `same` if the keys of the records at r6 and r8 are equal, else at `append`. */
function compareKeys(asm: Assembler, most: number): void {
  asm.load("u64", R2, R9, WORDS_OFFSET).jumpIf(R2, "gt", imm(most), "exit").mov(R3, imm(0));
  asm.label("compare").jumpIf(R3, "ge", R2, "same");
  compareWord(asm, R3, "append");
  asm.add(R3, imm(1)).jump("compare");
}

/** Jumps where word `at` of the keys of the records at r6 and r8 is not the same. Spoils r4 and r5. */
export function compareWord(asm: Assembler, at: Register, different: string): void {
  asm.mov(R4, at).alu("shl", R4, imm(3)).mov(R5, R4).add(R4, R6).add(R5, R8);
  asm.load("u64", R4, R4, KEY_WORD * 8).load("u64", R5, R5, KEY_WORD * 8);
  asm.jumpIf(R4, "ne", R5, different);
}

/**
 * Counts the record at r8 (hash in r0) as an equal one that is there, or keeps it. `compare`: compares it with that at r6, which
 * is r4 bytes behind the first one, and goes on at `same` or at `append`.
 */
export function findOrAppend(asm: Assembler, plan: ProgramPlan, compare: () => void): void {
  const { arena } = plan;
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
  asm.mov(R6, R4).add(R6, R9).add(R6, imm(arena.dataOffset)); // no stack is walked any more
  compare();

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
