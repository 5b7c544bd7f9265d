/** No address is longer; what goes beyond it in a line is dropped, so that a file without line ends takes no memory. */
const MAX_LINE = 4096;

/** Cuts chunks of text into lines. */
export class LineSplitter {
  #rest = "";

  /** The lines that are complete with this chunk, without their ends. */
  push(chunk: string): string[] {
    const lines = chunk.split("\n");
    lines[0] = this.#rest + lines[0];
    this.#rest = (lines.pop() ?? "").slice(0, MAX_LINE);
    return lines;
  }

  /** What comes after the last line end, if anything. */
  end(): string[] {
    return this.#rest === "" ? [] : [this.#rest];
  }
}
