/**
 * What call frame instructions have said so far of the CFA and of the three registers that a walk goes by, in numbers one
 * behind the other, so that remembering is copying. Offsets of expressions are places in their section.
 */
export const Slot = {
  cfaHow: 0,
  cfaRegister: 1,
  cfaOffset: 2,
  cfaExpression: 3,
  cfaExpressionEnd: 4,
  /** Each register has three: how, value (offset, register or start of an expression), end of the expression. */
  framePointer: 5,
  returnAddress: 8,
  stackPointer: 11,
} as const;
export const STATE_SLOTS = 14;

export const CfaHow = { unset: 0, register: 1, expression: 2 } as const;

/** DWARF 5, section 6.4.1, "Structure of Call Frame Information": register rules. */
export const How = {
  unspecified: 0,
  undefined: 1,
  same: 2,
  /** At CFA + value. */
  offset: 3,
  /** CFA + value. */
  valueOffset: 4,
  register: 5,
  /** At the address that an expression gives. */
  expression: 6,
  /** What an expression gives. */
  valueExpression: 7,
} as const;
