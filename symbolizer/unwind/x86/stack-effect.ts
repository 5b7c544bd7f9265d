import { WORD } from "../rule.ts";
import { type Instruction, NONE, OpcodeMap, RIP } from "./instruction.ts";
import { RAX, RSP, writtenRegisters } from "./registers.ts";

/** What an instruction does with the stack pointer and with the flow of control. */
export const Effect = {
  none: 0,
  /** Nothing at all, with anything. */
  nothing: 1,
  /** The stack becomes deeper by `bytes`. */
  grows: 2,
  /** The stack pointer becomes one that the depth before does not tell. */
  leaps: 3,
  call: 4,
  branch: 5,
  // Control does not go on behind these.
  /** Goes on at the target only, if that is told, else somewhere. */
  jump: 6,
  /** To what a place in memory names, with the caller's stack: a call in the end, by whose return this function returns. */
  leaves: 7,
  returns: 8,
  stops: 9,
} as const;

/** Whether control does not go on behind an instruction, by its `Effect`. */
export function endsFlow(kind: number): boolean {
  return kind > Effect.branch;
}

/** The effect of one instruction; `read` fills it anew. */
export class StackEffect {
  kind: number = Effect.none;
  /** How much deeper the stack becomes. */
  bytes = 0;
  /** From the next instruction to where it jumps or calls; NaN: it is not told. */
  distance = Number.NaN;

  read(instruction: Instruction): void {
    this.kind = Effect.none;
    this.bytes = 0;
    this.distance = Number.NaN;
    if (!instruction.isVector) {
      if (instruction.map === OpcodeMap.one) this.#readOneByte(instruction);
      else if (instruction.map === OpcodeMap.two) this.#readTwoBytes(instruction);
    }
    if (this.kind === Effect.none && writtenRegisters(instruction) & (1 << RSP)) this.kind = Effect.leaps;
  }

  #grow(bytes: number): void {
    this.kind = Effect.grows;
    this.bytes = bytes;
  }

  #go(kind: number, distance = Number.NaN): void {
    this.kind = kind;
    this.distance = distance;
  }

  /** Words of 16 bits, which nobody pushes, are not followed. */
  #push(isShort: boolean, bytes: number): void {
    if (isShort) this.kind = Effect.leaps;
    else this.#grow(bytes);
  }

  #readOneByte(instruction: Instruction): void {
    const { opcode, reg, rm, isMemory, isWide, has66, immediate, displacement } = instruction;
    if (opcode >= 0x70 && opcode <= 0x7f) this.#go(Effect.branch, immediate);
    else if (opcode >= 0x50 && opcode <= 0x57) this.#push(has66, WORD);
    else if (opcode >= 0x58 && opcode <= 0x5f && rm !== RSP) this.#push(has66, -WORD);
    switch (opcode) {
      case 0x90:
        if (rm === RAX) this.kind = Effect.nothing;
        break;
      case 0x68:
      case 0x6a:
      case 0x9c:
        this.#push(has66, WORD);
        break;
      case 0x8f:
      case 0x9d:
        if (opcode === 0x9d || isMemory || rm !== RSP) this.#push(has66, -WORD);
        break;
      case 0x81:
      case 0x83:
        if (isMemory || rm !== RSP || !isWide) return;
        if ((reg & 7) === 0) this.#grow(-immediate);
        else if ((reg & 7) === 5) this.#grow(immediate);
        break;
      case 0x8d:
        if (reg === RSP && isWide && instruction.base === RSP && instruction.index === NONE)
          this.#grow(-displacement);
        break;
      case 0xc2:
      case 0xc3:
        this.#go(Effect.returns);
        break;
      case 0xc8:
      case 0xc9:
        this.#go(Effect.leaps);
        break;
      case 0xca:
      case 0xcb:
      case 0xcc:
      case 0xcf:
      case 0xf4:
        this.#go(Effect.stops);
        break;
      case 0xe0:
      case 0xe1:
      case 0xe2:
      case 0xe3:
        this.#go(Effect.branch, immediate);
        break;
      case 0xe8:
        // A call of what follows is how code of old takes its own address.
        if (immediate === 0) this.#grow(WORD);
        else this.#go(Effect.call, immediate);
        break;
      case 0xe9:
      case 0xeb:
        this.#go(Effect.jump, immediate);
        break;
      case 0xff:
        this.#readGroup(reg & 7, has66, instruction.base);
        break;
    }
  }

  #readGroup(kind: number, has66: boolean, base: number): void {
    if (kind === 2) this.#go(Effect.call);
    // A table of addresses to jump to has an index.
    else if (kind === 4) this.#go(base === RIP ? Effect.leaves : Effect.jump);
    else if (kind === 6) this.#push(has66, WORD);
    else if (kind === 3 || kind === 5) this.#go(Effect.stops);
  }

  #readTwoBytes({ opcode, immediate }: Instruction): void {
    if (opcode >= 0x80 && opcode <= 0x8f) this.#go(Effect.branch, immediate);
    else if (opcode === 0x0b || opcode === 0xb9 || opcode === 0xff) this.#go(Effect.stops);
    else if (opcode === 0x1f) this.kind = Effect.nothing;
    else if (opcode === 0xa0 || opcode === 0xa8) this.#grow(WORD);
    else if (opcode === 0xa1 || opcode === 0xa9) this.#grow(-WORD);
  }
}
