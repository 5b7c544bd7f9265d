import { UnsupportedExpression } from "./unsupported-expression.ts";

/** A regular expression as a tree. An `atom` tests one character by the browser's own expression for just that. */
export type Expression =
  | { kind: "atom"; test: (character: string) => boolean }
  | { kind: "begin" | "end" | "boundary" | "inside" }
  | { kind: "all"; parts: Expression[] }
  | { kind: "any"; parts: Expression[] }
  | { kind: "repeat"; part: Expression; least: number; most: number };

/** Longer texts are no expressions that a person wrote; this bounds how deep groups can be nested, too. */
const MAX_LENGTH = 1_000;

/**
 * The tree of an expression that `new RegExp(source, flags)` takes (ECMA-262, 22.2.1), `flags` being some of `iu`.
 * Throws `UnsupportedExpression` for look-around, back-references and what is too long.
 */
export function parseExpression(source: string, flags: string): Expression {
  if (source.length > MAX_LENGTH)
    throw new UnsupportedExpression("This expression is too long to search for.");
  return new Parser(source, flags).parse();
}

class Parser {
  readonly #source: string;
  readonly #flags: string;
  #at = 0;

  constructor(source: string, flags: string) {
    this.#source = source;
    this.#flags = flags;
  }

  parse(): Expression {
    const parts = [this.#alternative()];
    while (this.#take("|")) parts.push(this.#alternative());
    return parts.length === 1 ? parts[0] : { kind: "any", parts };
  }

  #alternative(): Expression {
    const parts: Expression[] = [];
    while (this.#at < this.#source.length && !this.#sees("|") && !this.#sees(")")) {
      parts.push(this.#repeated(this.#term()));
    }
    return parts.length === 1 ? parts[0] : { kind: "all", parts };
  }

  #term(): Expression {
    if (this.#take("^")) return { kind: "begin" };
    if (this.#take("$")) return { kind: "end" };
    if (this.#take("\\b")) return { kind: "boundary" };
    if (this.#take("\\B")) return { kind: "inside" };
    if (this.#sees("(")) return this.#group();
    if (this.#sees("[")) return this.#atom(this.#classLength());
    if (this.#sees("\\")) return this.#escape();
    const code = this.#source.codePointAt(this.#at) ?? 0;
    return this.#atom(this.#flags.includes("u") && code > 0xffff ? 2 : 1);
  }

  #group(): Expression {
    const name = /^\(\?<[^=!][^>]*>/.exec(this.#source.slice(this.#at))?.[0];
    if (name !== undefined) this.#at += name.length;
    else if (!this.#take("(?:")) {
      if (this.#sees("(?")) {
        throw new UnsupportedExpression(
          "Look-ahead, look-behind and flags inside an expression cannot be searched for.",
        );
      }
      this.#take("(");
    }
    const inner = this.parse();
    this.#take(")");
    return inner;
  }

  #escape(): Expression {
    const rest = this.#source.slice(this.#at);
    if (/^\\(?:[1-9]|k<)/.test(rest)) {
      throw new UnsupportedExpression("References back to a group cannot be searched for.");
    }
    const unicode = this.#flags.includes("u")
      ? /^\\(?:u\{[^}]*\}|[pP]\{[^}]*\}|u[dD][89abAB]..\\u[dD][c-fC-F]..)/
      : /^(?!)/;
    const long =
      unicode.exec(rest) ?? /^\\(?:u[\da-fA-F]{4}|x[\da-fA-F]{2}|c[a-zA-Z]|0[0-7]{0,2})/.exec(rest);
    // `\c` alone is a backslash, and a `c` behind it.
    if (long === null && /^\\c/.test(rest)) return this.#literalBackslash();
    return this.#atom(long?.[0].length ?? 2);
  }

  #literalBackslash(): Expression {
    this.#at++;
    return { kind: "atom", test: (character) => character === "\\" };
  }

  /** Characters of the class that begins here, brackets included. */
  #classLength(): number {
    let at = this.#at + 1;
    while (this.#source[at] !== "]") at += this.#source[at] === "\\" ? 2 : 1;
    return at + 1 - this.#at;
  }

  /** The next `length` characters of the source as a test of one character. */
  #atom(length: number): Expression {
    const source = this.#source.slice(this.#at, this.#at + length);
    this.#at += length;
    const expression = new RegExp(`^(?:${source})$`, this.#flags);
    return { kind: "atom", test: (character) => expression.test(character) };
  }

  #repeated(part: Expression): Expression {
    let repeated = part;
    const bounds = /^(?:[*+?]|\{(\d+)(,?)(\d*)\})\??/.exec(this.#source.slice(this.#at));
    if (bounds !== null) {
      this.#at += bounds[0].length;
      const [text, low, comma, high] = bounds;
      const least = text[0] === "+" ? 1 : low === undefined ? 0 : Number(low);
      const unbounded = text[0] === "*" || text[0] === "+" || (comma === "," && high === "");
      const most = unbounded
        ? Number.POSITIVE_INFINITY
        : text[0] === "?"
          ? 1
          : Number(comma === "," ? high : low);
      repeated = { kind: "repeat", part, least, most };
    }
    return repeated;
  }

  #sees(text: string): boolean {
    return this.#source.startsWith(text, this.#at);
  }

  #take(text: string): boolean {
    if (!this.#sees(text)) return false;
    this.#at += text.length;
    return true;
  }
}
