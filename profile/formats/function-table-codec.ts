import type { FunctionTable, LineTable } from "../profile.ts";
import type { ColumnReader } from "./column-reader.ts";
import type { ColumnWriter } from "./column-writer.ts";
import { unzigzag, zigzag } from "./zigzag.ts";

/**
 * Functions, and lines of them. Texts are numbered in the order of first use, so a file that is new is the next text after
 * the function's names; and one that is not is mostly one of those that were used last. A line is near the one before of the
 * same function, or near that function's beginning.
 *
 *     file:  0 the text after the names, 1 … 15 how long ago it was used, from 16 how far it is from that text
 */
const RECENT = 15;

export function writeFunctions(out: ColumnWriter, functions: FunctionTable): void {
  const { name, linkageName, file, startLine } = functions;
  out.nearColumn(name);
  out.nearColumn(linkageName);
  const recent = new RecentFiles();
  out.column(
    Float64Array.from(file, (text, row) => {
      const place = recent.placeOf(text);
      recent.use(place, text);
      const distance = text - textAfter(name[row], linkageName[row]);
      if (distance === 0) return 0;
      if (place < RECENT) return place + 1;
      return RECENT + 1 + zigzag(distance);
    }),
  );
  out.column(startLine);
}

export function readFunctions(input: ColumnReader): FunctionTable {
  const name = input.int32s();
  const linkageName = input.int32s();
  const told = input.int32s();
  const recent = new RecentFiles();
  const file = told.map((number, row) => {
    let text = textAfter(name[row], linkageName[row]);
    if (number > RECENT) text += unzigzag(number - RECENT - 1);
    else if (number > 0) text = recent.at(number - 1);
    recent.use(recent.placeOf(text), text);
    return text;
  });
  return { length: name.length, name, linkageName, file, startLine: input.int32s() };
}

/** `functions` are those that were written before. */
export function writeLines(out: ColumnWriter, lines: LineTable, functions: FunctionTable): void {
  out.freshColumn(lines.function);
  const before = functions.startLine.slice();
  out.column(
    Float64Array.from(lines.line, (line, row) => {
      const fn = lines.function[row];
      const distance = line - before[fn];
      before[fn] = line;
      return distance;
    }),
  );
  out.column(lines.column);
}

export function readLines(input: ColumnReader, functions: FunctionTable): LineTable {
  const fn = input.int32s();
  const distance = input.float64s();
  const line = new Int32Array(distance.length);
  const before = functions.startLine.slice();
  for (let row = 0; row < line.length; row++) {
    line[row] = before[fn[row]] + distance[row];
    before[fn[row]] = line[row];
  }
  return { length: fn.length, function: fn, line, column: input.int32s() };
}

/** 1 + the text that a function's names come to first. */
function textAfter(name: number, linkageName: number): number {
  return Math.max(name, linkageName) + 1;
}

/** The files that were used last, the last first. */
class RecentFiles {
  readonly #files = new Int32Array(RECENT).fill(-1);

  /** RECENT for none of them. */
  placeOf(file: number): number {
    const place = this.#files.indexOf(file);
    return place < 0 ? RECENT : place;
  }

  at(place: number): number {
    return this.#files[place];
  }

  use(place: number, file: number): void {
    this.#files.copyWithin(1, 0, Math.min(place, RECENT - 1));
    this.#files[0] = file;
  }
}
