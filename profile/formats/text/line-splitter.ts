import { ProfileFormatError } from "../../format-error.ts";

/** A folded stack of 100,000 long names has room; what is longer is no text of lines. */
const MAX_LINE_BYTES = 2 ** 26;
const NEWLINE = 10;

/** Takes a line as the bytes `start … end - 1`, without its `\n`; they are only valid during the call. */
export type LineSink = (bytes: Uint8Array, start: number, end: number) => void;

/** Cuts a stream of bytes into lines without copying those that lie within a chunk. */
export class LineSplitter {
  readonly #sink: LineSink;
  /** The beginning of a line whose end is in a later chunk. */
  #rest = new Uint8Array(1024);
  #restLength = 0;
  /** Lines given so far: during a call, that line's number, from 1 on. */
  lineNumber = 0;

  constructor(sink: LineSink) {
    this.#sink = sink;
  }

  push(chunk: Uint8Array): void {
    let start = 0;
    if (this.#restLength > 0) {
      const end = chunk.indexOf(NEWLINE);
      if (end < 0) {
        this.#keep(chunk, 0);
        return;
      }
      this.#keep(chunk.subarray(0, end), 0);
      start = end + 1;
      this.#flush();
    }
    const length = chunk.length;
    for (let at = chunk.indexOf(NEWLINE, start); at >= 0; at = chunk.indexOf(NEWLINE, start)) {
      this.lineNumber++;
      this.#sink(chunk, start, at);
      start = at + 1;
    }
    if (start < length) this.#keep(chunk, start);
  }

  /** The last line may lack its `\n`. */
  finish(): void {
    if (this.#restLength > 0) this.#flush();
  }

  #flush(): void {
    const length = this.#restLength;
    this.#restLength = 0;
    this.lineNumber++;
    this.#sink(this.#rest, 0, length);
  }

  #keep(chunk: Uint8Array, start: number): void {
    const length = this.#restLength + chunk.length - start;
    if (length > MAX_LINE_BYTES) {
      throw new ProfileFormatError(
        `Line ${this.lineNumber + 1} is longer than ${MAX_LINE_BYTES / 2 ** 20} MiB, so this is no text of stacks.`,
      );
    }
    if (length > this.#rest.length) {
      const wider = new Uint8Array(Math.max(length, this.#rest.length * 2));
      wider.set(this.#rest.subarray(0, this.#restLength));
      this.#rest = wider;
    }
    this.#rest.set(start === 0 ? chunk : chunk.subarray(start), this.#restLength);
    this.#restLength = length;
  }
}
