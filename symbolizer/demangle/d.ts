import { ENDLESS, type Endless, Unreadable } from "./unreadable.ts";

/** Real names nest some dozens deep. */
const MAX_DEPTH = 256;
/** Parts that are read, those that are referred back to each time. */
const MAX_STEPS = 100_000;
const MAX_LENGTH = 64 * 1024;

/**
 * The readable form of a name by D's ABI (`_D…`), as c++filt writes it: without a function's result and attributes. undefined: it is none, or
 * nests too deep. Never throws. Facts: https://dlang.org/spec/abi.html#name_mangling
 */
export function demangleD(mangled: string): string | Endless | undefined {
  if (mangled === "_Dmain") return "D main";
  if (!mangled.startsWith("_D")) return undefined;
  try {
    return new MangledD(mangled).whole();
  } catch (error) {
    if (error instanceof Unreadable) return error.answer;
    throw error;
  }
}

/** Call conventions of functions, the first being D's own. */
const CONVENTIONS: Partial<Record<string, string>> = {
  F: "",
  U: "extern(C) ",
  W: "extern(Windows) ",
  V: "extern(Pascal) ",
  R: "extern(C++) ",
  Y: "extern(Objective-C) ",
};

/** Behind N. */
const ATTRIBUTES: Partial<Record<string, string>> = {
  a: "pure ",
  b: "nothrow ",
  c: "ref ",
  d: "@property ",
  e: "@trusted ",
  f: "@safe ",
  i: "@nogc ",
  j: "return ",
  l: "scope ",
  m: "@live ",
};

const BASIC_TYPES: Partial<Record<string, string>> = {
  v: "void",
  g: "byte",
  h: "ubyte",
  s: "short",
  t: "ushort",
  i: "int",
  k: "uint",
  l: "long",
  m: "ulong",
  f: "float",
  d: "double",
  e: "real",
  o: "ifloat",
  p: "idouble",
  j: "ireal",
  q: "cfloat",
  r: "cdouble",
  c: "creal",
  b: "bool",
  a: "char",
  u: "wchar",
  w: "dchar",
  n: "typeof(null)",
};

/** Types around one other. */
const QUALIFIERS: Partial<Record<string, string>> = { O: "shared", x: "const", y: "immutable" };
const PARAMETER_STORAGE: Partial<Record<string, string>> = { I: "in ", J: "out ", K: "ref ", L: "lazy " };

/** What the compiler makes of a type or module: said in front of its name. With the Z behind, which such a symbol ends with. */
const MADE_OF = new Map([
  ["__init", "initializer for "],
  ["__vtbl", "vtable for "],
  ["__Class", "ClassInfo for "],
  ["__Interface", "Interface for "],
  ["__ModuleInfo", "ModuleInfo for "],
]);
const SPECIAL = new Map([
  ["__ctor", "this"],
  ["__dtor", "~this"],
]);
/** A function's name with its type, and how long the name alone is. */
const POSTBLIT = "__postblitMFZ";
const POSTBLIT_LENGTH = "__postblit".length;

/** How the literal of a number ends, by its type. */
const SUFFIXES: Partial<Record<string, string>> = { h: "u", t: "u", k: "u", l: "L", m: "uL" };
/** How a character that is not printed begins, by its type, and its hexadecimal digits. */
const CHARACTERS: Partial<Record<string, [string, number]>> = { a: ["\\x", 2], u: ["\\u", 4], w: ["\\U", 8] };
const CONTROLS: Partial<Record<string, string>> = {
  "\t": "\\t",
  "\n": "\\n",
  "\r": "\\r",
  "\f": "\\f",
  "\v": "\\v",
};

/** Reads a name from left to right; each method reads one kind of part and gives its text. */
class MangledD {
  readonly #text: string;
  #at = 0;
  #depth = 0;
  #steps = 0;
  /** Types may refer back to what is before this only: so no type is part of itself. */
  #typesBefore: number;

  constructor(text: string) {
    this.#text = text;
    this.#typesBefore = text.length;
  }

  whole(): string {
    const name = this.#mangled();
    if (this.#at !== this.#text.length) throw new Unreadable();
    return name;
  }

  get #next(): string {
    return this.#text.charAt(this.#at);
  }

  #eat(expected: string): boolean {
    if (!this.#text.startsWith(expected, this.#at)) return false;
    this.#at += expected.length;
    return true;
  }

  #expect(expected: string): void {
    if (!this.#eat(expected)) throw new Unreadable();
  }

