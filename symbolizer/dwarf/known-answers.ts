import { GrowableInt32 } from "../../profile/growable.ts";
import { upperBound } from "../cover-tree.ts";
import { decodeName } from "../symbol-text.ts";
import type { DwarfFrames } from "./dwarf-resolver.ts";

/** To be raised with every change of the format below, and of what DWARF is read to tell. */
export const ANSWERS_VERSION = 1;
/** Frames of an answer; real chains of inlined calls have some dozens. */
const MAX_FRAMES = 1024;
/** 128 thousand stretches of code: some 12 MB. Those known longest go first. */
const MAX_ANSWERS = 1 << 17;
/** Words of the head: how many answers, frames, strings and bytes of strings follow. */
const HEAD_WORDS = 4;

/**
 * What DWARF told of stretches of code, as bytes that lie in a cache: columns one behind the other, all little-endian,
 * made for being searched as they are.
 *
 *     head │ from, to × answers (float64) │ first frame × (answers + 1), bare file, line, column × answers
 *          │ name, scopes, file, line, column, first line × frames │ string's begin × (strings + 1) │ strings (UTF-8)
 *
 * The scopes around a function are one string, a NUL behind each. Answers ascend and do not overlap. One without frames tells a place in the source only (`DwarfFrames.bareFile`).
 */
export class KnownAnswers {
  readonly count: number;
  readonly from: Float64Array;
  readonly to: Float64Array;
  readonly frameStart: Int32Array;
  readonly bareFile: Int32Array;
  readonly bareLine: Int32Array;
  readonly bareColumn: Int32Array;
  readonly name: Int32Array;
  readonly scopes: Int32Array;
  readonly file: Int32Array;
  readonly line: Int32Array;
  readonly column: Int32Array;
  readonly startLine: Int32Array;
  readonly #stringStart: Int32Array;
  readonly #bytes: Uint8Array;
  readonly #strings: (string | undefined)[] = [];
  readonly #enclosing = new Map<number, string[]>();

  private constructor(buffer: ArrayBuffer, answers: number, frames: number, strings: number) {
    let at = HEAD_WORDS * 4;
    const addresses = () => new Float64Array(buffer, move(answers * 8), answers);
    const numbers = (count: number) => new Int32Array(buffer, move(count * 4), count);
    function move(length: number): number {
      at += length;
      return at - length;
    }
    this.count = answers;
    this.from = addresses();
    this.to = addresses();
    this.frameStart = numbers(answers + 1);
    this.bareFile = numbers(answers);
    this.bareLine = numbers(answers);
    this.bareColumn = numbers(answers);
    this.name = numbers(frames);
    this.scopes = numbers(frames);
    this.file = numbers(frames);
    this.line = numbers(frames);
    this.column = numbers(frames);
    this.startLine = numbers(frames);
    this.#stringStart = numbers(strings + 1);
    this.#bytes = new Uint8Array(buffer, at);
  }

  /** undefined: the bytes are no such answers. */
  static read(bytes: Uint8Array): KnownAnswers | undefined {
    const buffer = new ArrayBuffer(bytes.length);
    new Uint8Array(buffer).set(bytes);
    if (bytes.length < HEAD_WORDS * 4) return undefined;
    const [answers, frames, strings, size] = new Uint32Array(buffer, 0, HEAD_WORDS);
    if (bytes.length !== sizeOf(answers, frames, strings, size)) return undefined;
    const known = new KnownAnswers(buffer, answers, frames, strings);
    return known.#isSound(frames, strings, size) ? known : undefined;
  }

  #isSound(frames: number, strings: number, size: number): boolean {
    const { count, from, to, frameStart } = this;
    let end = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < count; i++) {
      if (!(from[i] >= end && to[i] > from[i])) return false;
      end = to[i];
      const length = frameStart[i + 1] - frameStart[i];
      if (length < 0 || length > MAX_FRAMES) return false;
    }
    if (frameStart[0] !== 0 || frameStart[count] !== frames) return false;
    for (const ids of [this.name, this.scopes, this.file, this.bareFile]) {
      for (const id of ids) if (!(id >= 0 && id < strings)) return false;
    }
    const starts = this.#stringStart;
    for (let i = 0; i < strings; i++) if (starts[i + 1] < starts[i]) return false;
    return starts[0] === 0 && starts[strings] === size;
  }

  /** The answer that holds for `address`; -1: none does. */
  find(address: number): number {
    const index = upperBound(this.from, address) - 1;
    return index >= 0 && address < this.to[index] ? index : -1;
  }

  string(id: number): string {
    let text = this.#strings[id];
    if (text === undefined) {
      text = decodeName(this.#stringBytes(id));
      this.#strings[id] = text;
    }
    return text;
  }

  /** The scopes around the function of a frame, outermost first. */
  enclosing(frame: number): readonly string[] {
    const id = this.scopes[frame];
    let names = this.#enclosing.get(id);
    if (names === undefined) {
      names = [];
      const bytes = this.#stringBytes(id);
      for (let start = 0, end = bytes.indexOf(0); end >= 0; start = end + 1, end = bytes.indexOf(0, start)) {
        names.push(decodeName(bytes.subarray(start, end)));
      }
      this.#enclosing.set(id, names);
    }
    return names;
  }

  #stringBytes(id: number): Uint8Array {
    return this.#bytes.subarray(this.#stringStart[id], this.#stringStart[id + 1]);
  }
}

