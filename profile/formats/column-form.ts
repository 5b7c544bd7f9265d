/**
 * How the numbers of a column are written: count, form, divisor, then the values divided by the divisor (their
 * greatest common one, so that `cpu/nanoseconds` takes no more than `samples/count`) as varints. Small numbers are one
 * byte, which leaves gzip long runs to find; every number is at least one byte, so a reader never allocates more than
 * eight times its input.
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
