import { ProfileFormatError } from "../format-error.ts";
import { UNKNOWN_NAME } from "../frame-name.ts";
import { GrowableFloat64, GrowableInt32 } from "../growable.ts";
import type { Profile } from "../profile.ts";
import { decodeUtf8, encodeUtf8 } from "../text-codec.ts";
import { splitDifferential } from "./folded-differential.ts";
import { ImportBuilder } from "./import-builder.ts";
import { Ascii, isDigit, skipBlanks, trimEnd } from "./text/ascii.ts";
import { ByteInterner } from "./text/byte-interner.ts";
import { LineSplitter } from "./text/line-splitter.ts";

/** How much of a bad line a message shows, in bytes. */
const SHOWN_LENGTH = 60;
/** More digits are no exact number. */
const MAX_DIGITS = 15;

/**
 * Reads folded stacks: `frame;frame;frame count` a line, root first, whole counts (negative ones too). `\r\n` is a line
 * end; blank lines are passed over, and those that begin with `#` and have no count; equal stacks are summed. Gives a
 * profile of `samples/count` whose frames are functions without module or address: the text does not tell processes
 * from functions.
 *
 * When every line has two counts (`frame;frame 10 12`, as difffolded.pl writes them), they are two sample types,
 * `before/count` and `after/count`.
 *
 * Throws `ProfileFormatError` with the number of the first line that does not end with a space and a count.
 */
export class FoldedReader {
  readonly #builder = new ImportBuilder();
  readonly #names = new ByteInterner();
  readonly #locationOfName = new GrowableInt32();
  readonly #sampleOfStack = new GrowableInt32(1024);
  readonly #sampleStack = new GrowableInt32(1024);
  readonly #counts = new GrowableFloat64(1024);
  /** Lines that each sample was summed from: what a second count is multiplied by. */
  readonly #lines = new GrowableInt32(1024);
  #allHaveTwoCounts = true;
  readonly #splitter = new LineSplitter((bytes, start, end) => this.#line(bytes, start, end));
  /** The frames of the line before, and the rows of `stacks` that its frames led to: sorted lines share most of it. */
  #last = new Uint8Array(256);
  #lastLength = 0;
  readonly #lastFrameEnd: number[] = [];
  readonly #lastRow: number[] = [];

  push(chunk: Uint8Array): void {
    this.#splitter.push(chunk);
  }

  finish(): Profile {
    this.#splitter.finish();
    const stack = this.#sampleStack.finish();
    const counts = this.#counts.finish();
    if (this.#allHaveTwoCounts && stack.length > 0) {
      return splitDifferential(this.#builder, { stack, counts, lines: this.#lines.finish() });
    }
    return this.#builder.finish([{ type: "samples", unit: "count" }], {
      length: stack.length,
      stack,
      values: [counts],
      labels: [],
    });
  }

  #line(bytes: Uint8Array, lineStart: number, lineEnd: number): void {
    const end = trimEnd(bytes, lineStart, lineEnd);
    const start = lineStart;
    if (skipBlanks(bytes, start, end) === end) return;
    const numberStart = countStart(bytes, start, end);
    const space = numberStart - 1;
    if (numberStart < 0 || skipBlanks(bytes, start, space) === space) {
      if (bytes[start] === Ascii.hash) return;
      throw this.#noStack(bytes, start, end);
    }
    if (this.#allHaveTwoCounts) {
      const second = countStart(bytes, start, space);
      this.#allHaveTwoCounts = second > 0 && skipBlanks(bytes, start, second - 1) < second - 1;
    }
    const stack = this.#stack(bytes, start, space);
    while (this.#sampleOfStack.length <= stack) this.#sampleOfStack.push(-1);
    let sample = this.#sampleOfStack.get(stack);
    if (sample < 0) {
      sample = this.#counts.push(0);
      this.#lines.push(0);
      this.#sampleStack.push(stack);
      this.#sampleOfStack.set(stack, sample);
    }
    this.#counts.add(sample, countAt(bytes, numberStart, end));
    this.#lines.set(sample, this.#lines.get(sample) + 1);
  }

  /** The row of the stack whose frames are in `bytes[start] … bytes[end - 1]`. */
  #stack(bytes: Uint8Array, start: number, end: number): number {
    const last = this.#last;
    const ends = this.#lastFrameEnd;
    const rows = this.#lastRow;
    const limit = Math.min(end - start, this.#lastLength);
    let common = 0;
    while (common < limit && last[common] === bytes[start + common]) common++;
    // A frame is the same when what ends it is the same too.
    if (common === end - start && common < this.#lastLength && last[common] === Ascii.semicolon) common++;
    let depth = 0;
    while (depth < ends.length && ends[depth] < common) depth++;
    ends.length = depth;
    rows.length = depth;

    let row = depth === 0 ? -1 : rows[depth - 1];
    let frameStart = depth === 0 ? start : start + ends[depth - 1] + 1;
    for (let at = frameStart; at <= end; at++) {
      if (at < end && bytes[at] !== Ascii.semicolon) continue;
      row = this.#builder.stacks.child(row, this.#location(bytes, frameStart, at));
      ends.push(at - start);
      rows.push(row);
      frameStart = at + 1;
    }
    this.#remember(bytes, start, end);
    return row;
  }

  #remember(bytes: Uint8Array, start: number, end: number): void {
    const length = end - start;
    if (length > this.#last.length) this.#last = new Uint8Array(length * 2);
    this.#last.set(bytes.subarray(start, end));
    this.#lastLength = length;
  }

  #location(bytes: Uint8Array, start: number, end: number): number {
    const name = this.#names.intern(bytes, start, end);
    if (name < this.#locationOfName.length) return this.#locationOfName.get(name);
    const builder = this.#builder;
    const line = { function: builder.function(this.#names.text(name) || UNKNOWN_NAME), line: 0, column: 0 };
    const location = builder.location(-1, 0, [line]);
    this.#locationOfName.push(location);
    return location;
  }

  #noStack(bytes: Uint8Array, start: number, end: number): ProfileFormatError {
    const shown = decodeUtf8(bytes.subarray(Math.max(start, end - SHOWN_LENGTH), end));
    return new ProfileFormatError(
      `Line ${this.#splitter.lineNumber} is no folded stack, as it does not end with a space and a count: ${JSON.stringify(shown)}.`,
    );
  }
}

/** `FoldedReader` over a whole text. */
export function parseFolded(text: string): Profile {
  const reader = new FoldedReader();
  reader.push(encodeUtf8(text));
  return reader.finish();
}

/** Where the count that `bytes[… end - 1]` ends with begins, behind a space; -1 when it does not end with one. */
function countStart(bytes: Uint8Array, start: number, end: number): number {
  let at = end;
  while (at > start && isDigit(bytes[at - 1])) at--;
  const digits = end - at;
  if (digits === 0 || digits > MAX_DIGITS) return -1;
  if (at > start && bytes[at - 1] === Ascii.minus) at--;
  return at > start && bytes[at - 1] === Ascii.space ? at : -1;
}

function countAt(bytes: Uint8Array, start: number, end: number): number {
  const isNegative = bytes[start] === Ascii.minus;
  let value = 0;
  for (let at = isNegative ? start + 1 : start; at < end; at++) value = value * 10 + bytes[at] - Ascii.zero;
  return isNegative ? -value : value;
}
