import { Unreadable } from "../unreadable.ts";
import type { DText } from "./d-text.ts";
import { parseMangled } from "./parse-name.ts";

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

/** A value of a type whose text is `type` and whose first letter is `kind`. */
export function parseValue(text: DText, type: string, kind: string): string {
  return text.part(() => parseAnyValue(text, type, kind));
}

/** Within another value, where types are not told. */
function parseInnerValue(text: DText): string {
  return parseValue(text, "", "");
}

function parseEntry(text: DText): string {
  const key = parseInnerValue(text);
  return `${key}:${parseInnerValue(text)}`;
}

function parseAnyValue(text: DText, type: string, kind: string): string {
  if (text.isDigit()) return parseInteger(text, kind);
  const letter = text.peek();
  text.at++;
  switch (letter) {
    case "n":
      return "null";
    case "N":
      return `-${parseInteger(text, kind)}`;
    case "i":
      return parseInteger(text, kind);
    case "e":
      return parseReal(text);
    case "c": {
      const real = parseReal(text);
      text.expect("c");
      return `${real}+${parseReal(text)}i`;
    }
    case "a":
    case "w":
    case "d":
      return parseString(text, letter);
    case "A":
      return `[${text.counted(kind === "H" ? parseEntry : parseInnerValue)}]`;
    case "S":
      return `${type}(${text.counted(parseInnerValue)})`;
    case "f":
      if (text.isMangled()) return parseMangled(text);
  }
  throw new Unreadable();
}

function parseInteger(text: DText, kind: string): string {
  const character = CHARACTERS[kind];
  if (character !== undefined) {
    const code = text.number();
    if (kind === "a" && code >= 0x20 && code < 0x7f) return `'${String.fromCharCode(code)}'`;
    const [start, digits] = character;
    return `'${start}${code.toString(16).padStart(digits, "0")}'`;
  }
  if (kind === "b") return text.number() === 0 ? "false" : "true";
  return text.digits() + (SUFFIXES[kind] ?? "");
}

function parseReal(text: DText): string {
  if (text.eat("NAN")) return "NaN";
  if (text.eat("INF")) return "Inf";
  if (text.eat("NINF")) return "-Inf";
  const sign = text.eat("N") ? "-" : "";
  const digits = text.take(/[0-9A-Fa-f]+/y);
  text.expect("P");
  const exponentSign = text.eat("N") ? "-" : "";
  return `${sign}0x${digits[0]}.${digits.slice(1)}p${exponentSign}${text.take(/\d*/y)}`;
}

/** So many bytes in hexadecimal; `letter`: how wide its characters are. */
function parseString(text: DText, letter: string): string {
  const bytes = text.number();
  text.expect("_");
  let characters = "";
  for (let left = bytes; left > 0; left--) {
    const digits = text.take(/[0-9A-Fa-f]{2}/y);
    const character = String.fromCharCode(Number.parseInt(digits, 16));
    characters += CONTROLS[character] ?? (/[\x20-\x7e]/.test(character) ? character : `\\x${digits}`);
  }
  return `"${characters}"${letter === "a" ? "" : letter}`;
}
