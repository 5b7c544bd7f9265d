/**
 * An assembler for BPF: registers, labels, named operations. Instructions are 8 bytes (16 for 64-bit immediates), as
 * in Documentation/bpf/standardization/instruction-set.rst:
 *
 *     opcode:8  dst:4 src:4  offset:16  immediate:32
 */
export type Register = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10;

/** r0 result, r1–r5 arguments (lost at calls), r6–r9 kept across calls, r10 the frame pointer. */
export const R0 = 0;
export const R1 = 1;
export const R2 = 2;
export const R3 = 3;
export const R4 = 4;
export const R5 = 5;
export const R6 = 6;
export const R7 = 7;
export const R8 = 8;
export const R9 = 9;
export const FP = 10;

const AluOp = {
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
} as const;
export type AluName = keyof typeof AluOp;

const JumpOp = {
  eq: 0x10,
  gt: 0x20,
  ge: 0x30,
  ne: 0x50,
  signedGt: 0x60,
  signedGe: 0x70,
  lt: 0xa0,
  le: 0xb0,
  signedLt: 0xc0,
  signedLe: 0xd0,
} as const;
export type Condition = keyof typeof JumpOp;

const SizeBits = { u8: 0x10, u16: 0x08, u32: 0x00, u64: 0x18 } as const;
export type Size = keyof typeof SizeBits;

const CLASS_LD = 0x00;
const CLASS_LDX = 0x01;
const CLASS_ST = 0x02;
const CLASS_STX = 0x03;
const CLASS_JMP = 0x05;
const CLASS_ALU64 = 0x07;
const SOURCE_REGISTER = 0x08;
const MODE_IMM = 0x00;
const MODE_MEM = 0x60;
const OP_JA = 0x00;
const OP_CALL = 0x80;
const OP_EXIT = 0x90;
const PSEUDO_MAP_FD = 1;
const PSEUDO_MAP_VALUE = 2;

/** What a jump or an immediate operand may be. */
export type Operand = Register | { imm: number };

export const imm = (value: number): { imm: number } => ({ imm: value });

interface Instruction {
  opcode: number;
  dst: number;
  src: number;
  offset: number;
  immediate: number;
  /** Resolved into `offset` when the program is finished. */
  target?: string;
}

export class Assembler {
  readonly #code: Instruction[] = [];
  readonly #labels = new Map<string, number>();
  #fresh = 0;

  /** A label name that nobody else uses. */
  fresh(hint: string): string {
    return `${hint}#${this.#fresh++}`;
  }

  /** Places a label here. */
  label(name: string): this {
    if (this.#labels.has(name)) throw new Error(`BPF label ${name} is placed twice`);
    this.#labels.set(name, this.#code.length);
    return this;
  }

  /** dst = dst OP operand, 64 bits wide. Immediates are 32-bit and sign-extended. */
  alu(op: AluName, dst: Register, operand: Operand): this {
    const register = typeof operand === "number";
    return this.#emit({
      opcode: CLASS_ALU64 | AluOp[op] | (register ? SOURCE_REGISTER : 0),
      dst,
      src: register ? operand : 0,
      offset: 0,
      immediate: register ? 0 : checkImmediate(operand.imm),
    });
  }

  mov(dst: Register, operand: Operand): this {
    return this.alu("mov", dst, operand);
  }

  add(dst: Register, operand: Operand): this {
    return this.alu("add", dst, operand);
  }

  /** dst = a 64-bit constant. */
  loadImmediate64(dst: Register, value: bigint): this {
    return this.#wide(dst, 0, Number(BigInt.asIntN(32, value)), Number(BigInt.asIntN(32, value >> 32n)));
  }

  /** dst = the map itself, as helpers want it. */
  loadMap(dst: Register, mapFd: number): this {
    return this.#wide(dst, PSEUDO_MAP_FD, mapFd, 0);
  }

  /** dst = pointer to `offset` within the value of a single-element array map (no look-up needed, Linux 5.2). */
  loadMapValue(dst: Register, mapFd: number, offset = 0): this {
    return this.#wide(dst, PSEUDO_MAP_VALUE, mapFd, offset);
  }

  /** dst = *(size *)(src + offset). */
  load(size: Size, dst: Register, src: Register, offset = 0): this {
    return this.#emit({ opcode: CLASS_LDX | MODE_MEM | SizeBits[size], dst, src, offset, immediate: 0 });
  }

  /** *(size *)(dst + offset) = src. */
  store(size: Size, dst: Register, offset: number, src: Register): this {
    return this.#emit({ opcode: CLASS_STX | MODE_MEM | SizeBits[size], dst, src, offset, immediate: 0 });
  }

  /** *(size *)(dst + offset) = a constant. */
  storeImmediate(size: Size, dst: Register, offset: number, value: number): this {
    const immediate = checkImmediate(value);
    return this.#emit({ opcode: CLASS_ST | MODE_MEM | SizeBits[size], dst, src: 0, offset, immediate });
  }

  jump(target: string): this {
    return this.#emit({ opcode: CLASS_JMP | OP_JA, dst: 0, src: 0, offset: 0, immediate: 0, target });
  }

  /** Jumps when `dst CONDITION operand`, compared as 64-bit numbers. */
  jumpIf(dst: Register, condition: Condition, operand: Operand, target: string): this {
    const register = typeof operand === "number";
    return this.#emit({
      opcode: CLASS_JMP | JumpOp[condition] | (register ? SOURCE_REGISTER : 0),
      dst,
      src: register ? operand : 0,
      offset: 0,
      immediate: register ? 0 : checkImmediate(operand.imm),
      target,
    });
  }

  /** Calls a kernel helper by its number (see `helpers.ts`). */
  call(helper: number): this {
    return this.#emit({ opcode: CLASS_JMP | OP_CALL, dst: 0, src: 0, offset: 0, immediate: helper });
  }

  exit(): this {
    return this.#emit({ opcode: CLASS_JMP | OP_EXIT, dst: 0, src: 0, offset: 0, immediate: 0 });
  }

  /** The program's bytes, jumps resolved. Throws on a label that was never placed or is out of reach. */
  finish(): Uint8Array {
    const bytes = new Uint8Array(this.#code.length * 8);
    const view = new DataView(bytes.buffer);
    for (const [index, instruction] of this.#code.entries()) {
      const offset =
        instruction.target === undefined ? instruction.offset : this.#distance(index, instruction.target);
      view.setUint8(index * 8, instruction.opcode);
      view.setUint8(index * 8 + 1, instruction.dst | (instruction.src << 4));
      view.setInt16(index * 8 + 2, offset, true);
      view.setInt32(index * 8 + 4, instruction.immediate, true);
    }
    return bytes;
  }

  #distance(from: number, label: string): number {
    const to = this.#labels.get(label);
    if (to === undefined) throw new Error(`BPF label ${label} is never placed`);
    const distance = to - from - 1;
    if (distance < -32768 || distance > 32767) throw new Error(`BPF label ${label} is out of reach`);
    return distance;
  }

  #wide(dst: Register, src: number, low: number, high: number): this {
    this.#emit({ opcode: CLASS_LD | MODE_IMM | SizeBits.u64, dst, src, offset: 0, immediate: low });
    return this.#emit({ opcode: 0, dst: 0, src: 0, offset: 0, immediate: high });
  }

  #emit(instruction: Instruction): this {
    this.#code.push(instruction);
    return this;
  }
}

function checkImmediate(value: number): number {
  if (!Number.isInteger(value) || value < -0x8000_0000 || value > 0x7fff_ffff) {
    throw new RangeError(`${value} does not fit a BPF immediate`);
  }
  return value;
}
