import {
  type AluName,
  AluOp,
  CLASS_ALU64,
  CLASS_JMP,
  CLASS_LD,
  CLASS_LDX,
  CLASS_MASK,
  CLASS_ST,
  CLASS_STX,
  type Condition,
  JumpOp,
  MODE_IMM,
  MODE_MEM,
  OP_CALL,
  OP_EXIT,
  OP_JA,
  PSEUDO_FUNCTION,
  PSEUDO_MAP_FD,
  PSEUDO_MAP_VALUE,
  type Size,
  SizeBits,
  SOURCE_REGISTER,
} from "./instruction-set.ts";

/**
 * An assembler for BPF: registers, labels, named operations. See `instruction-set.ts` for the encoding.
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

/** A function of a program: where it begins, in instructions. The first is the program's own. */
export interface ProgramFunction {
  name: string;
  index: number;
}

/** What a jump or an immediate operand may be. */
export type Operand = Register | { imm: number };

export const imm = (value: number): { imm: number } => ({ imm: value });

interface Instruction {
  opcode: number;
  dst: number;
  src: number;
  offset: number;
  immediate: number;
  /** Resolved into `offset` when the program is finished, or into `immediate` where that is a function's place. */
  target?: string;
}

export class Assembler {
  readonly #code: Instruction[] = [];
  readonly #labels = new Map<string, number>();
  readonly #functions: ProgramFunction[] = [];
  #fresh = 0;

  /** A label name that nobody else uses. */
  fresh(hint: string): string {
    return `${hint}#${this.#fresh++}`;
  }

  /** Index of the instruction that each label stands before. */
  get labels(): ReadonlyMap<string, number> {
    return this.#labels;
  }

  /** Its functions, where it has others than that which it begins with. */
  get functions(): readonly ProgramFunction[] {
    return this.#functions.length === 0 ? [] : [{ name: "main", index: 0 }, ...this.#functions];
  }

  /** Begins a function here, which runs until the next: for helpers that call back. Nothing jumps into another one. */
  function(name: string): this {
    this.label(name);
    this.#functions.push({ name, index: this.#code.length });
    return this;
  }

  /** dst = that function, as helpers want it that call back (Linux 5.13). */
  loadFunction(dst: Register, name: string): this {
    return this.#wide(dst, PSEUDO_FUNCTION, 0, 0, name);
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
      const { opcode, target } = instruction;
      const distance = target === undefined ? undefined : this.#distance(index, target);
      const isJump = (opcode & CLASS_MASK) === CLASS_JMP;
      view.setUint8(index * 8, opcode);
      view.setUint8(index * 8 + 1, instruction.dst | (instruction.src << 4));
      view.setInt16(index * 8 + 2, (isJump ? distance : undefined) ?? instruction.offset, true);
      view.setInt32(index * 8 + 4, (isJump ? undefined : distance) ?? instruction.immediate, true);
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

  #wide(dst: Register, src: number, low: number, high: number, target?: string): this {
    const opcode = CLASS_LD | MODE_IMM | SizeBits.u64;
    this.#emit({ opcode, dst, src, offset: 0, immediate: low, ...(target === undefined ? {} : { target }) });
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