  #take(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found === undefined) throw new Unreadable();
    this.#at += found.length;
    return found;
  }

  #number(): number {
    const digits = this.#take(/\d+/y);
    if (digits.length > 9) throw new Unreadable();
    return Number(digits);
  }

  #deeper(read: () => string): string {
    if (this.#depth >= MAX_DEPTH) throw new Unreadable();
    if (++this.#steps > MAX_STEPS) throw new Unreadable(ENDLESS);
    this.#depth++;
    const text = read();
    this.#depth--;
    if (text.length > MAX_LENGTH) throw new Unreadable(ENDLESS);
    return text;
  }

  /** What `read` makes of the place at `at`; then goes on from here. */
  #elsewhere(at: number, read: () => string): string {
    const here = this.#at;
    this.#at = at;
    const text = this.#deeper(read);
    this.#at = here;
    return text;
  }

  /** What `read` gives, or undefined with nothing read. */
  #attempt(read: () => string): string | undefined {
    const [at, depth, before] = [this.#at, this.#depth, this.#typesBefore];
    try {
      return read();
    } catch (error) {
      if (!(error instanceof Unreadable) || error.answer !== undefined) throw error;
      [this.#at, this.#depth, this.#typesBefore] = [at, depth, before];
      return undefined;
    }
  }

  /** `Q` and a distance back in base 26, the last digit a small letter. Gives the place referred to. */
  #reference(): number {
    const from = this.#at;
    this.#expect("Q");
    let distance = 0;
    for (const letter of this.#take(/[A-Z]{0,6}[a-z]/y))
      distance = 26 * distance + (letter.toLowerCase().charCodeAt(0) - 97);
    if (distance === 0 || distance > from) throw new Unreadable();
    return from - distance;
  }

  #referenceAhead(): number | undefined {
    const at = this.#at;
    let place: number | undefined;
    this.#attempt(() => {
      place = this.#reference();
      return "";
    });
    this.#at = at;
    return place;
  }

  #isDigitAt(at: number): boolean {
    const code = this.#text.charCodeAt(at);
    return code >= 48 && code <= 57;
  }

  /** Whether a part of a qualified name comes. */
  #isSymbol(): boolean {
    if (this.#isDigitAt(this.#at)) return true;
    if (this.#next === "Q") return this.#isDigitAt(this.#referenceAhead() ?? -1);
    return this.#isTemplate();
  }

  #isTemplate(): boolean {
    return this.#text.startsWith("__T", this.#at) || this.#text.startsWith("__U", this.#at);
  }

  #isMangled(): boolean {
    const here = this.#at;
    const is = this.#eat("_D") && this.#isSymbol();
    this.#at = here;
    return is;
  }

  /** `_D`, a name, and its type, which is left out. */
  #mangled(): string {
    return this.#deeper(() => {
      this.#expect("_D");
      const name = this.#qualified(true);
      if (!this.#eat("Z")) this.#type();
      return name;
    });
  }

  /** Names with dots between; functions that others are in with their parameters. `hasModifiers`: and those of `this`. */
  #qualified(hasModifiers: boolean): string {
    let name = "";
    do {
      // What has no name.
      if (this.#eat("0")) continue;
      name = this.#identifier(name);
      if (this.#next === "M" || this.#next in CONVENTIONS)
        name += this.#attempt(() => this.#parametersOf(hasModifiers)) ?? "";
    } while (this.#isSymbol());
    return name;
  }

  /** Of a function whose name stands before; a result or a name must be behind. */
  #parametersOf(hasModifiers: boolean): string {
    const modifiers = this.#eat("M") ? this.#modifiers() : "";
    const { parameters } = this.#function();
    if (this.#at === this.#text.length) throw new Unreadable();
    return parameters + (hasModifiers ? modifiers : "");
  }

  /** One name, behind those `before`. */
  #identifier(before: string): string {
    return this.#deeper(() => {
      if (this.#next === "Q") {
        const place = this.#reference();
        if (!this.#isDigitAt(place)) throw new Unreadable();
        return this.#elsewhere(place, () => this.#plain(before, this.#number()));
      }
      if (this.#isTemplate()) return dotted(before) + this.#template();
      const length = this.#number();
      if (length < 5 || !this.#isTemplate()) return this.#plain(before, length);
      const end = this.#at + length;
      const template = this.#template();
      if (this.#at !== end) throw new Unreadable();
      return dotted(before) + template;
    });
  }

  #plain(before: string, length: number): string {
    if (length === 0) throw new Unreadable();
    if (length === POSTBLIT_LENGTH && this.#eat(POSTBLIT)) return `${dotted(before)}this(this)`;
    const name = this.#characters(length);
    const made = this.#next === "Z" ? MADE_OF.get(name) : undefined;
    return made === undefined ? dotted(before) + (SPECIAL.get(name) ?? name) : made + before;
  }

  #template(): string {
    this.#take(/__[TU]/y);
    if (!this.#isSymbol() || this.#next === "0") throw new Unreadable();
    const name = this.#identifier("");
    return `${name}!(${this.#untilZ(() => this.#argument())})`;
  }

  #untilZ(read: () => string): string {
    const parts: string[] = [];
    while (!this.#eat("Z")) parts.push(this.#deeper(read));
    return parts.join(", ");
  }

  #argument(): string {
    this.#eat("H");
    if (this.#eat("S")) return this.#symbolArgument();
    if (this.#eat("T")) return this.#type();
    if (this.#eat("V")) {
      const kind = this.#text.charAt(this.#next === "Q" ? (this.#referenceAhead() ?? this.#at) : this.#at);
      const type = this.#type();
      return this.#value(type, kind);
    }
    this.#expect("X");
    return this.#characters(this.#number());
  }

  #characters(length: number): string {
    const text = this.#text.slice(this.#at, this.#at + length);
    if (text.length < length) throw new Unreadable();
    this.#at += length;
    return text;
  }

  /** Up to D 2.076 with its length before it, whose digits cannot be told from those of the name's first part. */
  #symbolArgument(): string {
    if (this.#isMangled()) return this.#mangled();
    if (this.#next === "Q") return this.#qualified(false);
    const start = this.#at;
    const digits = this.#take(/\d+/y);
    for (let taken = digits.length; taken > 0; taken--) {
      this.#at = start + taken;
      const length = Number(digits.slice(0, taken));
      const symbol = this.#attempt(() => {
        const name = this.#isMangled() ? this.#mangled() : this.#symbol();
        if (this.#at !== start + taken + length) throw new Unreadable();
        return name;
      });
      if (symbol !== undefined) return symbol;
    }
    this.#at = start;
    return this.#qualified(false);
  }

  #symbol(): string {
    if (!this.#isSymbol()) throw new Unreadable();
    return this.#qualified(false);
  }

  /** Modifiers of `this`, or of what a delegate is bound to. */
  #modifiers(): string {
    let modifiers = "";
    for (;;) {
      if (this.#eat("O")) modifiers += " shared";
      else if (this.#eat("Ng")) modifiers += " inout";
      else break;
    }
    if (this.#eat("x")) return `${modifiers} const`;
    if (this.#eat("y")) return `${modifiers} immutable`;
    if (this.#next === "N") throw new Unreadable();
    return modifiers;
  }

  /** All of a function's type but its result. */
  #function(): { convention: string; attributes: string; parameters: string } {
    const convention = CONVENTIONS[this.#next];
    if (convention === undefined) throw new Unreadable();
    this.#at++;
    let attributes = "";
    while (this.#next === "N") {
      const attribute = ATTRIBUTES[this.#text.charAt(this.#at + 1)];
      // Of the first parameter.
      if (attribute === undefined) break;
      attributes += attribute;
      this.#at += 2;
    }
    return { convention, attributes, parameters: `(${this.#deeper(() => this.#parameters())})` };
  }

  #parameters(): string {
    const parameters: string[] = [];
    for (;;) {
      if (this.#eat("Z")) return parameters.join(", ");
      if (this.#eat("X")) return `${parameters.join(", ")}...`;
      if (this.#eat("Y")) return [...parameters, "..."].join(", ");
      parameters.push(this.#deeper(() => this.#parameter()));
    }
  }

  #parameter(): string {
    // Of `return scope`, newer compilers write the second part last, which c++filt of binutils 2.40 does not know.
    const isReturned = this.#eat("Nk");
    let storage = this.#eat("M") ? "scope " : "";
    if (isReturned || this.#eat("Nk")) storage = isReturned ? `return ${storage}` : `${storage}return `;
    const kind = PARAMETER_STORAGE[this.#next];
    if (kind !== undefined) {
      this.#at++;
      storage += kind;
      if (kind === "in " && this.#eat("K")) storage += "ref ";
    }
    return storage + this.#type();
  }

  #functionType(): string {
    const { convention, attributes, parameters } = this.#function();
    return `${convention}${this.#type()}${parameters} ${attributes}`;
  }

  #type(): string {
    return this.#deeper(() => this.#typeHere());
  }

  #typeHere(): string {
    const letter = this.#next;
    const basic = BASIC_TYPES[letter];
    const qualifier = QUALIFIERS[letter];
    if (letter in CONVENTIONS) return `${this.#functionType()}function`;
    if (letter === "Q") return this.#typeReferredTo(() => this.#type());
    this.#at++;
    if (basic !== undefined) return basic;
    if (qualifier !== undefined) return `${qualifier}(${this.#type()})`;
    switch (letter) {
      case "N":
        if (this.#eat("g")) return `inout(${this.#type()})`;
        if (this.#eat("h")) return `__vector(${this.#type()})`;
        this.#expect("n");
        return "noreturn";
      case "z":
        if (this.#eat("i")) return "cent";
        this.#expect("k");
        return "ucent";
      case "A":
        return `${this.#type()}[]`;
      case "G": {
        const length = this.#take(/\d+/y);
        return `${this.#type()}[${length}]`;
      }
      case "H": {
        const key = this.#type();
        return `${this.#type()}[${key}]`;
      }
      case "P":
        return this.#next in CONVENTIONS ? this.#type() : `${this.#type()}*`;
      case "C":
      case "S":
      case "E":
      case "T":
        return this.#symbol();
      case "D": {
        const modifiers = this.#modifiers();
        const type =
          this.#next === "Q" ? this.#typeReferredTo(() => this.#functionType()) : this.#functionType();
        return `${type}delegate${modifiers}`;
      }
      case "B": {
        const types: string[] = [];
        for (let left = this.#number(); left > 0; left--) types.push(this.#type());
        return `Tuple!(${types.join(", ")})`;
      }
    }
    throw new Unreadable();
  }

  #typeReferredTo(read: () => string): string {
    const from = this.#at;
    if (from >= this.#typesBefore) throw new Unreadable();
    const place = this.#reference();
    const before = this.#typesBefore;
    this.#typesBefore = from;
    const type = this.#elsewhere(place, read);
    this.#typesBefore = before;
    return type;
  }

  /** A value of a type whose text is `type` and whose first letter is `kind`. */
  #value(type: string, kind: string): string {
    return this.#deeper(() => {
      if (this.#isDigitAt(this.#at)) return this.#integer(kind);
      const letter = this.#next;
      this.#at++;
      switch (letter) {
        case "n":
          return "null";
        case "N":
          return `-${this.#integer(kind)}`;
        case "i":
          return this.#integer(kind);
        case "e":
          return this.#real();
        case "c": {
          const real = this.#real();
          this.#expect("c");
          return `${real}+${this.#real()}i`;
        }
        case "a":
        case "w":
        case "d":
          return this.#string(letter);
        case "A":
          if (kind !== "H") return `[${this.#values(() => this.#value("", "\0"))}]`;
          return `[${this.#values(() => `${this.#value("", "\0")}:${this.#value("", "\0")}`)}]`;
        case "S":
          return `${type}(${this.#values(() => this.#value("", "\0"))})`;
        case "f":
          if (this.#isMangled()) return this.#mangled();
      }
      throw new Unreadable();
    });
  }

  #values(read: () => string): string {
    const values: string[] = [];
    for (let left = this.#number(); left > 0; left--) values.push(read());
    return values.join(", ");
  }

  #integer(kind: string): string {
    const character = CHARACTERS[kind];
    if (character !== undefined) {
      const code = this.#number();
      if (kind === "a" && code >= 0x20 && code < 0x7f) return `'${String.fromCharCode(code)}'`;
      const [start, digits] = character;
      return `'${start}${code.toString(16).padStart(digits, "0")}'`;
    }
    if (kind === "b") return this.#number() === 0 ? "false" : "true";
    return this.#take(/\d+/y) + (SUFFIXES[kind] ?? "");
  }

  #real(): string {
    if (this.#eat("NAN")) return "NaN";
    if (this.#eat("INF")) return "Inf";
    if (this.#eat("NINF")) return "-Inf";
    const sign = this.#eat("N") ? "-" : "";
    const digits = this.#take(/[0-9A-Fa-f]+/y);
    this.#expect("P");
    const exponentSign = this.#eat("N") ? "-" : "";
    return `${sign}0x${digits[0]}.${digits.slice(1)}p${exponentSign}${this.#take(/\d*/y)}`;
  }

  #string(kind: string): string {
    const bytes = this.#number();
    this.#expect("_");
    let text = "";
    for (let left = bytes; left > 0; left--) {
      const digits = this.#take(/[0-9A-Fa-f]{2}/y);
      const character = String.fromCharCode(Number.parseInt(digits, 16));
      text += CONTROLS[character] ?? (/[\x20-\x7e]/.test(character) ? character : `\\x${digits}`);
    }
    return `"${text}"${kind === "a" ? "" : kind}`;
  }
}

/** A name before another. */
function dotted(name: string): string {
  return name === "" ? "" : `${name}.`;
}
