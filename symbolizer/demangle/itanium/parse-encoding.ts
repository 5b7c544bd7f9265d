import { Unreadable } from "../unreadable.ts";
import type { ItaniumText } from "./itanium-text.ts";
import type { Node } from "./nodes.ts";
import { parseConstraint } from "./parse-expression.ts";
import { noFacts, parseName } from "./parse-name.ts";
import { parseType } from "./parse-type.ts";

/** `<encoding>`: a function with its parameters, a variable, or something that the compiler made of either. */
export function parseEncoding(text: ItaniumText): Node {
  return text.deeper(parseAnyEncoding);
}

function parseAnyEncoding(text: ItaniumText): Node {
  const next = text.peek();
  if (next === "T" || next === "G") return parseSpecialName(text);
  const facts = noFacts();
  const name = parseName(text, facts);
  if (isEnd(text)) return name;
  const { args, hasNoReturn, qualifiers } = facts;
  const returns = args !== undefined && !hasNoReturn ? parseType(text) : undefined;
  return { kind: "function", name, returns, params: parseParameters(text), qualifiers, args };
}

function isEnd(text: ItaniumText): boolean {
  if (text.eat("Q")) parseConstraint(text);
  return text.isAtEnd || text.peek() === "E";
}

function parseParameters(text: ItaniumText): Node[] {
  if (text.eat("v")) {
    if (!isEnd(text)) throw new Unreadable();
    return [];
  }
  const params: Node[] = [];
  do params.push(parseType(text));
  while (!isEnd(text));
  return params;
}

const SPECIAL = new Map([
  ["TV", "vtable for "],
  ["TT", "VTT for "],
  ["TI", "typeinfo for "],
  ["TS", "typeinfo name for "],
]);
const SPECIAL_NAMES = new Map([
  ["TH", "TLS init function for "],
  ["TW", "TLS wrapper function for "],
  ["GV", "guard variable for "],
]);

function parseSpecialName(text: ItaniumText): Node {
  const code = text.peek() + text.peek(1);
  text.at += 2;
  const ofType = SPECIAL.get(code);
  if (ofType !== undefined) return special(ofType, parseType(text));
  const ofName = SPECIAL_NAMES.get(code);
  if (ofName !== undefined) return special(ofName, parseName(text));
  switch (code) {
    case "TC": {
      const within = parseType(text);
      text.signedNumber();
      text.expect("_");
      return { kind: "special", what: "construction vtable for ", of: parseType(text), within };
    }
    case "Th":
    case "Tv":
      text.at--;
      return special(`${parseCallOffset(text)}virtual thunk to `, parseEncoding(text));
    case "Tc":
      parseCallOffset(text);
      parseCallOffset(text);
      return special("covariant return thunk to ", parseEncoding(text));
    case "TA":
      return special("template parameter object for ", parseType(text));
    case "GR": {
      const of = parseName(text);
      const number = text.isAtEnd ? 0 : text.sequence();
      return special(`reference temporary #${number} for `, of);
    }
    case "GA":
      return special("hidden alias for ", parseEncoding(text));
    case "GT": {
      const isClone = !text.eat("n");
      if (isClone) text.expect("t");
      return special(isClone ? "transaction clone for " : "non-transaction clone for ", parseEncoding(text));
    }
    default:
      throw new Unreadable();
  }
}

function special(what: string, of: Node): Node {
  return { kind: "special", what, of, within: undefined };
}

/** `h <number> _`, or `v <number> _ <number> _`: "non-" or "". */
function parseCallOffset(text: ItaniumText): string {
  const isVirtual = text.peek() === "v";
  if (!isVirtual && text.peek() !== "h") throw new Unreadable();
  text.at++;
  for (let numbers = isVirtual ? 2 : 1; numbers > 0; numbers--) {
    text.signedNumber();
    text.expect("_");
  }
  return isVirtual ? "" : "non-";
}
