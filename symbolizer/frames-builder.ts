import type { ResolvedFrames } from "./resolver.ts";

const NONE: readonly string[] = [];

/** Gathers frames address by address: `add` innermost first, then `endAddress`. */
export class FramesBuilder {
  // Plain lists: for rows by the ten thousand, their `push` takes a fraction of the time of one of our own.
  readonly #frameStart: number[] = [0];
  readonly #name: string[] = [];
  readonly #enclosing: (readonly string[])[] = [];
  readonly #file: string[] = [];
  readonly #line: number[] = [];
  readonly #column: number[] = [];
  readonly #startLine: number[] = [];

  add(
    name: string,
    file: string,
    line: number,
    column: number,
    startLine: number,
    enclosing: readonly string[] = NONE,
  ): void {
    this.#name.push(name);
    this.#enclosing.push(enclosing);
    this.#file.push(file);
    this.#line.push(line);
    this.#column.push(column);
    this.#startLine.push(startLine);
  }

  /** All frames that address `index` has in `frames`; the outermost by another name where one is given. */
  addAll(frames: ResolvedFrames, index: number, outermost?: string): void {
    const end = frames.frameStart[index + 1];
    for (let row = frames.frameStart[index]; row < end; row++) {
      this.add(
        row === end - 1 && outermost !== undefined ? outermost : frames.name[row],
        frames.file?.[row] ?? "",
        frames.line?.[row] ?? 0,
        frames.column?.[row] ?? 0,
        frames.startLine?.[row] ?? 0,
        frames.enclosing?.[row],
      );
    }
  }

  endAddress(): void {
    this.#frameStart.push(this.#name.length);
  }

  finish(): Required<ResolvedFrames> {
    return {
      frameStart: new Int32Array(this.#frameStart),
      name: this.#name,
      enclosing: this.#enclosing,
      file: this.#file,
      line: new Int32Array(this.#line),
      column: new Int32Array(this.#column),
      startLine: new Int32Array(this.#startLine),
    };
  }
}
