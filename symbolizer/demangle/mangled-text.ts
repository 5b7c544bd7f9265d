import { ENDLESS, Unreadable } from "./unreadable.ts";

/** Real names nest some dozens deep. What a level takes of the engine's stack is bounded by it. */
const MAX_DEPTH = 512;
/** Parts that are read, some of them twice. */
const MAX_STEPS = 100_000;
const MAX_DIGITS = 9;

/** A mangled name that is being read, and where its reader is. What is not as it should be throws `Unreadable`. */
export class MangledText {
  readonly text: string;
  at = 0;
  #depth = 0;
  #steps = 0;

  constructor(text: string) {
    this.text = text;
  }

  get isAtEnd(): boolean {
    return this.at >= this.text.length;
  }

  /** The character `ahead`; "" beyond the end. */
  peek(ahead = 0): string {
    return this.text.charAt(this.at + ahead);
  }

  isDigit(ahead = 0): boolean {
    const code = this.text.charCodeAt(this.at + ahead);
    return code >= 0x30 && code <= 0x39;
  }

  /** Moves behind `expected` if it is what comes. */
  eat(expected: string): boolean {
    if (!this.text.startsWith(expected, this.at)) return false;
    this.at += expected.length;
    return true;
  }

  expect(expected: string): void {
    if (!this.eat(expected)) throw new Unreadable();
  }

  /** `<number>`: decimal digits. */
  number(): number {
    const digits = this.digits();
    if (digits.length > MAX_DIGITS) throw new Unreadable();
    return Number(digits);
  }

  /** Of any number, one at least. */
  digits(): string {
    const start = this.at;
    while (this.isDigit()) this.at++;
    if (this.at === start) throw new Unreadable();
    return this.text.slice(start, this.at);
  }

  characters(length: number): string {
    if (this.at + length > this.text.length) throw new Unreadable();
    this.at += length;
    return this.text.slice(this.at - length, this.at);
  }

  /** What `read` gives, or undefined with nothing read. Does not catch what means too much. */
  attempt<T>(read: () => T): T | undefined {
    const [at, depth] = [this.at, this.#depth];
    try {
      return read();
    } catch (error) {
      if (!(error instanceof Unreadable) || error.answer !== undefined) throw error;
      this.at = at;
      this.#depth = depth;
      return undefined;
    }
  }

  /** What `parse` makes of a part of a part. Throws `Unreadable` where they are too deep, or too many. */
  deeper<T>(parse: (text: this) => T): T {
    if (this.#depth >= MAX_DEPTH) throw new Unreadable();
    if (++this.#steps > MAX_STEPS) throw new Unreadable(ENDLESS);
    this.#depth++;
    const part = parse(this);
    this.#depth--;
    return part;
  }
}
