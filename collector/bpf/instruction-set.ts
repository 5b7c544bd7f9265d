/**
 * BPF's instructions as they are encoded, as far as they are used here. 8 bytes each (16 for 64-bit immediates), from
 * Documentation/bpf/standardization/instruction-set.rst:
 *
 *     opcode:8  dst:4 src:4  offset:16  immediate:32
 */
export const AluOp = {
  add: 0x00,
  sub: 0x10,
  mul: 0x20,
  div: 0x30,
  or: 0x40,
  and: 0x50,
  shl: 0x60,
  shr: 0x70,
  xor: 0xa0,
  mov: 0xb0,
  /** Shift right that keeps the sign. */
  arsh: 0xc0,
} as const;
export type AluName = keyof typeof AluOp;

export const JumpOp = {
  eq: 0x10,
  gt: 0x20,
  ge: 0x30,
  /** Any of the bits. */
  set: 0x40,
  ne: 0x50,
  signedGt: 0x60,
  signedGe: 0x70,
  lt: 0xa0,
  le: 0xb0,
  signedLt: 0xc0,
  signedLe: 0xd0,
} as const;
export type Condition = keyof typeof JumpOp;

export const SizeBits = { u8: 0x10, u16: 0x08, u32: 0x00, u64: 0x18 } as const;
export type Size = keyof typeof SizeBits;

export const CLASS_MASK = 0x07;
export const CLASS_LD = 0x00;
export const CLASS_LDX = 0x01;
export const CLASS_ST = 0x02;
export const CLASS_STX = 0x03;
export const CLASS_JMP = 0x05;
export const CLASS_ALU64 = 0x07;
export const SOURCE_REGISTER = 0x08;
export const MODE_IMM = 0x00;
export const MODE_MEM = 0x60;
export const OP_JA = 0x00;
export const OP_CALL = 0x80;
export const OP_EXIT = 0x90;
export const PSEUDO_MAP_FD = 1;
export const PSEUDO_MAP_VALUE = 2;
export const PSEUDO_FUNCTION = 4;
