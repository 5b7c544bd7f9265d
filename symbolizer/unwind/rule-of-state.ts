import { CFA_BASE, Form, FrameExpression, pltThreshold } from "./frame-expression.ts";
import { CfaHow, How, Slot } from "./frame-state.ts";
import { type MachineRegisters, REGISTERS, type UnwindMachine } from "./machine.ts";
import { Cfa, Fp, Ra } from "./rule.ts";
import type { RuleDictionary } from "./rule-dictionary.ts";
import {
  INEXPRESSIBLE,
  type Inexpressible,
  LOST_FRAME_POINTER,
  type LostFramePointer,
  Tally,
} from "./unwind-stats.ts";

const MAX_I16 = 0x7fff;
const MAX_I32 = 0x7fffffff;
const MAX_REGISTER = 0xff;

/** The section whose instructions are followed, for the expressions in it. */
export interface ExpressionBytes {
  bytes: Uint8Array;
  littleEndian: boolean;
}

/** Turns states of call frame programs into rules of a dictionary, and counts what cannot be turned. */
export class StateRules {
  readonly inexpressible = new Tally<Inexpressible>(INEXPRESSIBLE);
  readonly lostFramePointer = new Tally<LostFramePointer>(LOST_FRAME_POINTER);
  readonly #dictionary: RuleDictionary;
  readonly #registers: MachineRegisters;
  readonly #inexpressibleRule: number;
  readonly #expression = new FrameExpression();
  // The parts of the rule in the making.
  #cfa = 0;
  #ra = 0;
  #fp = 0;
  #register = 0;
  #cfaOffset = 0;
  #cfaAdd = 0;
  #raOffset = 0;
  #fpOffset = 0;

  constructor(dictionary: RuleDictionary, machine: UnwindMachine) {
    this.#dictionary = dictionary;
    this.#registers = REGISTERS[machine];
    this.#inexpressibleRule = dictionary.indexOf(Cfa.inexpressible, 0, 0, 0);
  }

  /** The index of the rule "inexpressible", whose reason is counted. */
  refuse(reason: Inexpressible): number {
    this.inexpressible.add(reason);
    return this.#inexpressibleRule;
  }

  /** The index of the rule of a function that was called from nowhere. */
  outermost(): number {
    const index = this.#dictionary.indexOf(Cfa.stackPointer | (Ra.undefined << 8), 8, 0, 0);
    return index < 0 ? this.refuse("too-many-rules") : index;
  }

