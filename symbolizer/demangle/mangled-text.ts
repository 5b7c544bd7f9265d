import type { Node } from "./nodes.ts";
import { ENDLESS, Unreadable } from "./unreadable.ts";

/** Real names nest some dozens deep. What a level takes of the engine's stack is bounded by it. */
const MAX_DEPTH = 512;
/** Parts that are read, some of them twice. */
const MAX_STEPS = 100_000;

/**
 * How a compiler writes the scope of a name that depends on a template (`sr`), which only the whole name tells: `std::is_same`
 * as a list of identifiers with an E behind it or as a type, and `N T_ 3foo E` as a type or as such a list.
 */
export interface ScopeStyle {
  identifiers: "list" | "type";
  nested: "list" | "type";
}

/**
 * A mangled name that is being read: where the reader is, and what it may refer back to. What is not as it should be throws
 * `Unreadable`.
 */
export class MangledText {
  readonly text: string;
  at = 0;
  readonly substitutions: Node[] = [];
  readonly style: ScopeStyle;
  /** Whether what is read is the type of a conversion operator, behind which its template arguments may follow. */
  isConversion = false;
  #depth = 0;
  #steps = 0;

  constructor(text: string, style: ScopeStyle) {
    this.text = text;
    this.style = style;
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
    const start = this.at;
    while (this.isDigit()) this.at++;
    if (this.at === start || this.at - start > 9) throw new Unreadable();
    return Number(this.text.slice(start, this.at));
  }

  /** `[n] <number>`, as text. */
  signedNumber(): string {
    const sign = this.eat("n") ? "-" : "";
    const start = this.at;
    while (this.isDigit()) this.at++;
    if (this.at === start) throw new Unreadable();
    return sign + this.text.slice(start, this.at);
  }

  /** `[<number>] _`, which counts 0 where the number is missing and from 1 on where it is not. */
  countedUnderscore(): number {
    const number = this.isDigit() ? this.number() + 1 : 0;
    this.expect("_");
    return number;
  }

  /** `[<seq-id>] _`: the same in base 36. */
  sequence(): number {
    if (this.eat("_")) return 0;
    const end = this.text.indexOf("_", this.at);
    const digits = end < 0 ? "" : this.text.slice(this.at, end);
    if (digits.length > 6 || !/^[0-9A-Z]+$/.test(digits)) throw new Unreadable();
    this.at = end + 1;
    return Number.parseInt(digits, 36) + 1;
  }

  /** `<number>` characters. */
  identifier(): string {
    const length = this.number();
    if (length === 0 || this.at + length > this.text.length) throw new Unreadable();
    this.at += length;
    return this.text.slice(this.at - length, this.at);
  }

  /** Everything that `read` gives until an E. */
  untilE(read: () => Node): Node[] {
    const nodes: Node[] = [];
    while (!this.eat("E")) nodes.push(read());
    return nodes;
  }

  remember(node: Node): Node {
    this.substitutions.push(node);
    return node;
  }

  /** What `parse` makes of a part of a part. Throws `Unreadable` where they are too deep, or too many. */
  deeper<T>(parse: (text: MangledText) => T): T {
    if (this.#depth >= MAX_DEPTH) throw new Unreadable();
    if (++this.#steps > MAX_STEPS) throw new Unreadable(ENDLESS);
    this.#depth++;
    const part = parse(this);
    this.#depth--;
    return part;
  }
}