/** As bytes: a string with a NUL behind each of the names. */
function joinScopes(names: readonly string[]): string {
  return names.map((name) => `${name}\0`).join("");
}

function sizeOf(answers: number, frames: number, strings: number, bytes: number): number {
  return HEAD_WORDS * 4 + answers * 16 + (answers * 4 + 1 + frames * 6 + strings + 1) * 4 + bytes;
}

/** Fresh answers and the known ones together, about `most` of them, in the bytes that `KnownAnswers.read` takes. */
export function writeAnswers(
  fresh: readonly DwarfFrames[],
  known: KnownAnswers | undefined,
  most = MAX_ANSWERS,
): Uint8Array {
  const writer = new AnswerWriter();
  const order: { of: DwarfFrames | KnownAnswers; index: number; from: number; to: number }[] = [];
  for (const of of fresh) {
    for (let index = 0; index < of.from.length; index++) {
      order.push({ of, index, from: of.from[index], to: of.to[index] });
    }
  }
  for (let index = 0; known !== undefined && index < known.count && order.length < most; index++) {
    order.push({ of: known, index, from: known.from[index], to: known.to[index] });
  }
  order.sort((a, b) => a.from - b.from);
  let end = Number.NEGATIVE_INFINITY;
  for (const { of, index, from, to } of order) {
    // Several addresses of one stretch have the same answer; nothing is known of where they might differ.
    if (!(from >= end && to > from)) continue;
    end = to;
    if (of instanceof KnownAnswers) writer.copy(of, index);
    else writer.add(of, index);
  }
  return writer.finish();
}

class AnswerWriter {
  readonly #from: number[] = [];
  readonly #to: number[] = [];
  readonly #frameStart = new GrowableInt32();
  /** File, line, column. */
  readonly #bare = [new GrowableInt32(), new GrowableInt32(), new GrowableInt32()];
  /** Name, scopes, file, line, column, first line. */
  readonly #frames = Array.from({ length: 6 }, () => new GrowableInt32());
  #frameCount = 0;
  readonly #ids = new Map<string, number>();

  add(answers: DwarfFrames, index: number): void {
    const { name, enclosing, file, line, column, startLine, frameStart } = answers.frames;
    const end = Math.min(frameStart[index + 1], frameStart[index] + MAX_FRAMES);
    this.#begin(answers.from[index], answers.to[index]);
    this.#place(answers.bareFile[index], answers.bareLine[index], answers.bareColumn[index]);
    for (let row = frameStart[index]; row < end; row++) {
      this.#frame(name[row], enclosing[row], file[row], line[row], column[row], startLine[row]);
    }
  }

  copy(known: KnownAnswers, index: number): void {
    const { line, column, startLine, frameStart } = known;
    this.#begin(known.from[index], known.to[index]);
    this.#place(known.string(known.bareFile[index]), known.bareLine[index], known.bareColumn[index]);
    for (let row = frameStart[index]; row < frameStart[index + 1]; row++) {
      const name = known.string(known.name[row]);
      const file = known.string(known.file[row]);
      this.#frame(name, known.enclosing(row), file, line[row], column[row], startLine[row]);
    }
  }

  #begin(from: number, to: number): void {
    this.#from.push(from);
    this.#to.push(to);
    this.#frameStart.push(this.#frameCount);
  }

  #place(file: string, line: number, column: number): void {
    [this.#id(file), line, column].forEach((value, i) => {
      this.#bare[i].push(value);
    });
  }

  #frame(
    name: string,
    enclosing: readonly string[],
    file: string,
    line: number,
    column: number,
    startLine: number,
  ): void {
    const columns = this.#frames;
    columns[0].push(this.#id(name));
    columns[1].push(this.#id(joinScopes(enclosing)));
    columns[2].push(this.#id(file));
    columns[3].push(line);
    columns[4].push(column);
    columns[5].push(startLine);
    this.#frameCount++;
  }

  #id(text: string): number {
    let id = this.#ids.get(text);
    if (id === undefined) {
      id = this.#ids.size;
      this.#ids.set(text, id);
    }
    return id;
  }

  finish(): Uint8Array {
    const strings = Buffer.from([...this.#ids.keys()].join(""), "utf8");
    const starts = new Int32Array(this.#ids.size + 1);
    let i = 0;
    for (const text of this.#ids.keys()) starts[++i] = starts[i - 1] + Buffer.byteLength(text);
    this.#frameStart.push(this.#frameCount);
    const head = Uint32Array.of(this.#from.length, this.#frameCount, this.#ids.size, strings.length);
    const columns = [this.#frameStart, ...this.#bare, ...this.#frames].map((column) => column.finish());
    const parts = [head, Float64Array.from(this.#from), Float64Array.from(this.#to), ...columns, starts];
    const all = Buffer.concat([
      ...parts.map((part) => new Uint8Array(part.buffer, part.byteOffset, part.byteLength)),
      strings,
    ]);
    return new Uint8Array(all.buffer, all.byteOffset, all.length);
  }
}