  /** The index of the rule for a state. `returnAddress`: the column that the CIE names; `signal`: a signal frame's. */
  ruleOf(state: Float64Array, section: ExpressionBytes, returnAddress: number, signal: boolean): number {
    this.#ra = Ra.atCfa;
    this.#register = 0;
    this.#cfaAdd = 0;
    this.#raOffset = 0;
    const reason =
      this.#readCfa(state, section) ??
      this.#readReturnAddress(state, section, returnAddress) ??
      this.#readStackPointer(state, section);
    if (reason !== undefined) return this.refuse(reason);
    const lost = this.#readFramePointer(state, section);
    // The walk takes the interrupted pc as it is only after a rule of a signal frame.
    if (signal !== (this.#cfa === Cfa.signal) && this.#ra !== Ra.undefined)
      return this.refuse("signal-frame");
    const cfa = this.#ra === Ra.register ? Cfa.inexpressible : this.#cfa;
    const index = this.#dictionary.indexOf(
      cfa | (this.#ra << 8) | (this.#fp << 16) | (this.#register << 24),
      this.#cfaOffset,
      this.#cfaAdd,
      (this.#raOffset & 0xffff) | (this.#fpOffset << 16),
    );
    if (index < 0) return this.refuse("too-many-rules");
    if (lost !== undefined) this.lostFramePointer.add(lost);
    return index;
  }

  #readCfa(state: Float64Array, section: ExpressionBytes): Inexpressible | undefined {
    switch (state[Slot.cfaHow]) {
      case CfaHow.register:
        return this.#cfaFrom(state[Slot.cfaRegister], state[Slot.cfaOffset]);
      case CfaHow.expression:
        return this.#cfaByExpression(section, state[Slot.cfaExpression], state[Slot.cfaExpressionEnd]);
      default:
        return "no-cfa";
    }
  }

  #cfaFrom(register: number, offset: number): Inexpressible | undefined {
    if (!fits(offset, MAX_I32)) return "range";
    this.#cfaOffset = offset;
    if (register === this.#registers.stackPointer) this.#cfa = Cfa.stackPointer;
    else if (register === this.#registers.framePointer) this.#cfa = Cfa.framePointer;
    else if (register > MAX_REGISTER) return "range";
    else {
      this.#cfa = Cfa.register;
      this.#register = register;
    }
    return undefined;
  }

  #cfaByExpression(section: ExpressionBytes, start: number, end: number): Inexpressible | undefined {
    const { stackPointer, framePointer, linked } = this.#registers;
    const threshold = linked ? -1 : pltThreshold(section.bytes, start, end);
    if (threshold >= 0) {
      this.#cfa = Cfa.plt;
      this.#cfaOffset = threshold;
      return undefined;
    }
    const expression = this.#expression;
    expression.evaluate(section.bytes, section.littleEndian, start, end, false);
    if (expression.form === Form.sum) return this.#cfaFrom(expression.base, expression.add);
    if (expression.form !== Form.slot) return "cfa-expression";
    if (expression.base === stackPointer) this.#cfa = Cfa.stackSlot;
    else if (expression.base === framePointer) this.#cfa = Cfa.frameSlot;
    else return "cfa-expression";
    if (!fits(expression.offset, MAX_I32) || !fits(expression.add, MAX_I32)) return "range";
    this.#cfaOffset = expression.offset;
    this.#cfaAdd = expression.add;
    return undefined;
  }

  #readReturnAddress(
    state: Float64Array,
    section: ExpressionBytes,
    column: number,
  ): Inexpressible | undefined {
    const { returnAddress, linked, stackPointer } = this.#registers;
    const value = state[Slot.returnAddress + 1];
    switch (state[Slot.returnAddress]) {
      case How.undefined:
        this.#ra = Ra.undefined;
        return undefined;
      case How.unspecified:
      case How.same:
        if (!linked || column !== returnAddress) return "return-address";
        this.#ra = Ra.linkRegister;
        return undefined;
      case How.register:
        return this.#returnAddressIn(value);
      case How.offset:
        return this.#returnAddressAt(value);
      case How.expression: {
        const expression = this.#expression;
        this.#evaluate(state, section, Slot.returnAddress);
        if (expression.form !== Form.sum) return "return-address";
        if (this.#cfa === Cfa.stackSlot && this.#cfaAdd === 0 && expression.base === stackPointer) {
          this.#cfa = Cfa.signal;
          return this.#returnAddressAt(expression.add);
        }
        const offset = this.#fromCfa(expression.base, expression.add);
        return Number.isNaN(offset) ? "return-address" : this.#returnAddressAt(offset);
      }
      default:
        return "return-address";
    }
  }

  #returnAddressIn(register: number): Inexpressible | undefined {
    const { returnAddress, linked } = this.#registers;
    if (linked && register === returnAddress) this.#ra = Ra.linkRegister;
    else if (this.#cfa === Cfa.stackPointer && register <= MAX_REGISTER) {
      this.#ra = Ra.register;
      this.#register = register;
    } else return "return-address";
    return undefined;
  }

