import type { Cursor } from "../dwarf/cursor.ts";
import { type EncodingBases, readEncoded } from "./frame-pointer-encoding.ts";
import { CfaHow, How, Slot, STATE_SLOTS } from "./frame-state.ts";

/** What instructions of an FDE are read by, from its CIE. */
export interface ProgramTerms {
  codeAlign: number;
  dataAlign: number;
  /** Of the addresses in DW_CFA_set_loc. */
  encoding: number;
  /** Bytes of an address where `encoding` is 0 (`.debug_frame`). */
  returnAddress: number;
  /** STATE_SLOTS: what the CIE's own instructions say. */
  initial: Float64Array;
}

/** How a program ended. */
export type ProgramEnd = "done" | "damaged" | "instruction";

/** DWARF 5, section 7.24, "Call Frame Information"; the GNU and Arm ones from binutils include/dwarf2.def. */
const Op = {
  advance: 0x40,
  offset: 0x80,
  restore: 0xc0,
  nop: 0x00,
  setLocation: 0x01,
  advance1: 0x02,
  advance2: 0x03,
  advance4: 0x04,
  offsetExtended: 0x05,
  restoreExtended: 0x06,
  undefined: 0x07,
  sameValue: 0x08,
  register: 0x09,
  rememberState: 0x0a,
  restoreState: 0x0b,
  defCfa: 0x0c,
  defCfaRegister: 0x0d,
  defCfaOffset: 0x0e,
  defCfaExpression: 0x0f,
  expression: 0x10,
  offsetExtendedSf: 0x11,
  defCfaSf: 0x12,
  defCfaOffsetSf: 0x13,
  valOffset: 0x14,
  valOffsetSf: 0x15,
  valExpression: 0x16,
  mipsAdvance8: 0x1d,
  /** arm64: the return address is signed from here on, and the place is; no register is elsewhere for it. */
  negateRaStateWithPc: 0x2c,
  /** arm64: negate_ra_state. Elsewhere: SPARC's register windows. */
  gnuWindowSave: 0x2d,
  gnuArgsSize: 0x2e,
  gnuNegativeOffsetExtended: 0x2f,
} as const;

/** Compilers remember one state inside another; each takes 112 bytes. */
const MAX_REMEMBERED = 256;

/** Follows call frame instructions. One object serves all programs of a file. */
export class FrameProgram {
  /** What has been said at the place reached. */
  readonly state = new Float64Array(STATE_SLOTS);
  readonly #remembered = new Float64Array(STATE_SLOTS * MAX_REMEMBERED);
  readonly #slots: { framePointer: number; stackPointer: number; signs: boolean };

  /** `signs`: whether instruction 0x2d is about signed return addresses (arm64). */
  constructor(slots: { framePointer: number; stackPointer: number; signs: boolean }) {
    this.#slots = slots;
  }

