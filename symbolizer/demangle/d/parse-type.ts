import { Unreadable } from "../unreadable.ts";
import type { DText } from "./d-text.ts";
import { parseSymbol } from "./parse-name.ts";

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

export function parseType(text: DText): string {
  return text.part(parseAnyType);
}

function parseAnyType(text: DText): string {
  if (isFunctionType(text)) return `${parseFunctionType(text)}function`;
  const letter = text.peek();
  if (letter === "Q") return text.typeReferredTo(parseType);
  text.at++;
  const basic = BASIC_TYPES[letter];
  if (basic !== undefined) return basic;
  const qualifier = QUALIFIERS[letter];
  if (qualifier !== undefined) return `${qualifier}(${parseType(text)})`;
  switch (letter) {
    case "N":
      if (text.eat("g")) return `inout(${parseType(text)})`;
      if (text.eat("h")) return `__vector(${parseType(text)})`;
      text.expect("n");
      return "noreturn";
    case "z":
      if (text.eat("i")) return "cent";
      text.expect("k");
      return "ucent";
    case "A":
      return `${parseType(text)}[]`;
    case "G": {
      const length = text.digits();
      return `${parseType(text)}[${length}]`;
    }
    case "H": {
      const key = parseType(text);
      return `${parseType(text)}[${key}]`;
    }
    case "P":
      return isFunctionType(text) ? parseType(text) : `${parseType(text)}*`;
    case "C":
    case "S":
    case "E":
    case "T":
      return parseSymbol(text);
    case "D":
      return parseDelegate(text);
    case "B":
      return `Tuple!(${text.counted(parseType)})`;
  }
  throw new Unreadable();
}

export function isFunctionType(text: DText): boolean {
  return text.peek() in CONVENTIONS;
}

function parseFunctionType(text: DText): string {
  const { convention, attributes, parameters } = parseFunction(text);
  return `${convention}${parseType(text)}${parameters} ${attributes}`;
}

function parseDelegate(text: DText): string {
  const modifiers = parseModifiers(text);
  const type = text.peek() === "Q" ? text.typeReferredTo(parseFunctionType) : parseFunctionType(text);
  return `${type}delegate${modifiers}`;
}

/** Modifiers of `this`, or of what a delegate is bound to. */
export function parseModifiers(text: DText): string {
  let modifiers = "";
  for (;;) {
    if (text.eat("O")) modifiers += " shared";
    else if (text.eat("Ng")) modifiers += " inout";
    else break;
  }
  if (text.eat("x")) return `${modifiers} const`;
  if (text.eat("y")) return `${modifiers} immutable`;
  if (text.peek() === "N") throw new Unreadable();
  return modifiers;
}

/** All of a function's type but its result. */
export function parseFunction(text: DText): { convention: string; attributes: string; parameters: string } {
  const convention = CONVENTIONS[text.peek()];
  if (convention === undefined) throw new Unreadable();
  text.at++;
  let attributes = "";
  while (text.peek() === "N") {
    const attribute = ATTRIBUTES[text.peek(1)];
    // Of the first parameter.
    if (attribute === undefined) break;
    attributes += attribute;
    text.at += 2;
  }
  return { convention, attributes, parameters: `(${text.part(parseParameters)})` };
}

function parseParameters(text: DText): string {
  const parameters: string[] = [];
  for (;;) {
    if (text.eat("Z")) return parameters.join(", ");
    if (text.eat("X")) return `${parameters.join(", ")}...`;
    if (text.eat("Y")) return [...parameters, "..."].join(", ");
    parameters.push(text.part(parseParameter));
  }
}

function parseParameter(text: DText): string {
  // Of `return scope`, newer compilers write the second part last, which c++filt of binutils 2.40 does not know.
  const isReturned = text.eat("Nk");
  let storage = text.eat("M") ? "scope " : "";
  if (isReturned || text.eat("Nk")) storage = isReturned ? `return ${storage}` : `${storage}return `;
  const kind = PARAMETER_STORAGE[text.peek()];
  if (kind !== undefined) {
    text.at++;
    storage += kind;
    if (kind === "in " && text.eat("K")) storage += "ref ";
  }
  return storage + parseType(text);
}
