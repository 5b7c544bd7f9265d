import { decodeName, MAX_NAME_BYTES, untilNul } from "../symbol-text.ts";
import { PcValues } from "./pc-values.ts";

/** Of Go 1.18 and 1.19, and of all that came since. Older formats have other fields. */
export const PCLNTAB_MAGICS = [0xfffffff0, 0xfffffff1];
/** Magic, two zeros, the least bytes of an instruction, bytes of a pointer. */
const FIXED_BYTES = 8;
/** Words behind that: functions, files, where code begins, then where names, units' files, files, pc tables and functions are. */
const HEADER_WORDS = 8;
/** A function's row: where it begins and where its record is, 32 bits each. */
const ROW_BYTES = 8;
/** Fields of a record, which all have 32 bits. */
const Field = { entry: 0, name: 4, stack: 16, file: 20, line: 24, dataTables: 28, unit: 32 } as const;
const RECORD_BYTES = 36;
/** Behind the record: 4 bytes more since Go 1.20 (the function's first line), then a byte each of kind and flags, a gap, and a count. */
const TAIL_BYTES = 4;
/** Which of the tables behind a record tells the inlined call that code is of. */
const INLINED = 2;
/** Which of the offsets behind those is of its inlined calls; `NO_DATA`: it has none. */
const INLINE_TREE = 3;
const NO_DATA = 0xffffffff;
const NO_FILE = 0xffffffff;

/** Tables of a function whose numbers hold from one address to another. */
export type PcTable = "stack" | "file" | "line" | "inlined";

/**
 * The table that each program of Go carries for its own runtime (cmd/link/internal/ld/pcln.go, runtime/symtab.go): its functions, what each has on
 * the stack and where in the source it is, by address. It is no debug information, so nothing strips it. Read lazily, but for where
 * functions begin; whatever lies outside the bytes is not known.
 */
export class Pclntab {
  /** Where function i begins, ascending, and behind the last where it ends. ELF virtual addresses. */
  readonly starts: Float64Array;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #layout: PclntabLayout;

