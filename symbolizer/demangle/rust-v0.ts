import { characterOf, quoted, textOf } from "./rust/literal.ts";
import { fromPunycode } from "./rust/punycode.ts";
import { ENDLESS, type Endless } from "./unreadable.ts";

/** Paths, types and constants inside each other: rustc-demangle's bound. At up to six calls a level (`F`) that is 350 KiB of stack. */
const MAX_DEPTH = 500;
/** A name may refer back to its parts, so 200 characters can mean gigabytes. */
const MAX_OUTPUT = 64 * 1024;
const MAX_STEPS = 100_000;
/** Reading so many digits of a constant is a step more. */
const DIGITS_A_STEP = 16;
/** Of 2^64 - 1 in base 62. */
const MAX_BASE_62_DIGITS = 11;
/** Constants of more hexadecimal digits (over 64 bits) are written in hexadecimal, as rustc-demangle and c++filt do. */
const MAX_DECIMAL_NIBBLES = 16;

const BASIC_TYPES = new Map([
  ["a", "i8"],
  ["b", "bool"],
  ["c", "char"],
  ["d", "f64"],
  ["e", "str"],
  ["f", "f32"],
  ["h", "u8"],
  ["i", "isize"],
  ["j", "usize"],
  ["l", "i32"],
  ["m", "u32"],
  ["n", "i128"],
  ["o", "u128"],
  ["p", "_"],
  ["s", "i16"],
  ["t", "u16"],
  ["u", "()"],
  ["v", "..."],
  ["x", "i64"],
  ["y", "u64"],
  ["z", "!"],
]);

/** Thrown inside of this file only; one for all, so that no stack is written down for each. */
const INVALID = new Error("not a name of Rust's v0 mangling");
const TOO_MUCH = new Error("more than anyone would read");

/**
 * The path that a symbol of Rust's v0 mangling (`_R…`) means: `_RNvCs1234_7mycrate3foo` is `mycrate::foo`. In the words
 * of rustc-demangle's `{:#}`, without the hashes of crates and without the types of constants. undefined: it is none, or
 * nested deeper than 500 levels; a vendor's suffix (`.llvm.123`) must be cut off before. Never throws.
 *
 * The grammar is of RFC 2603 and of rustc's book (symbol-mangling/v0.md). Constants that are no numbers (`e R Q A T V`) and
 * types confined to some values (`W`) are in neither; they are as rustc's nightly build writes and rustc-demangle reads them.
 */
export function demangleRustV0(mangled: string): string | Endless | undefined {
  if (!mangled.startsWith("_R") || !isSymbol(mangled)) return undefined;
  try {
    return new Printer(mangled.slice(2)).symbol();
  } catch (error) {
    if (error === INVALID) return undefined;
    if (error === TOO_MUCH) return ENDLESS;
    throw error;
  }
}

function valid(text: string | undefined): string {
  if (text === undefined) throw INVALID;
  return text;
}

/** No character outside of `A-Z a-z 0-9 _`. */
function isSymbol(mangled: string): boolean {
  for (let i = 0; i < mangled.length; i++) {
    const code = mangled.charCodeAt(i);
    if (!isDigit(code) && !isLower(code) && !isUpper(code) && code !== UNDERSCORE) return false;
  }
  return true;
}

const UNDERSCORE = 95;
const ZERO = 48;

const isDigit = (code: number): boolean => code >= ZERO && code <= 57;
const isLower = (code: number): boolean => code >= 97 && code <= 122;
const isUpper = (code: number): boolean => code >= 65 && code <= 90;

/** Reads a symbol from left to right and writes what it means. Each method is a rule of the grammar. */
class Printer {
  /** Behind `_R`, from where references count. */
  readonly #text: string;
  #at = 0;
  #out = "";
  #depth = 0;
  #steps = 0;
  /** Parts that are read but not shown: nothing is written, no reference is followed. */
  #isHidden = false;
  /** How many lifetimes the binders around have (`for<'a, 'b>`: 2). */
  #lifetimes = 0;

  constructor(text: string) {
    this.#text = text;
  }

