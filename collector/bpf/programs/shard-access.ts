import { PLACE_SHARD_SHIFT, PLACE_UNIT_BYTES, SHARD_BYTES } from "../../unwind/memory-format.ts";
import { type Assembler, FP, imm, R0, R1, R2, type Register } from "../assembler.ts";
import { Helper } from "../helpers.ts";
import { lookUp } from "./fragments.ts";
import { KEY } from "./slots.ts";

/** r0 = pointer to the shard of the place in `place`; jumps to `missing` when there is no such shard. Spoils r1–r5. */
export function shardOfPlace(asm: Assembler, shards: number, place: Register, missing: string): void {
  asm.mov(R1, place).alu("shr", R1, imm(PLACE_SHARD_SHIFT));
  shardNumbered(asm, shards, R1, missing);
}

/** r0 = pointer to the shard with the number in `number`. Spoils r1–r5. */
export function shardNumbered(asm: Assembler, shards: number, number: Register, missing: string): void {
  asm.store("u32", FP, KEY, number);
  lookUp(asm, shards, KEY);
  asm.jumpIf(R0, "eq", imm(0), missing);
  asm.mov(R1, R0).mov(R2, imm(0)).store("u32", FP, KEY, R2).mov(R2, FP).add(R2, imm(KEY));
  asm.call(Helper.mapLookupElem).jumpIf(R0, "eq", imm(0), missing);
}

/** `place` becomes the byte offset in its shard, with at least `bytes` behind it; else jumps to `missing`. */
export function offsetOfPlace(asm: Assembler, place: Register, bytes: number, missing: string): void {
  asm.alu("and", place, imm((1 << PLACE_SHARD_SHIFT) - 1)).alu("mul", place, imm(PLACE_UNIT_BYTES));
  asm.jumpIf(place, "gt", imm(SHARD_BYTES - bytes), missing);
}

/** What an offset of a word is masked with so that all of it lies in the shard, however wrong it was. */
export const MASK = {
  u8: SHARD_BYTES - 1,
  u16: SHARD_BYTES - 2,
  u32: SHARD_BYTES - 4,
  u64: SHARD_BYTES - 8,
} as const;
