import { Instruction, OpcodeMap } from "./instruction.ts";
import { RAX } from "./registers.ts";
import { Effect, endsFlow, StackEffect } from "./stack-effect.ts";

/** Of where functions begin, usually. */
export const ALIGNMENT = 16;

/** System calls that do not come back to where they were made: rt_sigreturn, exit, exit_group. */
const NO_RETURN = [15, 60, 231];

/** What an instruction is to others. */
export const Mark = {
  /** Another jumps to it, or may. */
  target: 1,
  /** Another may jump to it, or go on. */
  branched: 16,
  /** Another calls it. */
  called: 2,
  /** The one before it may go on to it. */
  goneOnTo: 8,
} as const;

/** What an instruction makes of the one that it leads to, by its effect. */
const MARK_OF: Partial<Record<number, number>> = {
  [Effect.call]: Mark.called,
  [Effect.jump]: Mark.target,
  [Effect.branch]: Mark.target | Mark.branched,
};

/** All instructions of a stretch of code, in order, and what each does with the stack and the flow of control. */
export class CodeColumns {
  readonly code: Uint8Array;
  /** Address of its first byte. */
  readonly base: number;
  count = 0;
  /** Where each begins, in bytes from the first. */
  offsets: Uint32Array;
  /** `Effect` */
  kinds: Uint8Array;
  /** By how much each makes the stack deeper. */
  grown: Int32Array;
  /** Where each jumps or calls, as an offset that may be outside; NaN: nowhere, or that is not told. */
  targets: Float64Array;
  /** The instruction that each jumps to or calls; -1: none that begins in this code. */
  readonly leadsTo: Int32Array;
  readonly marks: Uint8Array;

  constructor(code: Uint8Array, base: number) {
    this.code = code;
    this.base = base;
    const estimate = 16 + (code.length >> 2);
    this.offsets = new Uint32Array(estimate);
    this.kinds = new Uint8Array(estimate);
    this.grown = new Int32Array(estimate);
    this.targets = new Float64Array(estimate);
    this.#read();
    this.leadsTo = new Int32Array(this.count).fill(-1);
    this.marks = new Uint8Array(this.count);
    this.#markTargets();
    this.#markFlow();
  }

  /** Whether an offset is within the code. */
  holds(offset: number): boolean {
    return offset >= 0 && offset < this.code.length;
  }

  /** The instruction that begins at an offset; -1: none does. */
  #indexOf(offset: number): number {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.offsets[middle] < offset) low = middle + 1;
      else high = middle;
    }
    return low < this.count && this.offsets[low] === offset ? low : -1;
  }

  /** Control does not go on from an instruction, it has turned out. */
  cut(index: number): void {
    this.marks[index + 1] &= ~Mark.goneOnTo;
  }

  /** What is no instruction counts as one byte behind which nothing goes on, and so does each zero between functions, with which some linkers fill. */
  #read(): void {
    const instruction = new Instruction();
    const effect = new StackEffect();
    const { code } = this;
    /** What the instruction before has put into rax. */
    let number = Number.NaN;
    let isBehindEnd = true;
    for (let at = 0; at < code.length; this.count++) {
      if (this.count === this.offsets.length) this.#enlarge();
      // Two would be an instruction that no compiler writes.
      const isFilling = code[at] === 0 && (isBehindEnd || code[at + 1] === 0);
      const isKnown = !isFilling && instruction.read(code, at);
      if (isKnown) effect.read(instruction);
      if (isKnown && isSystemCall(instruction) && NO_RETURN.includes(number)) effect.kind = Effect.stops;
      number = isKnown && loadsRax(instruction) ? instruction.immediate : Number.NaN;
      const next = at + (isKnown ? instruction.length : 1);
      this.offsets[this.count] = at;
      this.kinds[this.count] = isKnown ? effect.kind : Effect.stops;
      this.grown[this.count] = isKnown ? effect.bytes : 0;
      this.targets[this.count] = isKnown ? next + effect.distance : Number.NaN;
      isBehindEnd = endsFlow(this.kinds[this.count]);
      at = next;
    }
  }

  #enlarge(): void {
    const size = 2 * this.offsets.length;
    const larger = <Column extends Uint8Array | Uint32Array | Int32Array | Float64Array>(
      to: Column,
      from: Column,
    ): Column => {
      to.set(from);
      return to;
    };
    this.offsets = larger(new Uint32Array(size), this.offsets);
    this.kinds = larger(new Uint8Array(size), this.kinds);
    this.grown = larger(new Int32Array(size), this.grown);
    this.targets = larger(new Float64Array(size), this.targets);
  }

  #markTargets(): void {
    for (let index = 0; index < this.count; index++) {
      const target = this.targets[index];
      if (!this.holds(target)) continue;
      const at = this.#indexOf(target);
      this.leadsTo[index] = at;
      if (at >= 0) this.marks[at] |= MARK_OF[this.kinds[index]] ?? 0;
    }
  }

  /** A call which has filling behind it does not return, and filling to which nothing leads goes nowhere. */
  #markFlow(): void {
    const { marks, kinds } = this;
    let isReached = false;
    for (let index = 0; index < this.count; index++) {
      if (isReached) marks[index] |= Mark.goneOnTo;
      isReached ||= marks[index] !== 0;
      const kind = kinds[index];
      if (kind === Effect.nothing && !isReached) kinds[index] = Effect.stops;
      isReached = !endsFlow(kinds[index]) && !(kind === Effect.call && this.#isFilled(index + 1));
    }
  }

  /** Whether nothing but filling lies from an instruction up to where functions usually begin. */
  #isFilled(from: number): boolean {
    let index = from;
    while (index < this.count && this.kinds[index] === Effect.nothing) index++;
    const end = index < this.count ? this.offsets[index] : this.code.length;
    return index > from && (this.base + end) % ALIGNMENT === 0;
  }
}

function isSystemCall({ isVector, map, opcode }: Instruction): boolean {
  return !isVector && map === OpcodeMap.two && opcode === 0x05;
}

/** Whether an instruction moves a number to eax or rax. */
function loadsRax({ isVector, map, opcode, isMemory, rm }: Instruction): boolean {
  return (
    !isVector && map === OpcodeMap.one && rm === RAX && !isMemory && (opcode === 0xb8 || opcode === 0xc7)
  );
}
