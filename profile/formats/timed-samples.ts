import { ProfileFormatError } from "../format-error.ts";
import { GrowableFloat64 } from "../growable.ts";
import { TupleInterner } from "../tuple-interner.ts";

const MILLISECOND = 1e6;
/** Beyond this many rows times become coarser, unless few of the rows differ by time alone. */
const MAX_ROWS = 2 ** 20;
const MIN_TICKS = 2048;
/** Rows that nothing can make fewer: what is more is no recording, and would not fit into memory. */
const ROW_LIMIT = 2 ** 24;
/** Slices that a recording is cut into at most: as many as a strip of time shows. */
const MAX_SLICES = 120;
/** The tick of a sample without time. */
const NO_TICK = -(2 ** 31);
const TICK_LIMIT = 2 ** 30;

/**
 * Sums samples that are alike while they are read: a row is one (stack, time tick, ids). How long a slice of time is
 * can only be told at the end, so rows first bear ticks of a millisecond; when there are too many rows, ticks become
 * ten times as long. So memory grows with the different samples, not with their number.
 *
 * Throws `ProfileFormatError` when there are too many of those.
 */
export class TimedSamples {
  readonly #idCount: number;
  #tuples = new TupleInterner();
  #values: GrowableFloat64[];
  #tickNanos = MILLISECOND;
  #nextLimit: number;
  #origin = Number.NaN;
  #first = Number.POSITIVE_INFINITY;
  #last = Number.NEGATIVE_INFINITY;

  constructor(idCount: number, valueCount: number, maxRows = MAX_ROWS) {
    this.#idCount = idCount;
    this.#nextLimit = maxRows;
    this.#values = Array.from({ length: valueCount }, () => new GrowableFloat64());
  }

  /** Adds `values` to the row of (stack, time, ids). `timeNanos` is on any clock; NaN when unknown. */
  add(stack: number, timeNanos: number, ids: readonly number[], values: readonly number[]): void {
    this.#addTick(stack, this.#tick(timeNanos), ids, values);
    if (this.#tuples.length > this.#nextLimit) this.#relieve();
  }

  /** The rows in the order they were first seen. */
  finish(): SampleRows {
    const span = this.#last - this.#first;
    const sliceNanos = span >= MILLISECOND ? niceLength(span / MAX_SLICES, this.#tickNanos) : 0;
    if (sliceNanos > this.#tickNanos) this.#coarsen(sliceNanos);
    const tuples = this.#tuples;
    const { length } = tuples;
    const firstTick = sliceNanos === 0 ? 0 : this.#tick(this.#first);
    const stack = new Int32Array(length);
    const slice = new Float64Array(length).fill(Number.NaN);
    const ids = Array.from({ length: this.#idCount }, () => new Int32Array(length));
    for (let row = 0; row < length; row++) {
      const at = tuples.start(row);
      stack[row] = tuples.word(at);
      const tick = tuples.word(at + 1);
      if (sliceNanos > 0 && tick !== NO_TICK) slice[row] = tick - firstTick;
      for (const [id, column] of ids.entries()) column[row] = tuples.word(at + 2 + id);
    }
    return {
      length,
      stack,
      slice,
      ids,
      values: this.#values.map((column) => column.finish()),
      sliceNanos,
      durationNanos: Math.max(0, Number.isFinite(span) ? span : 0),
    };
  }

  #addTick(stack: number, tick: number, ids: readonly number[], values: readonly number[]): void {
    const tuples = this.#tuples;
    tuples.add(stack);
    tuples.add(tick);
    for (const id of ids) tuples.add(id);
    const row = tuples.intern();
    for (const [type, value] of values.entries()) {
      const column = this.#values[type];
      if (row === column.length) column.push(value);
      else column.add(row, value);
    }
  }

  #tick(timeNanos: number): number {
    if (!Number.isFinite(timeNanos)) return NO_TICK;
    if (Number.isNaN(this.#origin)) this.#origin = timeNanos;
    if (timeNanos < this.#first) this.#first = timeNanos;
    if (timeNanos > this.#last) this.#last = timeNanos;
    let tick = Math.floor((timeNanos - this.#origin) / this.#tickNanos);
    while (Math.abs(tick) > TICK_LIMIT) {
      this.#coarsen(this.#tickNanos * 10);
      tick = Math.floor((timeNanos - this.#origin) / this.#tickNanos);
    }
    return tick;
  }

  /** Too many rows: longer ticks, as long as that can help. */
  #relieve(): void {
    if ((this.#last - this.#first) / this.#tickNanos > MIN_TICKS) this.#coarsen(this.#tickNanos * 10);
    if (this.#tuples.length > ROW_LIMIT) {
      throw new ProfileFormatError(`It has more than ${ROW_LIMIT / 2 ** 20} million different samples.`);
    }
    if (this.#tuples.length * 2 > this.#nextLimit) this.#nextLimit = this.#tuples.length * 2;
  }

  #coarsen(tickNanos: number): void {
    const [from, values] = [this.#tuples, this.#values];
    const factor = tickNanos / this.#tickNanos;
    this.#tuples = new TupleInterner();
    this.#values = values.map(() => new GrowableFloat64());
    this.#tickNanos = tickNanos;
    const ids = new Array<number>(this.#idCount);
    const sums = new Array<number>(values.length);
    for (let row = 0; row < from.length; row++) {
      const at = from.start(row);
      const tick = from.word(at + 1);
      for (let id = 0; id < ids.length; id++) ids[id] = from.word(at + 2 + id);
      for (let type = 0; type < sums.length; type++) sums[type] = values[type].get(row);
      this.#addTick(from.word(at), tick === NO_TICK ? tick : Math.floor(tick / factor), ids, sums);
    }
  }
}

/** What `TimedSamples` gives: one row a distinct sample. */
export interface SampleRows {
  length: number;
  stack: Int32Array;
  /** Which slice of the recording, from 0; NaN when unknown. */
  slice: Float64Array;
  ids: Int32Array[];
  values: Float64Array[];
  /** 0 without slices. */
  sliceNanos: number;
  durationNanos: number;
}

/** The shortest of 1, 2, 5, 10, 20, 50 … ms that is not below `least` and not below `tickNanos`. */
function niceLength(least: number, tickNanos: number): number {
  for (let decade = tickNanos; ; decade *= 10) {
    for (const digit of [1, 2, 5]) if (digit * decade >= least) return digit * decade;
  }
}
