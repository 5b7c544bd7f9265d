import { type Instruction, OpcodeMap } from "./instruction.ts";

/** General registers by the processor's numbers. */
export const RAX = 0;
const RCX = 1;
const RDX = 2;
const RBX = 3;
export const RSP = 4;
export const RBP = 5;
const RSI = 6;
const RDI = 7;
const R11 = 11;

/** DWARF's numbers of them (System V ABI, x86-64 supplement, figure 3.36). */
export const DWARF_NUMBERS = [0, 2, 1, 3, 7, 6, 4, 5, 8, 9, 10, 11, 12, 13, 14, 15];

/** What a called function may leave changed. */
export const CALLER_SAVED = bits(RAX, RCX, RDX, RSI, RDI, 8, 9, 10, R11);

function bits(...registers: number[]): number {
  return registers.reduce((mask, register) => mask | (1 << register), 0);
}

/**
 * The general registers that an instruction may write, a bit each, but for what it pushes, pops and calls. Of instructions that are not
 * told apart here too many rather than too few; instructions on vectors write none, but for those that are named.
 */
export function writtenRegisters(instruction: Instruction): number {
  if (instruction.isVector) return byVector(instruction);
  switch (instruction.map) {
    case OpcodeMap.one:
      return byOneByte(instruction);
    case OpcodeMap.two:
      return byTwoBytes(instruction);
    case OpcodeMap.three38:
      return byThree38(instruction);
    default:
      return byThree3a(instruction);
  }
}

/** The second operand, unless that is in memory. */
function operand({ isMemory, rm }: Instruction, isByte = false, hasRex = true): number {
  if (isMemory) return 0;
  return isByte && !hasRex ? 1 << (rm & 3) : 1 << rm;
}

function byOneByte(instruction: Instruction): number {
  const { opcode, reg, hasRex } = instruction;
  const isByte = (opcode & 1) === 0;
  const register = isByte && !hasRex ? 1 << (reg & 3) : 1 << reg;
  const second = operand(instruction, isByte, hasRex);
  if (opcode < 0x40) {
    // Eight kinds of arithmetic; the last compares.
    if (opcode >> 3 === 7) return 0;
    const form = opcode & 7;
    if (form < 2) return second;
    return form < 4 ? register : bits(RAX);
  }
  switch (opcode) {
    case 0x63:
    case 0x69:
    case 0x6b:
    case 0x8d:
      return 1 << reg;
    case 0x80:
    case 0x81:
    case 0x83:
      return (reg & 7) === 7 ? 0 : second;
    case 0x86:
    case 0x87:
      return second | register;
    case 0x8a:
    case 0x8b:
      return register;
    case 0x88:
    case 0x89:
    case 0xc0:
    case 0xc1:
    case 0xc6:
    case 0xc7:
    case 0xd0:
    case 0xd1:
    case 0xd2:
    case 0xd3:
      return second;
    case 0x8c:
    case 0x8f:
      return operand(instruction);
    case 0x98:
    case 0x9f:
    case 0xa0:
    case 0xa1:
    case 0xe4:
    case 0xe5:
    case 0xec:
    case 0xed:
      return bits(RAX);
    case 0x99:
      return bits(RDX);
    case 0xe0:
    case 0xe1:
    case 0xe2:
      return bits(RCX);
    case 0xc8:
    case 0xc9:
      return bits(RBP);
    case 0xf6:
    case 0xf7:
      if ((reg & 7) < 2) return 0;
      return (reg & 7) < 4 ? second : bits(RAX, RDX);
    case 0xfe:
      return second;
    case 0xff:
      return (reg & 7) < 2 ? second : 0;
  }
  // pop; xchg with rax; numbers
  if (opcode >= 0x58 && opcode <= 0x5f) return 1 << instruction.rm;
  if (opcode >= 0x90 && opcode <= 0x97) return instruction.rm === RAX ? 0 : bits(RAX, instruction.rm);
  if (opcode >= 0xb0 && opcode <= 0xb7) return hasRex ? 1 << instruction.rm : 1 << (instruction.rm & 3);
  if (opcode >= 0xb8 && opcode <= 0xbf) return 1 << instruction.rm;
  // Instructions on strings
  if ((opcode >= 0xa4 && opcode <= 0xa7) || (opcode >= 0xaa && opcode <= 0xaf))
    return bits(RAX, RCX, RSI, RDI);
  if (opcode >= 0x6c && opcode <= 0x6f) return bits(RCX, RSI, RDI);
  return 0;
}

