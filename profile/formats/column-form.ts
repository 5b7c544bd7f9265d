/**
 * How the numbers of a column are written: count, form, divisor, then the values divided by the divisor (their
 * greatest common one, so that `cpu/nanoseconds` takes no more than `samples/count`) as whole numbers from 0. These are
 * a block of symbols (`symbol-code.ts`), behind its length in bytes; or behind a 0 varints, which leave gzip long
 * runs to find, where the block would be all too short.
 */
export const ColumnForm = {
  /** Eight bytes a value, little-endian, without a divisor: what is not whole or too great for the rest. */
  float: 0,
  /** The value itself. */
  natural: 1,
  /** Zigzag (0, -1, 1, -2 … as 0, 1, 2, 3 …). */
  integer: 2,
  /** Zigzag of the difference to the value before. */
  delta: 3,
  /** 0 for NaN, else zigzag + 1. */
  optional: 4,
  /** Without a divisor: the distinct values as a column of their own, then a byte a value, which of them it is. */
  table: 5,
  /** Without a divisor: 0 for one more than the greatest so far, else how much less it is, + 1. */
  fresh: 6,
} as const;

/** What a byte can tell apart. */
export const MAX_TABLE = 256;

/** Whole numbers up to this are written as such: doubled by a difference and again by zigzag they are still exact. */
export const MAX_INTEGER = 2 ** 50;

/**
 * Numbers, or rows of a tree, that a byte of a block tells at most: so that what a reader allocates stays in proportion to its
 * input, 512 times a column's bytes and some 3,000 times a tree's. What would be denser is left to gzip.
 */
const MAX_NUMBERS_A_BYTE = 64;

/** Whether so many numbers may be in a block of so many bytes. */
export function fitsBlock(numbers: number, bytes: number): boolean {
  return numbers <= bytes * MAX_NUMBERS_A_BYTE;
}

/** What a number is likely to be is told by the one before, or what else is known of it: 0, 1, 2, or more. */
export const VALUE_CONTEXTS = 4;

export function valueContext(before: number): number {
  return before < VALUE_CONTEXTS ? before : VALUE_CONTEXTS - 1;
}