  /** `bytes`: from its magic on, and as much as there is behind it. `text`: where functions count from, an ELF virtual address. */
  constructor(bytes: Uint8Array, layout: PclntabLayout, text: number) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#layout = layout;
    this.starts = Float64Array.from(layout.offsets, (offset) => text + offset);
  }

  get layout(): PclntabLayout {
    return this.#layout;
  }

  get count(): number {
    return this.starts.length - 1;
  }

  /** The function that an address is in, or behind and before the next one; -1: none. */
  indexOf(address: number): number {
    const { starts } = this;
    let low = 0;
    let high = starts.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (starts[middle] <= address) low = middle + 1;
      else high = middle;
    }
    return low - 1 < this.count ? low - 1 : -1;
  }

  /** As the linker has it, but for the arguments of types: "[...]". "": unknown. */
  name(index: number): string {
    const record = this.#record(index);
    return record < 0 ? "" : this.nameAt(this.#view.getInt32(record + Field.name, true));
  }

  /** The name that is so many bytes behind the first one; "": none. */
  nameAt(offset: number): string {
    return offset < 0 ? "" : this.#string(this.#layout.names + offset);
  }

  /** On which line a function begins; 0: unknown, as before Go 1.20. */
  startLine(index: number): number {
    const record = this.#record(index);
    if (record < 0 || this.#layout.moreBytes === 0 || record + RECORD_BYTES + 4 > this.#bytes.length)
      return 0;
    return Math.max(0, this.#view.getInt32(record + RECORD_BYTES, true));
  }

  /** Where a function's inlined calls are listed, in bytes from where all such data begins (`inline-trees.ts`); -1: nowhere. */
  inlineTree(index: number): number {
    const record = this.#record(index);
    const tail = record + RECORD_BYTES + this.#layout.moreBytes;
    if (record < 0 || !(tail + TAIL_BYTES <= this.#bytes.length)) return -1;
    if (this.#bytes[tail + TAIL_BYTES - 1] <= INLINE_TREE) return -1;
    const tables = this.#view.getUint32(record + Field.dataTables, true);
    const at = tail + TAIL_BYTES + 4 * (tables + INLINE_TREE);
    if (!(at + 4 <= this.#bytes.length)) return -1;
    const offset = this.#view.getUint32(at, true);
    return offset === NO_DATA ? -1 : offset;
  }

  /** The numbers of a function's table, from its beginning on. Empty where there is none. */
  values(index: number, table: PcTable): PcValues {
    const offset = this.#tableOffset(this.#record(index), table);
    const [start, end] = [this.starts[index], this.starts[index + 1]];
    const { tables, quantum } = this.#layout;
    return new PcValues(this.#bytes, offset > 0 ? tables + offset : this.#bytes.length, start, end, quantum);
  }

  /** The name of a file, by its number in a function's table; "": unknown. */
  file(index: number, number: number): string {
    const record = this.#record(index);
    if (record < 0 || number < 0) return "";
    const at = this.#layout.unitFiles + 4 * (this.#view.getUint32(record + Field.unit, true) + number);
    if (!(at + 4 <= this.#bytes.length)) return "";
    const offset = this.#view.getUint32(at, true);
    return offset === NO_FILE ? "" : this.#string(this.#layout.files + offset);
  }

  /** Where its record is; -1: it has none that agrees, for the linker puts such rows where there is other code. */
  #record(index: number): number {
    const { rows, rowsBytes, offsets } = this.#layout;
    if (!(index >= 0 && index < this.count)) return -1;
    const at = rows + this.#view.getUint32(rows + ROW_BYTES * index + 4, true);
    if (at < rows + rowsBytes || at + RECORD_BYTES > this.#bytes.length) return -1;
    return this.#view.getUint32(at + Field.entry, true) === offsets[index] ? at : -1;
  }

  /** From the beginning of all tables on; 0: none. */
  #tableOffset(record: number, table: PcTable): number {
    if (record < 0) return 0;
    if (table !== "inlined") return this.#view.getUint32(record + Field[table], true);
    if (this.#view.getUint32(record + Field.dataTables, true) <= INLINED) return 0;
    const at = record + RECORD_BYTES + this.#layout.moreBytes + TAIL_BYTES + 4 * INLINED;
    return at + 4 <= this.#bytes.length ? this.#view.getUint32(at, true) : 0;
  }

  #string(at: number): string {
    if (!(at >= 0 && at < this.#bytes.length)) return "";
    return decodeName(untilNul(this.#bytes.subarray(at, at + MAX_NAME_BYTES)));
  }
}

/** Where the parts of a table are, in bytes from its magic on. */
export interface PclntabLayout {
  /** Where code begins by the table's own word, an ELF virtual address; 0: it does not tell (since Go 1.26, or a loader fills it in). */
  text: number;
  /** Least bytes of an instruction, in which tables count. */
  quantum: number;
  /** Where functions begin, from the beginning of code on, and the last one's end. */
  offsets: Uint32Array;
  names: number;
  unitFiles: number;
  files: number;
  tables: number;
  rows: number;
  rowsBytes: number;
  /** Bytes of a record that Go 1.18 did not have. */
  moreBytes: number;
}

/**
 * Reads the header of a table that begins with `bytes`, of a 64-bit little-endian machine, and where its functions begin: as many as are in
 * order. undefined: it is none.
 */
export function readPclntabLayout(bytes: Uint8Array): PclntabLayout | undefined {
  if (bytes.length < FIXED_BYTES + 8 * HEADER_WORDS) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const magic = view.getUint32(0, true);
  const quantum = bytes[6];
  if (!PCLNTAB_MAGICS.includes(magic) || bytes[4] !== 0 || bytes[5] !== 0 || bytes[7] !== 8) return undefined;
  if (quantum !== 1 && quantum !== 2 && quantum !== 4) return undefined;
  const word = (index: number) => Number(view.getBigUint64(FIXED_BYTES + 8 * index, true));
  const [count, , text, names, unitFiles, files, tables, rows] = Array.from(
    { length: HEADER_WORDS },
    (_, i) => word(i),
  );
  const rowsBytes = ROW_BYTES * count + 4;
  if (count === 0 || !(rows + rowsBytes <= bytes.length)) return undefined;
  if ([names, unitFiles, files, tables].some((part) => part >= bytes.length)) return undefined;
  const offsets = new Uint32Array(count + 1);
  let known = 0;
  for (; known <= count; known++) {
    offsets[known] = view.getUint32(rows + ROW_BYTES * known, true);
    if (known > 0 && offsets[known] <= offsets[known - 1]) break;
  }
  if (known < 2) return undefined;
  const moreBytes = magic === PCLNTAB_MAGICS[0] ? 0 : 4;
  return {
    text,
    quantum,
    offsets: offsets.subarray(0, known),
    names,
    unitFiles,
    files,
    tables,
    rows,
    rowsBytes,
    moreBytes,
  };
}