  symbol(): string | undefined {
    // Versions other than this one would begin with a digit.
    this.#path(true);
    // The crate that made this copy of a generic function.
    if (this.#at < this.#text.length) this.#hidden(() => this.#path(false));
    if (this.#at < this.#text.length) throw INVALID;
    return this.#out === "" ? undefined : this.#out;
  }

  /** `isValue`: as in an expression, where `::` comes before generic arguments. */
  #path(isValue: boolean): void {
    this.#enter();
    const tag = this.#next();
    switch (tag) {
      case "C":
        this.#disambiguator();
        this.#identifier();
        break;
      case "N":
        this.#nestedPath(isValue);
        break;
      case "M":
      case "X":
        // Where the impl is.
        this.#disambiguator();
        this.#hidden(() => this.#path(false));
        this.#self(tag === "X");
        break;
      case "Y":
        this.#self(true);
        break;
      case "I":
        this.#path(isValue);
        this.#write(isValue ? "::<" : "<");
        this.#list(() => this.#genericArgument());
        this.#write(">");
        break;
      case "B":
        this.#reference(() => this.#path(isValue));
        break;
      default:
        throw INVALID;
    }
    this.#depth--;
  }

  /** `path::name`, or `path::{closure:name#0}` in a namespace of the compiler's, which has an upper-case letter. */
  #nestedPath(isValue: boolean): void {
    const namespace = this.#next();
    const code = namespace.charCodeAt(0);
    if (!isUpper(code) && !isLower(code)) throw INVALID;
    this.#path(isValue);
    const number = this.#disambiguator();
    if (isLower(code)) {
      this.#identifier("::");
      return;
    }
    this.#write(namespace === "C" ? "::{closure" : namespace === "S" ? "::{shim" : `::{${namespace}`);
    this.#identifier(":");
    if (!Number.isSafeInteger(number)) throw INVALID;
    this.#write(`#${number}}`);
  }

