import { Cursor } from "../dwarf/cursor.ts";
import { DwarfDamage } from "../dwarf/damage.ts";

/** What a frame expression comes to. */
export const Form = {
  /** Something else. */
  unknown: 0,
  /** add */
  constant: 1,
  /** base + add */
  sum: 2,
  /** *(base + offset) + add */
  slot: 3,
} as const;

/** As a base: the CFA, which DW_CFA_expression finds on its stack. */
export const CFA_BASE = -1;

/**
 * The expressions that tables can tell have some ten bytes. Each row looks at its expression anew, so a longer one, which a
 * forged file may repeat for each byte of its code, is not looked into.
 */
const MAX_EXPRESSION_BYTES = 32;
const MAX_STACK = 4;

/** DWARF 5, section 7.7.1, "Operation Expressions". */
const Op = {
  deref: 0x06,
  const1u: 0x08,
  const1s: 0x09,
  const2u: 0x0a,
  const2s: 0x0b,
  const4u: 0x0c,
  const4s: 0x0d,
  const8u: 0x0e,
  const8s: 0x0f,
  constu: 0x10,
  consts: 0x11,
  minus: 0x1c,
  plus: 0x22,
  plusUconst: 0x23,
  lit0: 0x30,
  lit31: 0x4f,
  breg0: 0x70,
  breg31: 0x8f,
  bregx: 0x92,
  nop: 0x96,
} as const;

/** Reads an expression as a sum of a register (or what lies at one) and a constant. One object serves for many. */
export class FrameExpression {
  form: number = Form.unknown;
  /** DWARF register number, or CFA_BASE. */
  base = 0;
  offset = 0;
  add = 0;
  readonly #forms = new Uint8Array(MAX_STACK);
  readonly #bases = new Float64Array(MAX_STACK);
  readonly #offsets = new Float64Array(MAX_STACK);
  readonly #adds = new Float64Array(MAX_STACK);
  #depth = 0;

  /** Evaluates the operations in `[start, end)`. With `cfa`, the CFA lies on the stack before. */
  evaluate(bytes: Uint8Array, littleEndian: boolean, start: number, end: number, cfa: boolean): void {
    this.form = Form.unknown;
    if (end - start > MAX_EXPRESSION_BYTES) return;
    this.#depth = 0;
    if (cfa) this.#push(Form.sum, CFA_BASE, 0);
    const cursor = new Cursor(bytes, littleEndian, start, end);
    try {
      while (cursor.position < end) if (!this.#step(cursor)) return;
    } catch (error) {
      if (error instanceof DwarfDamage) return;
      throw error;
    }
    if (this.#depth === 0) return;
    const top = this.#depth - 1;
    this.form = this.#forms[top];
    this.base = this.#bases[top];
    this.offset = this.#offsets[top];
    this.add = this.#adds[top];
  }

  #push(form: number, base: number, add: number): boolean {
    if (this.#depth === MAX_STACK) return false;
    const top = this.#depth++;
    this.#forms[top] = form;
    this.#bases[top] = base;
    this.#offsets[top] = 0;
    this.#adds[top] = add;
    return true;
  }

  /** false: an operation that leads out of the known forms. */
  #step(cursor: Cursor): boolean {
    const op = cursor.u8();
    if (op >= Op.lit0 && op <= Op.lit31) return this.#push(Form.constant, 0, op - Op.lit0);
    if (op >= Op.breg0 && op <= Op.breg31) return this.#push(Form.sum, op - Op.breg0, cursor.sleb());
    switch (op) {
      case Op.const1u:
        return this.#push(Form.constant, 0, cursor.u8());
      case Op.const1s:
        return this.#push(Form.constant, 0, (cursor.u8() << 24) >> 24);
      case Op.const2u:
        return this.#push(Form.constant, 0, cursor.u16());
      case Op.const2s:
        return this.#push(Form.constant, 0, (cursor.u16() << 16) >> 16);
      case Op.const4u:
        return this.#push(Form.constant, 0, cursor.u32());
      case Op.const4s:
        return this.#push(Form.constant, 0, cursor.i32());
      case Op.const8u:
      case Op.const8s:
        return this.#push(Form.constant, 0, cursor.address(8));
      case Op.constu:
        return this.#push(Form.constant, 0, cursor.uleb());
      case Op.consts:
        return this.#push(Form.constant, 0, cursor.sleb());
      case Op.bregx: {
        const register = cursor.uleb();
        return this.#push(Form.sum, register, cursor.sleb());
      }
      case Op.plusUconst: {
        const constant = cursor.uleb();
        if (this.#depth === 0) return false;
        this.#adds[this.#depth - 1] += constant;
        return true;
      }
      case Op.deref:
        return this.#dereference();
      case Op.plus:
        return this.#plus();
      case Op.minus:
        return this.#minus();
      default:
        return op === Op.nop;
    }
  }

  #dereference(): boolean {
    const top = this.#depth - 1;
    if (top < 0 || this.#forms[top] !== Form.sum) return false;
    this.#forms[top] = Form.slot;
    this.#offsets[top] = this.#adds[top];
    this.#adds[top] = 0;
    return true;
  }

  #plus(): boolean {
    const top = this.#depth - 1;
    if (top < 1) return false;
    const below = top - 1;
    if (this.#forms[top] !== Form.constant) {
      if (this.#forms[below] !== Form.constant) return false;
      this.#forms[below] = this.#forms[top];
      this.#bases[below] = this.#bases[top];
      this.#offsets[below] = this.#offsets[top];
    }
    this.#adds[below] += this.#adds[top];
    this.#depth--;
    return true;
  }

  #minus(): boolean {
    const top = this.#depth - 1;
    if (top < 1 || this.#forms[top] !== Form.constant) return false;
    this.#adds[top - 1] -= this.#adds[top];
    this.#depth--;
    return true;
  }
}

/**
 * breg7 8; breg16 0; lit15; and; litN; ge; lit3; shl; plus: the CFA of an x86-64 procedure linkage table, where N tells from
 * which byte of an entry on its number is pushed (binutils bfd/elf64-x86-64.c, elf_x86_64_eh_frame_lazy_plt).
 */
const PLT_BYTES = [0x77, 8, 0x80, 0, 0x3f, 0x1a, -1, 0x2a, 0x33, 0x24, 0x22];
const PLT_LITERAL = 6;

/** The N of a procedure linkage table's expression; -1: it is none. */
export function pltThreshold(bytes: Uint8Array, start: number, end: number): number {
  if (end - start !== PLT_BYTES.length) return -1;
  for (let i = 0; i < PLT_BYTES.length; i++) {
    if (i !== PLT_LITERAL && bytes[start + i] !== PLT_BYTES[i]) return -1;
  }
  const literal = bytes[start + PLT_LITERAL] - Op.lit0;
  return literal >= 0 && literal <= 15 ? literal : -1;
}
