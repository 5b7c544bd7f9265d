import {
  AluOp,
  CLASS_ALU64,
  CLASS_JMP,
  CLASS_LD,
  CLASS_LDX,
  CLASS_MASK,
  CLASS_ST,
  CLASS_STX,
  JumpOp,
  MODE_IMM,
  MODE_MEM,
  OP_CALL,
  OP_EXIT,
  OP_JA,
  PSEUDO_FUNCTION,
  PSEUDO_MAP_FD,
  PSEUDO_MAP_VALUE,
  SizeBits,
  SOURCE_REGISTER,
} from "./instruction-set.ts";

/** What the numbers in a program stand for. */
export interface ProgramNames {
  /** Name of the map with that descriptor. */
  map(fd: number): string;
  /** Name of the kernel's helper with that number, e.g. `bpf_map_lookup_elem`. */
  helper(number: number): string;
}

/** One instruction as text. */
export interface ListedInstruction {
  /** Index of its first 8 bytes; jumps count in these. */
  index: number;
  opcode: number;
  /** As the kernel's own disassembler writes it (kernel/bpf/disasm.c), but for maps, which have their names here, and functions, which it tells by addresses. */
  text: string;
  /** Index of the instruction that it may jump to, or of the function that it takes. */
  target: number | undefined;
}

const OPERATION_MASK = 0xf0;
const SIZE_MASK = 0x18;
const MODE_MASK = 0xe0;
const IMMEDIATE_64 = CLASS_LD | MODE_IMM | SizeBits.u64;

/** The kernel's signs (bpf_alu_string, bpf_jmp_string and bpf_ldst_string in kernel/bpf/disasm.c). */
const ALU_SIGN = new Map<number, string>([
  [AluOp.add, "+="],
  [AluOp.sub, "-="],
  [AluOp.mul, "*="],
  [AluOp.div, "/="],
  [AluOp.or, "|="],
  [AluOp.and, "&="],
  [AluOp.shl, "<<="],
  [AluOp.shr, ">>="],
  [AluOp.xor, "^="],
  [AluOp.mov, "="],
  [AluOp.arsh, "s>>="],
]);
const JUMP_SIGN = new Map<number, string>([
  [JumpOp.eq, "=="],
  [JumpOp.gt, ">"],
  [JumpOp.ge, ">="],
  [JumpOp.set, "&"],
  [JumpOp.ne, "!="],
  [JumpOp.signedGt, "s>"],
  [JumpOp.signedGe, "s>="],
  [JumpOp.lt, "<"],
  [JumpOp.le, "<="],
  [JumpOp.signedLt, "s<"],
  [JumpOp.signedLe, "s<="],
]);
const SIZE_NAME = new Map<number, string>(Object.entries(SizeBits).map(([name, bits]) => [bits, name]));

interface Fields {
  opcode: number;
  dst: number;
  src: number;
  offset: number;
  immediate: number;
}

/** Lists the instructions that `assembler.ts` can write. Throws RangeError on any other. */
export function disassemble(code: Uint8Array, names: ProgramNames): ListedInstruction[] {
  if (code.length % 8 !== 0) throw new RangeError(`${code.length} bytes are no whole BPF instructions`);
  const view = new DataView(code.buffer, code.byteOffset, code.length);
  const listed: ListedInstruction[] = [];
  for (let index = 0; index < code.length / 8; index++) {
    const fields = fieldsAt(view, index);
    const { opcode, offset } = fields;
    if (opcode === IMMEDIATE_64) {
      const high = fieldsAt(view, index + 1).immediate;
      const target = fields.src === PSEUDO_FUNCTION ? index + 1 + fields.immediate : undefined;
      listed.push({ index, opcode, text: wideText(fields, high, names), target });
      index++;
    } else {
      const target = isJump(opcode) ? index + 1 + offset : undefined;
      listed.push({ index, opcode, text: narrowText(fields, names), target });
    }
  }
  return listed;
}

function fieldsAt(view: DataView, index: number): Fields {
  const registers = view.getUint8(index * 8 + 1);
  return {
    opcode: view.getUint8(index * 8),
    dst: registers & 15,
    src: registers >> 4,
    offset: view.getInt16(index * 8 + 2, true),
    immediate: view.getInt32(index * 8 + 4, true),
  };
}

function isJump(opcode: number): boolean {
  const operation = opcode & OPERATION_MASK;
  return (opcode & CLASS_MASK) === CLASS_JMP && operation !== OP_CALL && operation !== OP_EXIT;
}

function wideText({ opcode, dst, src, immediate }: Fields, high: number, names: ProgramNames): string {
  switch (src) {
    case 0: {
      const value = (BigInt(high >>> 0) << 32n) | BigInt(immediate >>> 0);
      return `r${dst} = 0x${value.toString(16)}`;
    }
    case PSEUDO_MAP_FD:
      return `r${dst} = map[${names.map(immediate)}]`;
    case PSEUDO_MAP_VALUE:
      return `r${dst} = map[${names.map(immediate)}][0]${signed(high)}`;
    case PSEUDO_FUNCTION:
      return `r${dst} = subprog[${signed(immediate)}]`;
    default:
      throw unknown(opcode);
  }
}

function narrowText(fields: Fields, names: ProgramNames): string {
  const { opcode, dst, src, offset, immediate } = fields;
  const size = () => lookUp(SIZE_NAME, opcode & SIZE_MASK, opcode);
  const memory = (register: number) => `*(${size()} *)(r${register} ${signed(offset)})`;
  const fromMemory = (opcode & MODE_MASK) === MODE_MEM;
  switch (opcode & CLASS_MASK) {
    case CLASS_ALU64:
      return `r${dst} ${lookUp(ALU_SIGN, opcode & OPERATION_MASK, opcode)} ${opcode & SOURCE_REGISTER ? `r${src}` : immediate}`;
    case CLASS_JMP:
      return jumpText(fields, names);
    case CLASS_LDX:
      if (fromMemory) return `r${dst} = ${memory(src)}`;
      break;
    case CLASS_ST:
      if (fromMemory) return `${memory(dst)} = ${immediate}`;
      break;
    case CLASS_STX:
      if (fromMemory) return `${memory(dst)} = r${src}`;
      break;
  }
  throw unknown(opcode);
}

function jumpText({ opcode, dst, src, offset, immediate }: Fields, names: ProgramNames): string {
  switch (opcode & OPERATION_MASK) {
    case OP_JA:
      return `goto pc${signed(offset)}`;
    case OP_CALL:
      return `call ${names.helper(immediate)}#${immediate}`;
    case OP_EXIT:
      return "exit";
    default: {
      const sign = lookUp(JUMP_SIGN, opcode & OPERATION_MASK, opcode);
      const operand = opcode & SOURCE_REGISTER ? `r${src}` : `0x${(immediate >>> 0).toString(16)}`;
      return `if r${dst} ${sign} ${operand} goto pc${signed(offset)}`;
    }
  }
}

/** As printf's `%+d`. */
function signed(value: number): string {
  return value < 0 ? String(value) : `+${value}`;
}

function lookUp(table: ReadonlyMap<number, string>, key: number, opcode: number): string {
  const found = table.get(key);
  if (found === undefined) throw unknown(opcode);
  return found;
}

function unknown(opcode: number): RangeError {
  return new RangeError(`0x${opcode.toString(16)} is no BPF instruction that stapflame writes`);
}