function byTwoBytes(instruction: Instruction): number {
  const { opcode, reg, isMemory, has66, hasF2, hasF3 } = instruction;
  const second = operand(instruction);
  switch (opcode) {
    case 0x01:
      return second | bits(RAX, RCX, RDX);
    case 0x05:
      return bits(RAX, RCX, R11);
    case 0x2c:
    case 0x2d:
      return hasF2 || hasF3 ? 1 << reg : 0;
    case 0x31:
    case 0x32:
    case 0x33:
      return bits(RAX, RDX);
    case 0x7e:
      return hasF3 ? 0 : second;
    case 0xa2:
      return bits(RAX, RBX, RCX, RDX);
    case 0xa4:
    case 0xa5:
    case 0xab:
    case 0xac:
    case 0xad:
    case 0xb3:
    case 0xbb:
    case 0x00:
    case 0x20:
    case 0x21:
      return second;
    case 0xae:
      return hasF3 ? second : 0;
    case 0xb0:
    case 0xb1:
      return second | bits(RAX);
    case 0xba:
      return (reg & 7) === 4 ? 0 : second;
    case 0xc0:
    case 0xc1:
      return second | (1 << reg);
    case 0xc7:
      return isMemory ? bits(RAX, RDX) : second;
    case 0x02:
    case 0x03:
    case 0x50:
    case 0xaf:
    case 0xb2:
    case 0xb4:
    case 0xb5:
    case 0xb6:
    case 0xb7:
    case 0xb8:
    case 0xbc:
    case 0xbd:
    case 0xbe:
    case 0xbf:
    case 0xc5:
      return 1 << reg;
    case 0xd7:
      return 1 << reg;
    case 0x1e:
      // rdsspd and rdsspq; else it does nothing.
      return hasF3 && !isMemory && (reg & 7) === 1 ? second : 0;
    case 0x78:
      return has66 || hasF2 ? 0 : second;
  }
  if (opcode >= 0x40 && opcode <= 0x4f) return 1 << reg;
  if (opcode >= 0x90 && opcode <= 0x9f) return second;
  if (opcode >= 0xc8 && opcode <= 0xcf) return 1 << instruction.rm;
  return 0;
}

/** From f0 on: crc32, movbe, adcx and adox, and what has come after them. */
function byThree38({ opcode, reg, isMemory, hasF2 }: Instruction): number {
  if (opcode < 0xf0) return 0;
  return opcode === 0xf1 && isMemory && !hasF2 ? 0 : 1 << reg;
}

/** pextrb, pextrw, pextrd and extractps; pcmpestri and pcmpistri. */
function byThree3a(instruction: Instruction): number {
  const { opcode } = instruction;
  if (opcode >= 0x14 && opcode <= 0x17) return operand(instruction);
  return opcode === 0x61 || opcode === 0x63 ? bits(RCX) : 0;
}

function byVector(instruction: Instruction): number {
  const { map, opcode, reg, third, has66, hasF2, hasF3 } = instruction;
  const isScalar = hasF2 || hasF3;
  switch (map) {
    case OpcodeMap.two:
    case 5:
      // Conversions to whole numbers, vmovmskps, vpmovmskb, vpextrw, kmov; vmovd and vmovq.
      if (opcode === 0x2c || opcode === 0x2d || opcode === 0x78 || opcode === 0x79)
        return isScalar ? 1 << reg : 0;
      if (opcode === 0x7e) return has66 ? operand(instruction) : 0;
      return opcode === 0x50 || opcode === 0x93 || opcode === 0xc5 || opcode === 0xd7 ? 1 << reg : 0;
    case OpcodeMap.three38:
      // BMI: andn, bextr, blsr, bzhi, mulx, pdep, pext, sarx …
      return opcode >= 0xe0 ? (1 << reg) | (1 << third) : 0;
    case OpcodeMap.three3a:
      return opcode === 0xf0 ? 1 << reg : byThree3a(instruction);
    case 9:
    case 10:
      // TBM of AMD: bextr, blcfill …
      return opcode < 0x20 ? (1 << reg) | (1 << third) | operand(instruction) : 0;
    default:
      return 0;
  }
}