  /** `<Type>` or `<Type as Trait>`. */
  #self(hasTrait: boolean): void {
    this.#write("<");
    this.#type();
    if (hasTrait) {
      this.#write(" as ");
      this.#path(false);
    }
    this.#write(">");
  }

  #genericArgument(): void {
    if (this.#eat("L")) this.#lifetime(this.#base62());
    else if (this.#eat("K")) this.#constant(false);
    else this.#type();
  }

  #type(): void {
    this.#enter();
    const tag = this.#next();
    switch (tag) {
      case "R":
      case "Q":
        this.#write("&");
        if (this.#eat("L")) {
          const lifetime = this.#base62();
          if (lifetime > 0) {
            this.#lifetime(lifetime);
            this.#write(" ");
          }
        }
        if (tag === "Q") this.#write("mut ");
        this.#type();
        break;
      case "P":
      case "O":
        this.#write(tag === "P" ? "*const " : "*mut ");
        this.#type();
        break;
      case "A":
      case "S":
        this.#write("[");
        this.#type();
        if (tag === "A") {
          this.#write("; ");
          this.#constant(true);
        }
        this.#write("]");
        break;
      case "T":
        this.#tuple(() => this.#type());
        break;
      case "F":
        this.#bound(() => this.#signature());
        break;
      case "D":
        this.#dyn();
        break;
      case "W":
        this.#type();
        this.#write(" is ");
        this.#pattern();
        break;
      case "B":
        this.#reference(() => this.#type());
        break;
      default: {
        const name = BASIC_TYPES.get(tag);
        if (name === undefined) {
          this.#at--;
          this.#path(false);
        } else this.#write(name);
      }
    }
    this.#depth--;
  }

  /** Of a function: `unsafe extern "C" fn(u8, ...) -> bool`. */
  #signature(): void {
    if (this.#eat("U")) this.#write("unsafe ");
    if (this.#eat("K")) {
      this.#write('extern "');
      if (this.#eat("C")) this.#write("C");
      else {
        const [start, end] = this.#nameRange();
        if (start === end) throw INVALID;
        // No name of an ABI has underscores: they were its dashes.
        this.#write(this.#text.slice(start, end).replaceAll("_", "-"));
      }
      this.#write('" ');
    }
    this.#write("fn(");
    this.#list(() => this.#type());
    this.#write(")");
    // `()` is what a function without a result returns.
    if (this.#eat("u")) return;
    this.#write(" -> ");
    this.#type();
  }

  /** `dyn for<'a> Trait<'a> + Send + 'b`. The lifetime is outside of the binder. */
  #dyn(): void {
    this.#write("dyn ");
    this.#bound(() => this.#list(() => this.#dynTrait(), " + "));
    if (!this.#eat("L")) throw INVALID;
    const lifetime = this.#base62();
    if (lifetime > 0) {
      this.#write(" + ");
      this.#lifetime(lifetime);
    }
  }

  /** `Trait<Argument, Item = u8>`: associated types are among the generic arguments, if there are any. */
  #dynTrait(): void {
    let isOpen = this.#openPath();
    while (this.#eat("p")) {
      this.#write(isOpen ? ", " : "<");
      isOpen = true;
      this.#identifier();
      this.#write(" = ");
      this.#type();
    }
    if (isOpen) this.#write(">");
  }

  /** A path whose generic arguments, if there are any, still lack their `>`; whether that is so. */
  #openPath(): boolean {
    let isOpen = false;
    this.#enter();
    if (this.#eat("B")) {
      this.#reference(() => {
        isOpen = this.#openPath();
      });
    } else if (this.#eat("I")) {
      this.#path(false);
      this.#write("<");
      this.#list(() => this.#genericArgument());
      isOpen = true;
    } else this.#path(false);
    this.#depth--;
    return isOpen;
  }

  /** What values a type is confined to (`u32 is 1..=9`). */
  #pattern(): void {
    this.#enter();
    switch (this.#next()) {
      case "R":
        this.#constant(false);
        this.#write("..=");
        this.#constant(false);
        break;
      case "O":
        this.#pattern();
        while (!this.#eat("E")) {
          this.#write(" | ");
          this.#pattern();
        }
        break;
      case "N":
        this.#write("!null");
        break;
      default:
        throw INVALID;
    }
    this.#depth--;
  }

  /** `isInside`: of another constant or of an array's length, so that no braces are needed around what is no literal. */
  #constant(isInside: boolean): void {
    this.#enter();
    const tag = this.#next();
    switch (tag) {
      case "p":
        this.#write("_");
        break;
      case "h":
      case "t":
      case "m":
      case "y":
      case "o":
      case "j":
        this.#integer();
        break;
      case "a":
      case "s":
      case "l":
      case "x":
      case "n":
      case "i":
        if (this.#eat("n")) this.#write("-");
        this.#integer();
        break;
      case "b": {
        const value = this.#hex();
        if (value !== "" && value !== "1") throw INVALID;
        this.#write(value === "" ? "false" : "true");
        break;
      }
      case "c":
        this.#write(quoted(valid(characterOf(this.#hex())), "'"));
        break;
      case "B":
        this.#reference(() => this.#constant(isInside));
        break;
      default:
        this.#expression(tag, isInside);
    }
    this.#depth--;
  }

  /** A constant that is no literal, `{Point { x: 1, y: 2 }}`; and strings. */
  #expression(tag: string, isInside: boolean): void {
    // A literal's type is `&str`.
    if (tag === "R" && this.#eat("e")) {
      this.#string();
      return;
    }
    if (!isInside) this.#write("{");
    switch (tag) {
      case "e":
        this.#write("*");
        this.#string();
        break;
      case "R":
      case "Q":
        this.#write(tag === "R" ? "&" : "&mut ");
        this.#constant(true);
        break;
      case "A":
        this.#write("[");
        this.#list(() => this.#constant(true));
        this.#write("]");
        break;
      case "T":
        this.#tuple(() => this.#constant(true));
        break;
      case "V":
        this.#path(true);
        this.#fields();
        break;
      default:
        throw INVALID;
    }
    if (!isInside) this.#write("}");
  }

  /** Of a struct's or a variant's value: none, `(1, 2)` or ` { x: 1, y: 2 }`. */
  #fields(): void {
    switch (this.#next()) {
      case "U":
        break;
      case "T":
        this.#write("(");
        this.#list(() => this.#constant(true));
        this.#write(")");
        break;
      case "S":
        this.#write(" { ");
        this.#list(() => {
          this.#disambiguator();
          this.#identifier();
          this.#write(": ");
          this.#constant(true);
        });
        this.#write(" }");
        break;
      default:
        throw INVALID;
    }
  }

  #integer(): void {
    const digits = this.#hex();
    if (digits.length > MAX_DECIMAL_NIBBLES) this.#write(`0x${digits}`);
    else this.#write(digits === "" ? "0" : BigInt(`0x${digits}`).toString());
  }

  #string(): void {
    // Zeros are bytes here.
    const start = this.#at;
    this.#hex();
    if (!this.#isHidden) this.#write(quoted(valid(textOf(this.#text.slice(start, this.#at - 1))), '"'));
  }

  /** Hexadecimal digits until `_`, without zeros in front. */
  #hex(): string {
    const start = this.#at;
    let first = start;
    for (;;) {
      const code = this.#text.charCodeAt(this.#at++);
      if (code === UNDERSCORE) break;
      // Behind the end it is NaN, which is none of these.
      if (!isDigit(code) && !(code >= 97 && code <= 102)) throw INVALID;
      if (code === ZERO && first === this.#at - 1) first = this.#at;
    }
    this.#spend((this.#at - start) / DIGITS_A_STEP);
    return this.#text.slice(first, this.#at - 1);
  }

  /** 0 is one that is not known; others count from the innermost that is bound, 1, to the outermost, which is `'a`. */
  #lifetime(index: number): void {
    if (this.#isHidden) return;
    const number = this.#lifetimes - index;
    if (number < 0) throw INVALID;
    if (index === 0) this.#write("'_");
    else this.#write(number < 26 ? `'${String.fromCharCode(97 + number)}` : `'_${number}`);
  }

  /** With the lifetimes of a binder, if there is one: `for<'a> `. */
  #bound(inside: () => void): void {
    const count = this.#eat("G") ? this.#base62() + 1 : 0;
    if (this.#isHidden || count === 0) {
      inside();
      return;
    }
    this.#write("for<");
    for (let i = 0; i < count; i++) {
      if (i > 0) this.#write(", ");
      this.#lifetimes++;
      this.#lifetime(1);
    }
    this.#write("> ");
    inside();
    this.#lifetimes -= count;
  }

  /** `(`, items until `E`, `)`; a single one has a comma behind it. */
  #tuple(item: () => void): void {
    this.#write("(");
    const count = this.#list(item);
    this.#write(count === 1 ? ",)" : ")");
  }

  /** Items until `E`; how many. */
  #list(item: () => void, separator = ", "): number {
    let count = 0;
    for (; !this.#eat("E"); count++) {
      if (count > 0) this.#write(separator);
      item();
    }
    return count;
  }

  /** What was at an earlier place (behind the tag `B`). */
  #reference(read: () => void): void {
    const tagAt = this.#at - 1;
    const target = this.#base62();
    if (target >= tagAt) throw INVALID;
    if (this.#isHidden) return;
    const behind = this.#at;
    this.#at = target;
    read();
    this.#at = behind;
  }

  #hidden(read: () => void): void {
    const wasHidden = this.#isHidden;
    this.#isHidden = true;
    read();
    this.#isHidden = wasHidden;
  }

  /** Tells same-named things of a place apart; 0: the first. */
  #disambiguator(): number {
    return this.#eat("s") ? this.#base62() + 1 : 0;
  }

  /** Digits until `_`; not exact beyond 2^53, which only hashes of crates are. */
  #base62(): number {
    if (this.#eat("_")) return 0;
    let value = 0;
    for (let digits = 1; !this.#eat("_"); digits++) {
      const code = this.#text.charCodeAt(this.#at++);
      if (digits > MAX_BASE_62_DIGITS) throw INVALID;
      if (isDigit(code)) value = 62 * value + code - ZERO;
      else if (isLower(code)) value = 62 * value + code - 97 + 10;
      else if (isUpper(code)) value = 62 * value + code - 65 + 36;
      else throw INVALID;
    }
    if (value >= 2 ** 64) throw INVALID;
    return value + 1;
  }

  /** Reads a name and writes it, `before` in front of it; nothing if it is empty. */
  #identifier(before = ""): void {
    const isPunycode = this.#eat("u");
    const [start, end] = this.#nameRange();
    if (isPunycode && start === end) throw INVALID;
    if (this.#isHidden || start === end) return;
    const name = this.#text.slice(start, end);
    this.#write(before);
    this.#write(isPunycode ? valid(fromPunycode(name)) : name);
  }

  /** Where a name is: its length comes first, and `_` if it begins with a digit or `_` itself. */
  #nameRange(): [start: number, end: number] {
    let length = this.#text.charCodeAt(this.#at++) - ZERO;
    if (!(length >= 0 && length <= 9)) throw INVALID;
    if (length > 0) {
      while (isDigit(this.#text.charCodeAt(this.#at))) {
        length = 10 * length + this.#text.charCodeAt(this.#at++) - ZERO;
        if (length > this.#text.length) throw INVALID;
      }
    }
    this.#eat("_");
    const start = this.#at;
    this.#at += length;
    if (this.#at > this.#text.length) throw INVALID;
    return [start, this.#at];
  }

  #next(): string {
    if (this.#at >= this.#text.length) throw INVALID;
    return this.#text[this.#at++];
  }

  #eat(tag: string): boolean {
    if (this.#text[this.#at] !== tag) return false;
    this.#at++;
    return true;
  }

  #write(text: string): void {
    if (this.#isHidden) return;
    this.#out += text;
    if (this.#out.length > MAX_OUTPUT) throw TOO_MUCH;
  }

  /** A rule that others contain; whoever enters it takes `#depth` back. */
  #enter(): void {
    if (++this.#depth > MAX_DEPTH) throw INVALID;
    this.#spend(1);
  }

  #spend(steps: number): void {
    this.#steps += steps;
    if (this.#steps > MAX_STEPS) throw TOO_MUCH;
  }
}
