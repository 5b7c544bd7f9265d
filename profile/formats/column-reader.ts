import { ProfileFormatError } from "../format-error.ts";
import { decodeUtf8 } from "../text-codec.ts";
import { ColumnForm, fitsBlock, MAX_TABLE, VALUE_CONTEXTS, valueContext } from "./column-form.ts";
import { EXACT } from "./symbol-code.ts";
import { SymbolDecoder } from "./symbol-decoder.ts";
import { unzigzag } from "./zigzag.ts";

/** What the number before a number tells of it. */
const CONTEXTS = Uint8Array.from({ length: EXACT }, (_, before) => valueContext(before));

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
    const column = form === ColumnForm.float ? this.#floats(count) : this.#read(count, form, true);
    return column instanceof Int32Array ? column : new Int32Array(column);
  }

  float64s(): Float64Array {
    const { count, form } = this.#begin();
    const column = form === ColumnForm.float ? this.#floats(count) : this.#read(count, form, false);
    return column instanceof Float64Array ? column : new Float64Array(column);
  }

  /** Bytes behind their number. */
  block(): Uint8Array {
    return this.#take(this.count());
  }

  fail(what: string): never {
    throw new ProfileFormatError(`The profile's data is damaged: at byte ${this.#pos}, ${what}.`);
  }

  #begin(): { count: number; form: number } {
    const count = this.count();
    const form = this.count();
    if (form > ColumnForm.fresh) this.fail(`there is an unknown form of column, ${form}`);
    return { count, form };
  }

  #read(count: number, form: number, isSmall: boolean): Int32Array | Float64Array {
    if (form === ColumnForm.table) return this.#readTable(count);
    if (form === ColumnForm.fresh) return this.#readFresh(count);
    const divisor = this.count();
    // On the way to what fits 32 bits, a difference doubled may not.
    const column = this.#numbers(count, isSmall && form === ColumnForm.natural);
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
    return column;
  }

  #numbers(count: number, isSmall: boolean): Int32Array | Float64Array {
    const block = this.block();
    const isFit = block.length > 0 ? fitsBlock(count, block.length) : count <= this.#bytes.length - this.#pos;
    if (!isFit) this.fail("a column is cut off");
    const column = isSmall ? new Int32Array(count) : new Float64Array(count);
    if (block.length > 0) new SymbolDecoder(block, VALUE_CONTEXTS).numbers(column, CONTEXTS);
    else this.#readVarints(column);
    return column;
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

  #readFresh(count: number): Int32Array | Float64Array {
    const column = this.#numbers(count, true);
    let greatest = -1;
    for (let row = 0; row < column.length; row++) {
      const value = greatest + 1 - column[row];
      column[row] = value;
      if (value > greatest) greatest = value;
    }
    return column;
  }

  #readTable(count: number): Float64Array {
    const { count: size, form } = this.#begin();
    if (form === ColumnForm.table || size > MAX_TABLE) this.fail("a table of values is none");
    const table = form === ColumnForm.float ? this.#floats(size) : this.#read(size, form, false);
    const places = this.#numbers(count, true);
    const column = new Float64Array(count);
    for (let row = 0; row < count; row++) {
      if (!(places[row] < size)) this.fail("a value is not in its table");
      column[row] = table[places[row]];
    }
    return column;
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