  /**
   * Follows the instructions that `cursor` holds, for the code `[start, end)`. `row` is told each place at which the state
   * holds until the next one, ascending. Throws `DwarfDamage` where the instructions end inside one. Places beyond `end` are
   * not told; the last place is told by the caller, from `location`.
   */
  run(
    cursor: Cursor,
    terms: ProgramTerms,
    start: number,
    end: number,
    bases: EncodingBases,
    row: (address: number) => void,
  ): ProgramEnd {
    const { state } = this;
    const { codeAlign, dataAlign } = terms;
    let remembered = 0;
    this.location = start;
    while (cursor.position < cursor.end) {
      const byte = cursor.u8();
      const operand = byte & 0x3f;
      let advance = -1;
      switch (byte & 0xc0) {
        case Op.advance:
          advance = operand * codeAlign;
          break;
        case Op.offset:
          this.#set(terms, operand, How.offset, cursor.uleb() * dataAlign);
          continue;
        case Op.restore:
          this.#restore(terms, operand);
          continue;
      }
      if (advance < 0) {
        switch (byte) {
          case Op.nop:
            continue;
          case Op.advance1:
            advance = cursor.u8() * codeAlign;
            break;
          case Op.advance2:
            advance = cursor.u16() * codeAlign;
            break;
          case Op.advance4:
            advance = cursor.u32() * codeAlign;
            break;
          case Op.mipsAdvance8:
            advance = cursor.u64() * codeAlign;
            break;
          case Op.setLocation:
            advance = readEncoded(cursor, terms.encoding, bases, start) - this.location;
            break;
          case Op.defCfa:
            state[Slot.cfaHow] = CfaHow.register;
            state[Slot.cfaRegister] = cursor.uleb();
            state[Slot.cfaOffset] = cursor.uleb();
            continue;
          case Op.defCfaSf:
            state[Slot.cfaHow] = CfaHow.register;
            state[Slot.cfaRegister] = cursor.uleb();
            state[Slot.cfaOffset] = cursor.sleb() * dataAlign;
            continue;
          case Op.defCfaRegister:
            state[Slot.cfaHow] = CfaHow.register;
            state[Slot.cfaRegister] = cursor.uleb();
            continue;
          // They leave an expression as it is, as libgcc does.
          case Op.defCfaOffset:
            state[Slot.cfaOffset] = cursor.uleb();
            continue;
          case Op.defCfaOffsetSf:
            state[Slot.cfaOffset] = cursor.sleb() * dataAlign;
            continue;
          case Op.defCfaExpression: {
            const length = cursor.uleb();
            state[Slot.cfaHow] = CfaHow.expression;
            state[Slot.cfaExpression] = cursor.advance(length);
            state[Slot.cfaExpressionEnd] = cursor.position;
            continue;
          }
          case Op.rememberState:
            if (remembered === MAX_REMEMBERED) return "damaged";
            this.#remembered.set(state, STATE_SLOTS * remembered++);
            continue;
          case Op.restoreState: {
            if (remembered === 0) return "damaged";
            const from = STATE_SLOTS * --remembered;
            for (let slot = 0; slot < STATE_SLOTS; slot++) state[slot] = this.#remembered[from + slot];
            continue;
          }
          case Op.gnuArgsSize:
            cursor.skipLeb();
            continue;
          case Op.gnuWindowSave:
          case Op.negateRaStateWithPc:
            if (!this.#slots.signs) return "instruction";
            continue;
          default:
            if (!this.#registerInstruction(byte, cursor, terms)) return "instruction";
            continue;
        }
      }
      // Backwards, or nowhere.
      if (!(advance >= 0)) return "damaged";
      if (advance === 0) continue;
      row(this.location);
      this.location += advance;
      if (this.location >= end) return "done";
    }
    return "done";
  }

  /** Where the last row begins, when `run` is over; at or beyond the end of the code if there is none any more. */
  location = 0;

  /** false: an instruction that is not known. */
  #registerInstruction(byte: number, cursor: Cursor, terms: ProgramTerms): boolean {
    const { dataAlign } = terms;
    switch (byte) {
      case Op.offsetExtended:
      case Op.offsetExtendedSf:
      case Op.valOffset:
      case Op.valOffsetSf:
      case Op.gnuNegativeOffsetExtended: {
        const register = cursor.uleb();
        const isSigned = byte === Op.offsetExtendedSf || byte === Op.valOffsetSf;
        const offset = (isSigned ? cursor.sleb() : cursor.uleb()) * dataAlign;
        const isValue = byte === Op.valOffset || byte === Op.valOffsetSf;
        const negative = byte === Op.gnuNegativeOffsetExtended;
        this.#set(terms, register, isValue ? How.valueOffset : How.offset, negative ? -offset : offset);
        return true;
      }
      case Op.restoreExtended:
        this.#restore(terms, cursor.uleb());
        return true;
      case Op.undefined:
        this.#set(terms, cursor.uleb(), How.undefined, 0);
        return true;
      case Op.sameValue:
        this.#set(terms, cursor.uleb(), How.same, 0);
        return true;
      case Op.register: {
        const register = cursor.uleb();
        this.#set(terms, register, How.register, cursor.uleb());
        return true;
      }
      case Op.expression:
      case Op.valExpression: {
        const register = cursor.uleb();
        const length = cursor.uleb();
        const expression = cursor.advance(length);
        const how = byte === Op.expression ? How.expression : How.valueExpression;
        this.#set(terms, register, how, expression, cursor.position);
        return true;
      }
      default:
        return false;
    }
  }

  /** First of the slots of a register that is followed; -1: it is none. */
  #slotOf(terms: ProgramTerms, register: number): number {
    if (register === this.#slots.framePointer) return Slot.framePointer;
    if (register === terms.returnAddress) return Slot.returnAddress;
    return register === this.#slots.stackPointer ? Slot.stackPointer : -1;
  }

  #set(terms: ProgramTerms, register: number, how: number, value: number, end = 0): void {
    const slot = this.#slotOf(terms, register);
    if (slot < 0) return;
    this.state[slot] = how;
    this.state[slot + 1] = value;
    this.state[slot + 2] = end;
  }

  #restore(terms: ProgramTerms, register: number): void {
    const slot = this.#slotOf(terms, register);
    if (slot < 0) return;
    const { state } = this;
    state[slot] = terms.initial[slot];
    state[slot + 1] = terms.initial[slot + 1];
    state[slot + 2] = terms.initial[slot + 2];
  }
}