  #returnAddressAt(offset: number): Inexpressible | undefined {
    if (!fits(offset, MAX_I16)) return "range";
    this.#raOffset = offset;
    return undefined;
  }

  /** The caller's stack pointer is the CFA, unless a rule says otherwise; signal frames may say where that was saved. */
  #readStackPointer(state: Float64Array, section: ExpressionBytes): Inexpressible | undefined {
    const how = state[Slot.stackPointer];
    if (how === How.unspecified || how === How.same || this.#ra === Ra.undefined) return undefined;
    const { stackPointer } = this.#registers;
    const value = state[Slot.stackPointer + 1];
    if (how === How.valueOffset) return value === 0 ? undefined : "stack-pointer";
    const expression = this.#expression;
    if (how === How.expression || how === How.valueExpression) {
      this.#evaluate(state, section, Slot.stackPointer);
      if (how === How.valueExpression) {
        if (expression.form === Form.sum && this.#fromCfa(expression.base, expression.add) === 0)
          return undefined;
      } else if (
        (this.#cfa === Cfa.signal || this.#cfa === Cfa.stackSlot) &&
        expression.form === Form.sum &&
        expression.base === stackPointer &&
        expression.add === this.#cfaOffset &&
        this.#cfaAdd === 0
      ) {
        return undefined;
      }
    }
    return "stack-pointer";
  }

  /** Sets the rule of the frame pointer; gives why it is lost, if it is. */
  #readFramePointer(state: Float64Array, section: ExpressionBytes): LostFramePointer | undefined {
    const { framePointer } = this.#registers;
    const how = state[Slot.framePointer];
    const value = state[Slot.framePointer + 1];
    this.#fp = Fp.same;
    this.#fpOffset = 0;
    if (this.#cfa === Cfa.signal) return this.#signalFramePointer(state, section);
    switch (how) {
      case How.unspecified:
      case How.same:
        return undefined;
      case How.undefined:
        return this.#lose("undefined");
      case How.offset:
        return this.#framePointerIs(Fp.atCfa, value);
      case How.valueOffset:
        return this.#framePointerIs(Fp.isCfa, value);
      case How.register:
        return value === framePointer ? undefined : this.#lose("register");
      default:
        this.#evaluate(state, section, Slot.framePointer);
        return this.#framePointerByExpression(how === How.valueExpression);
    }
  }

  #framePointerByExpression(isValue: boolean): LostFramePointer | undefined {
    const { framePointer } = this.#registers;
    const { form, base, offset, add } = this.#expression;
    if (!isValue && form === Form.sum) return this.#framePointerAt(base, add);
    if (isValue && form === Form.slot && add === 0) return this.#framePointerAt(base, offset);
    if (isValue && form === Form.sum) {
      if (base === framePointer && add === 0) return undefined;
      const fromCfa = this.#fromCfa(base, add);
      if (!Number.isNaN(fromCfa)) return this.#framePointerIs(Fp.isCfa, fromCfa);
    }
    return this.#lose("expression");
  }

  #framePointerAt(base: number, add: number): LostFramePointer | undefined {
    const fromCfa = this.#fromCfa(base, add);
    if (!Number.isNaN(fromCfa)) return this.#framePointerIs(Fp.atCfa, fromCfa);
    if (base === this.#registers.framePointer) return this.#framePointerIs(Fp.atFramePointer, add);
    return this.#lose("expression");
  }

  #signalFramePointer(state: Float64Array, section: ExpressionBytes): LostFramePointer | undefined {
    const expression = this.#expression;
    if (state[Slot.framePointer] === How.expression) {
      this.#evaluate(state, section, Slot.framePointer);
      if (expression.form === Form.sum && expression.base === this.#registers.stackPointer)
        return this.#framePointerIs(Fp.atCfa, expression.add);
    }
    return this.#lose("expression");
  }

  #framePointerIs(how: number, offset: number): LostFramePointer | undefined {
    if (!fits(offset, MAX_I16)) return this.#lose("range");
    this.#fp = how;
    this.#fpOffset = offset;
    return undefined;
  }

  #lose(reason: LostFramePointer): LostFramePointer {
    this.#fp = Fp.lost;
    return reason;
  }

  #evaluate(state: Float64Array, section: ExpressionBytes, slot: number): void {
    this.#expression.evaluate(section.bytes, section.littleEndian, state[slot + 1], state[slot + 2], true);
  }

  /** base + add as a distance from the CFA; NaN where that is not known. */
  #fromCfa(base: number, add: number): number {
    const { stackPointer, framePointer } = this.#registers;
    if (base === CFA_BASE) return add;
    if (this.#cfa === Cfa.stackPointer && base === stackPointer) return add - this.#cfaOffset;
    if (this.#cfa === Cfa.framePointer && base === framePointer) return add - this.#cfaOffset;
    return Number.NaN;
  }
}

/** Whether a whole number lies in -most - 1 … most. */
function fits(value: number, most: number): boolean {
  return Number.isInteger(value) && value >= -most - 1 && value <= most;
}
