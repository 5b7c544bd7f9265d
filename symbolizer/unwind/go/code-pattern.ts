/** Numbers in matched code, by the names that the patterns have for them. */
export type CodeNumbers = Map<string, number>;

type Token = { byte: number } | { name: string; bytes: number };

/** Stands for a number of which nothing is asked. */
const ANY = "_";

/**
 * Machine code to be recognized: bytes in hexadecimal, and little-endian signed numbers as `name:1` or `name:4`, by their bytes.
 * What has one name must be one number, also in several patterns that are matched in turn; `_` is any number.
 */
export class CodePattern {
  /** In bytes. */
  readonly length: number;
  readonly #tokens: Token[];

  constructor(text: string) {
    this.#tokens = text
      .split(/\s+/)
      .filter((word) => word !== "")
      .map((word) => {
        const [name, bytes] = word.split(":");
        return bytes === undefined ? { byte: Number.parseInt(word, 16) } : { name, bytes: Number(bytes) };
      });
    this.length = this.#tokens.reduce((sum, token) => sum + ("byte" in token ? 1 : token.bytes), 0);
  }

  /** Whether the code at `at` is this; its numbers are added to `numbers`, perhaps some of them where it is not. */
  matches(code: Buffer, at: number, numbers: CodeNumbers): boolean {
    if (at < 0 || at + this.length > code.length) return false;
    let place = at;
    for (const token of this.#tokens) {
      if ("byte" in token) {
        if (code[place++] !== token.byte) return false;
        continue;
      }
      const { name, bytes } = token;
      const value = code.readIntLE(place, bytes);
      place += bytes;
      if (name === ANY) continue;
      if (numbers.has(name) && numbers.get(name) !== value) return false;
      numbers.set(name, value);
    }
    return true;
  }
}

/** Parts that follow each other, each in one of several ways. The first way that matches is taken. */
export class CodeSequence {
  readonly #parts: CodePattern[][];

  constructor(...parts: (string | string[])[]) {
    this.#parts = parts.map((ways) => [ways].flat().map((text) => new CodePattern(text)));
  }

  /** Where the code behind this begins, if it is at `at`; -1: it is not. */
  endOf(code: Buffer, at: number, numbers: CodeNumbers): number {
    let place = at;
    for (const ways of this.#parts) {
      const way = ways.find((pattern) => {
        const tried = new Map(numbers);
        if (!pattern.matches(code, place, tried)) return false;
        for (const [name, value] of tried) numbers.set(name, value);
        return true;
      });
      if (way === undefined) return -1;
      place += way.length;
    }
    return place;
  }
}
