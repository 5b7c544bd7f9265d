import { Unreadable } from "../unreadable.ts";
import type { DText } from "./d-text.ts";
import { isFunctionType, parseFunction, parseModifiers, parseType } from "./parse-type.ts";
import { parseValue } from "./parse-value.ts";

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

/** `_D`, a name, and its type, which is left out. */
export function parseMangled(text: DText): string {
  return text.part(() => {
    text.expect("_D");
    const name = parseQualified(text, true);
    if (!text.eat("Z")) parseType(text);
    return name;
  });
}

export function parseSymbol(text: DText): string {
  if (!text.isSymbol()) throw new Unreadable();
  return parseQualified(text, false);
}

/** Names with dots between; functions that others are in with their parameters. `hasModifiers`: and those of `this`. */
function parseQualified(text: DText, hasModifiers: boolean): string {
  let name = "";
  do {
    // What has no name.
    if (text.eat("0")) continue;
    name = parseIdentifier(text, name);
    if (text.peek() === "M" || isFunctionType(text))
      name += text.attempt(() => parseParametersOf(text, hasModifiers)) ?? "";
  } while (text.isSymbol());
  return name;
}

/** Of a function whose name stands before; a result or a name must be behind. */
function parseParametersOf(text: DText, hasModifiers: boolean): string {
  const modifiers = text.eat("M") ? parseModifiers(text) : "";
  const { parameters } = parseFunction(text);
  if (text.isAtEnd) throw new Unreadable();
  return parameters + (hasModifiers ? modifiers : "");
}

/** One name, behind those `before`. */
function parseIdentifier(text: DText, before: string): string {
  return text.part(() => {
    if (text.peek() === "Q") return text.identifierReferredTo(() => parsePlain(text, before, text.number()));
    if (text.isTemplate()) return dotted(before) + parseTemplate(text);
    const length = text.number();
    if (length < 5 || !text.isTemplate()) return parsePlain(text, before, length);
    const end = text.at + length;
    const template = parseTemplate(text);
    if (text.at !== end) throw new Unreadable();
    return dotted(before) + template;
  });
}

function parsePlain(text: DText, before: string, length: number): string {
  if (length === 0) throw new Unreadable();
  if (length === POSTBLIT_LENGTH && text.eat(POSTBLIT)) return `${dotted(before)}this(this)`;
  const name = text.characters(length);
  const made = text.peek() === "Z" ? MADE_OF.get(name) : undefined;
  return made === undefined ? dotted(before) + (SPECIAL.get(name) ?? name) : made + before;
}

/** A name before another. */
function dotted(name: string): string {
  return name === "" ? "" : `${name}.`;
}

function parseTemplate(text: DText): string {
  text.take(/__[TU]/y);
  if (!text.isSymbol() || text.peek() === "0") throw new Unreadable();
  const name = parseIdentifier(text, "");
  return `${name}!(${text.untilZ(parseArgument)})`;
}

function parseArgument(text: DText): string {
  text.eat("H");
  if (text.eat("S")) return parseSymbolArgument(text);
  if (text.eat("T")) return parseType(text);
  if (text.eat("V")) {
    const kind = text.peekThrough();
    return parseValue(text, parseType(text), kind);
  }
  text.expect("X");
  return text.characters(text.number());
}

/** Up to D 2.076 with its length before it, whose digits cannot be told from those of the name's first part. */
function parseSymbolArgument(text: DText): string {
  if (text.isMangled()) return parseMangled(text);
  if (text.peek() === "Q") return parseQualified(text, false);
  const start = text.at;
  const digits = text.digits();
  for (let taken = digits.length; taken > 0; taken--) {
    text.at = start + taken;
    const length = Number(digits.slice(0, taken));
    const symbol = text.attempt(() => {
      const name = text.isMangled() ? parseMangled(text) : parseSymbol(text);
      if (text.at !== start + taken + length) throw new Unreadable();
      return name;
    });
    if (symbol !== undefined) return symbol;
  }
  text.at = start;
  return parseQualified(text, false);
}
