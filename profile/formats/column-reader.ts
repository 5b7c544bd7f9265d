import { ProfileFormatError } from "../format-error.ts";
import { decodeUtf8 } from "../text-codec.ts";
import { ColumnForm, MAX_TABLE } from "./column-form.ts";

/** Reads what `ColumnWriter` wrote. Throws `ProfileFormatError` on anything else; never reads past the end. */
export class ColumnReader {
  readonly #bytes: Uint8Array;
  #pos: number;

  constructor(bytes: Uint8Array, pos: number) {
    this.#bytes = bytes;
    this.#pos = pos;
  }

  get isAtEnd(): boolean {
    return this.#pos === this.#bytes.length;
  }

  /** A whole number from 0 to 2^53. */
  count(): number {
    const bytes = this.#bytes;
    let value = 0;
    for (let unit = 1; unit <= 2 ** 49; unit *= 128) {
      // Past the end there is undefined, which compares as no byte does.
      const byte = bytes[this.#pos++];
      if (byte < 0x80) return value + byte * unit;
      if (byte === undefined) break;
      value += (byte - 0x80) * unit;
    }
    return this.fail("a number does not end");
  }

  float(): number {
    return this.#floats(1)[0];
  }

  text(): string {
    return decodeUtf8(this.#take(this.count()));
  }

  texts(): string[] {
    const lengths = this.int32s();
    const joined = this.text();
    const texts: string[] = [];
    let start = 0;
    for (const length of lengths) {
      if (length < 0 || length > joined.length - start) this.fail("a text is cut off");
      texts.push(joined.slice(start, start + length));
      start += length;
    }
    if (start !== joined.length) this.fail("there is more text than there should be");
    return texts;
  }

  /** A column as 32-bit integers; what does not fit is wrong but harmless, as all indices are checked later. */
  int32s(): Int32Array {
    const { count, form } = this.#begin();
    if (form === ColumnForm.float) return new Int32Array(this.#floats(count));
    // On the way to what fits, a difference doubled may not.
    const isSmall = form === ColumnForm.natural || form === ColumnForm.fresh;
    const column = isSmall ? new Int32Array(count) : new Float64Array(count);
    this.#read(column, form);
    return column instanceof Int32Array ? column : new Int32Array(column);
  }

  float64s(): Float64Array {
    const { count, form } = this.#begin();
    if (form === ColumnForm.float) return this.#floats(count);
    const column = new Float64Array(count);
    this.#read(column, form);
    return column;
  }

  fail(what: string): never {
    throw new ProfileFormatError(`The profile's data is damaged: at byte ${this.#pos}, ${what}.`);
  }

  #begin(): { count: number; form: number } {
    const count = this.count();
    const form = this.count();
    const rest = this.#bytes.length - this.#pos;
    if (form > ColumnForm.fresh) this.fail(`there is an unknown form of column, ${form}`);
    if (count > (form === ColumnForm.float ? rest / 8 : rest)) this.fail("a column is cut off");
    return { count, form };
  }

  #read(column: Int32Array | Float64Array, form: number): void {
    if (form === ColumnForm.table) {
      this.#readTable(column);
      return;
    }
    if (form === ColumnForm.fresh) {
      this.#readFresh(column);
      return;
    }
    const divisor = this.count();
    this.#readVarints(column);
    // A pass of its own for each form is faster than a choice for each value.
    if (form === ColumnForm.delta) {
      let before = 0;
      for (let row = 0; row < column.length; row++) {
        before += unzigzag(column[row]);
        column[row] = before;
      }
    } else if (form === ColumnForm.integer) {
      for (let row = 0; row < column.length; row++) column[row] = unzigzag(column[row]);
    } else if (form === ColumnForm.optional) {
      for (let row = 0; row < column.length; row++) {
        column[row] = column[row] === 0 ? Number.NaN : unzigzag(column[row] - 1);
      }
    }
    if (divisor !== 1) for (let row = 0; row < column.length; row++) column[row] *= divisor;
  }

  #readVarints(column: Int32Array | Float64Array): void {
    const bytes = this.#bytes;
    let pos = this.#pos;
    for (let row = 0; row < column.length; row++) {
      const byte = bytes[pos];
      if (byte < 0x80) {
        column[row] = byte;
        pos++;
        continue;
      }
      const second = bytes[pos + 1];
      if (second < 0x80) {
        column[row] = byte - 0x80 + second * 0x80;
        pos += 2;
        continue;
      }
      this.#pos = pos;
      column[row] = this.count();
      pos = this.#pos;
    }
    this.#pos = pos;
  }

  #readFresh(column: Int32Array | Float64Array): void {
    this.#readVarints(column);
    let greatest = -1;
    for (let row = 0; row < column.length; row++) {
      const value = greatest + 1 - column[row];
      column[row] = value;
      if (value > greatest) greatest = value;
    }
  }

  #readTable(column: Int32Array | Float64Array): void {
    const { count, form } = this.#begin();
    if (form === ColumnForm.table || count > MAX_TABLE) this.fail("a table of values is none");
    const table = form === ColumnForm.float ? this.#floats(count) : new Float64Array(count);
    if (form !== ColumnForm.float) this.#read(table, form);
    const places = this.#take(column.length);
    for (let row = 0; row < column.length; row++) {
      if (places[row] >= count) this.fail("a value is not in its table");
      column[row] = table[places[row]];
    }
  }

  #floats(count: number): Float64Array {
    const bytes = this.#take(count * 8);
    // A copy, as a Float64Array must begin at a multiple of 8; the `slice` of Node's Buffer would be none.
    return new Float64Array(new Uint8Array(bytes).buffer);
  }

  #take(length: number): Uint8Array {
    const end = this.#pos + length;
    if (end > this.#bytes.length) this.fail("the data is cut off");
    const bytes = this.#bytes.subarray(this.#pos, end);
    this.#pos = end;
    return bytes;
  }
}

function unzigzag(value: number): number {
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
}
