import { encodeUtf8 } from "../text-codec.ts";
import {
  ColumnForm,
  fitsBlock,
  MAX_INTEGER,
  MAX_TABLE,
  VALUE_CONTEXTS,
  valueContext,
} from "./column-form.ts";
import { ProtobufWriter, varintSize } from "./protobuf-writer.ts";
import { SymbolEncoder } from "./symbol-encoder.ts";
import { zigzag } from "./zigzag.ts";

type Column = Int32Array | Float64Array | Uint8Array | readonly number[];

/** Writes columns of numbers and texts, each in the form that suits it; see `column-form.ts`. */
export class ColumnWriter {
  readonly #out = new ProtobufWriter();

  /** A whole number from 0 to 2^53. */
  count(value: number): void {
    this.#out.reserve(10);
    this.#out.int64(value);
  }

  /** Any number, bit by bit. */
  float(value: number): void {
    this.#out.raw(new Uint8Array(Float64Array.of(value).buffer));
  }

  text(text: string): void {
    const bytes = encodeUtf8(text);
    this.count(bytes.length);
    this.#out.raw(bytes);
  }

  /** All texts as one, behind their lengths: a reader then has one text to decode and cuts it. */
  texts(texts: readonly string[]): void {
    this.column(texts.map((text) => text.length));
    // Joining puts a high and a low surrogate of two texts together, where each alone would become U+FFFD.
    this.text(texts.map((text) => text.replace(/\p{Surrogate}/gu, "\ufffd")).join(""));
  }

  /** Values that repeat, in no order. */
  column(column: Column): void {
    const table = worthwhileTable(column);
    if (table === undefined) this.#write(column, false);
    else this.#writeTable(column, table);
  }

  /** Values that are near the one before. */
  nearColumn(column: Column): void {
    this.#write(column, true);
  }

  /** Rows of a table that is in the order of first use: mostly the next that was not used before. */
  freshColumn(column: Int32Array): void {
    let greatest = -1;
    const distance = Int32Array.from(column, (value) => {
      const below = greatest + 1 - value;
      greatest = Math.max(greatest, value);
      return below;
    });
    // Anything else than steps by one up, and rows that are none, has no such form.
    if (distance.some((below) => below < 0) || column.some((value) => value < 0)) {
      this.column(column);
      return;
    }
    this.count(column.length);
    this.count(ColumnForm.fresh);
    this.#numbers(distance);
  }

  /** Bytes behind their number. */
  block(bytes: Uint8Array): void {
    this.count(bytes.length);
    this.#out.raw(bytes);
  }

  finish(): Uint8Array {
    return this.#out.finish();
  }

  #writeTable(column: Column, table: Map<number, number>): void {
    this.count(column.length);
    this.count(ColumnForm.table);
    this.#write([...table.keys()], false);
    this.#numbers(Float64Array.from(column, (value) => table.get(value) ?? 0));
  }

  #write(column: Column, isNear: boolean): void {
    const { form, divisor } = chooseForm(column, isNear);
    this.count(column.length);
    this.count(form);
    if (form === ColumnForm.float) {
      const floats = Float64Array.from(column);
      this.#out.raw(new Uint8Array(floats.buffer));
      return;
    }
    this.count(divisor);
    let before = 0;
    const numbers = Float64Array.from(column, (undivided) => {
      const value = undivided / divisor;
      if (form === ColumnForm.natural) return value;
      if (form === ColumnForm.integer) return zigzag(value);
      if (form === ColumnForm.optional) return Number.isNaN(value) ? 0 : zigzag(value) + 1;
      const difference = value - before;
      before = value;
      return zigzag(difference);
    });
    this.#numbers(numbers);
  }

  /** Whole numbers from 0, as many as the column has. */
  #numbers(numbers: Int32Array | Float64Array): void {
    const block = coded(numbers);
    let plainBytes = 0;
    for (const number of numbers) plainBytes += varintSize(number);
    if (block.length < plainBytes && fitsBlock(numbers.length, block.length)) {
      this.block(block);
      return;
    }
    this.count(0);
    this.#out.reserve(numbers.length * 8);
    for (const number of numbers) this.#out.int64(number);
  }
}

function coded(numbers: Int32Array | Float64Array): Uint8Array {
  const out = new SymbolEncoder(VALUE_CONTEXTS);
  let before = 0;
  for (let row = 0; row < numbers.length; row++) {
    out.number(valueContext(before), numbers[row]);
    before = numbers[row];
  }
  return out.finish();
}

/** Shorter columns would gain a few bytes at most. */
const LEAST_FOR_TABLE = 256;

/** The distinct values and their places, where telling them by a byte is shorter by far; else undefined. */
function worthwhileTable(column: Column): Map<number, number> | undefined {
  if (column.length < LEAST_FOR_TABLE) return undefined;
  const table = new Map<number, number>();
  let plainBytes = 0;
  for (let row = 0; row < column.length; row++) {
    const value = column[row];
    if (!table.has(value)) {
      if (table.size === MAX_TABLE) return undefined;
      table.set(value, table.size);
    }
    plainBytes += Number.isInteger(value) && value >= 0 ? varintSize(value) : 8;
  }
  return plainBytes > 1.25 * column.length + 8 * table.size ? table : undefined;
}

function chooseForm(column: Column, isNear: boolean): { form: number; divisor: number } {
  let divisor = 0;
  let hasNaN = false;
  let hasNegative = false;
  for (let row = 0; row < column.length; row++) {
    const value = column[row];
    if (Number.isNaN(value)) {
      hasNaN = true;
      continue;
    }
    if (!Number.isInteger(value) || Math.abs(value) > MAX_INTEGER)
      return { form: ColumnForm.float, divisor: 1 };
    if (value < 0) hasNegative = true;
    if (divisor !== 1) divisor = commonDivisor(divisor, Math.abs(value));
  }
  divisor ||= 1;
  if (hasNaN) return { form: ColumnForm.optional, divisor };
  if (isNear) return { form: ColumnForm.delta, divisor };
  return { form: hasNegative ? ColumnForm.integer : ColumnForm.natural, divisor };
}

function commonDivisor(a: number, b: number): number {
  let [greater, smaller] = [a, b];
  while (smaller !== 0) [greater, smaller] = [smaller, greater % smaller];
  return greater;
}
