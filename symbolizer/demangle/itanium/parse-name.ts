import { Unreadable } from "../unreadable.ts";
import type { ItaniumText } from "./itanium-text.ts";
import type { Node } from "./nodes.ts";
import { OPERATOR_OF } from "./operators.ts";
import { parseEncoding } from "./parse-encoding.ts";
import { parseConstraint, parseExpression, parseLiteral } from "./parse-expression.ts";
import { parseDecltype, parseTemplateParam, parseType } from "./parse-type.ts";

/** What a name tells of the function that it names. */
export interface NameFacts {
  /** Template arguments of its last part: where it has any, its encoding begins with the type of its result. */
  args: readonly Node[] | undefined;
  /** Constructors, destructors and conversions have no such type. */
  hasNoReturn: boolean;
  /** Of a member function: " const", " &" …. */
  qualifiers: string;
}

export function noFacts(): NameFacts {
  return { args: undefined, hasNoReturn: false, qualifiers: "" };
}

const STD: Node = { kind: "text", text: "std" };
const ANONYMOUS: Node = { kind: "text", text: "(anonymous namespace)" };

const CHAR_ARGS = "<char, std::char_traits<char> >";
const ABBREVIATIONS: ReadonlyMap<string, Node> = new Map<string, Node>([
  ["a", abbreviation("std::allocator", "allocator")],
  ["b", abbreviation("std::basic_string", "basic_string")],
  [
    "s",
    {
      kind: "abbreviation",
      short: "std::string",
      full: "std::basic_string<char, std::char_traits<char>, std::allocator<char> >",
      base: "basic_string",
    },
  ],
  ["i", stream("istream")],
  ["o", stream("ostream")],
  ["d", stream("iostream")],
]);

function abbreviation(name: string, base: string): Node {
  return { kind: "abbreviation", short: name, full: name, base };
}

function stream(name: string): Node {
  return {
    kind: "abbreviation",
    short: `std::${name}`,
    full: `std::basic_${name}${CHAR_ARGS}`,
    base: `basic_${name}`,
  };
}

/** `<name>`. `facts` is given where it names an encoding. */
export function parseName(text: ItaniumText, facts?: NameFacts): Node {
  return text.deeper(() => parseAnyName(text, facts));
}

function parseAnyName(text: ItaniumText, facts: NameFacts | undefined): Node {
  if (text.peek() === "N") return parseNestedName(text, facts);
  if (text.peek() === "Z") return parseLocalName(text, facts);
  if (text.peek() === "S" && text.peek(1) !== "t") {
    const known = parseSubstitution(text);
    return text.peek() === "I" ? templated(text, known, facts) : known;
  }
  const isStd = text.eat("St");
  const plain = parseUnqualifiedName(text, undefined, facts);
  const name: Node = isStd ? { kind: "nested", scope: STD, name: plain } : plain;
  if (text.peek() !== "I") return name;
  text.remember(name);
  return templated(text, name, facts);
}

function templated(text: ItaniumText, name: Node, facts: NameFacts | undefined): Node {
  const args = parseTemplateArgs(text);
  if (facts) facts.args = args;
  return { kind: "templated", name, args };
}

/** `N [<CV-qualifiers>] [<ref-qualifier>] <prefix> … E`. */
function parseNestedName(text: ItaniumText, facts: NameFacts | undefined): Node {
  text.expect("N");
  // An explicit object parameter (C++23) is the first of the parameters that follow.
  text.eat("H");
  const qualifiers = parseQualifiers(text) + parseRefQualifier(text);
  if (facts) facts.qualifiers = qualifiers;
  let soFar: Node | undefined;
  let isRemembered = false;
  while (!text.eat("E")) {
    // The variable in whose initializer a lambda is.
    if (soFar !== undefined && text.eat("M")) continue;
    const next = text.peek();
    isRemembered = true;
    if (facts) facts.args = undefined;
    if (next === "I") {
      if (soFar === undefined) throw new Unreadable();
      soFar = templated(text, soFar, facts);
    } else if (soFar === undefined && next === "S") {
      isRemembered = false;
      soFar = text.eat("St") ? STD : parseSubstitution(text);
      continue;
    } else if (soFar === undefined && next === "T") {
      soFar = parseTemplateParam(text);
    } else if (soFar === undefined && next === "D" && /[tT]/.test(text.peek(1))) {
      soFar = parseDecltype(text);
    } else {
      const name = parseUnqualifiedName(text, soFar, facts);
      soFar = soFar === undefined ? name : { kind: "nested", scope: soFar, name };
    }
    text.remember(soFar);
  }
  if (soFar === undefined) throw new Unreadable();
  // The name as a whole is remembered by who reads a type.
  if (isRemembered) text.substitutions.pop();
  return soFar;
}

/** `Z <function encoding> E <entity name>`, a string literal, or what stands in a default argument. */
function parseLocalName(text: ItaniumText, facts: NameFacts | undefined): Node {
  text.expect("Z");
  const within = parseEncoding(text);
  // The type of its result would be taken for that of the whole.
  const scope: Node = within.kind === "function" ? { ...within, returns: undefined } : within;
  text.expect("E");
  if (text.eat("s")) {
    parseDiscriminator(text);
    return local(scope, { kind: "text", text: "string literal" });
  }
  if (text.eat("d")) {
    const number = text.countedUnderscore();
    return { kind: "local", scope, name: parseName(text, facts), defaultArgument: number + 1 };
  }
  const name = parseName(text, facts);
  parseDiscriminator(text);
  return local(scope, name);
}

function local(scope: Node, name: Node): Node {
  return { kind: "local", scope, name, defaultArgument: 0 };
}

/** `_ <digit>`, or `__ <number> _`. Which of several local names it is, is not shown. */
function parseDiscriminator(text: ItaniumText): void {
  if (text.peek() !== "_") return;
  if (text.isDigit(1)) {
    text.at += 2;
  } else if (text.peek(1) === "_" && text.isDigit(2)) {
    text.at += 2;
    text.number();
    text.expect("_");
  }
}

/** `<unqualified-name>`, with the abi tags behind it; `scope` is what it is a member of. */
export function parseUnqualifiedName(
  text: ItaniumText,
  scope: Node | undefined,
  facts: NameFacts | undefined,
): Node {
  const module = parseModule(text);
  // Names of internal linkage begin with an L.
  text.eat("L");
  let name = parsePlainName(text, scope, facts);
  if (module !== "") name = { kind: "moduled", name, module };
  while (text.eat("B")) name = { kind: "tagged", name, tag: text.identifier() };
  return name;
}

function parseModule(text: ItaniumText): string {
  let module = "";
  while (text.eat("W")) {
    const separator = text.eat("P") ? ":" : ".";
    module += (module === "" && separator === "." ? "" : separator) + text.identifier();
    text.remember({ kind: "text", text: module });
  }
  return module;
}

function parsePlainName(text: ItaniumText, scope: Node | undefined, facts: NameFacts | undefined): Node {
  if (text.isDigit()) return parseSourceName(text);
  const next = text.peek();
  if (next === "U") return parseUnnamed(text);
  if (next === "D" && text.peek(1) === "C") {
    text.at += 2;
    return { kind: "binding", names: text.untilE(() => parseSourceName(text)) };
  }
  if (next === "C" || (next === "D" && /[0-9]/.test(text.peek(1)))) {
    return parseStructor(text, scope, facts);
  }
  return parseOperatorName(text, facts);
}

export function parseSourceName(text: ItaniumText): Node {
  const name = text.identifier();
  const isAnonymous = name.startsWith("_GLOBAL_") && /^_GLOBAL_[._$]N/.test(name);
  return isAnonymous ? ANONYMOUS : { kind: "text", text: name };
}

/** `C1`, `D0` …; `CI1 <base class>` is one that is inherited. */
function parseStructor(text: ItaniumText, scope: Node | undefined, facts: NameFacts | undefined): Node {
  const isDestructor = text.peek() === "D";
  text.at++;
  const isInherited = !isDestructor && text.eat("I");
  if (!/[0-9]/.test(text.peek())) throw new Unreadable();
  text.at++;
  if (facts) facts.hasNoReturn = true;
  const of = isInherited ? parseType(text) : scope;
  if (of === undefined) throw new Unreadable();
  return { kind: "structor", isDestructor, of };
}

/** `Ut [<number>] _`, or `Ul <parameter types> E [<number>] _`. */
function parseUnnamed(text: ItaniumText): Node {
  if (text.eat("Ut")) return { kind: "unnamedType", number: text.countedUnderscore() + 1 };
  text.expect("Ul");
  while (text.peek() === "T" && /[yntpk]/.test(text.peek(1))) parseParameterDeclaration(text);
  const params = text.eat("vE") ? [] : text.untilE(() => parseType(text));
  return { kind: "lambda", params, number: text.countedUnderscore() + 1 };
}

function parseOperatorName(text: ItaniumText, facts: NameFacts | undefined): Node {
  if (text.eat("cv")) {
    if (facts) facts.hasNoReturn = true;
    text.isConversion = true;
    const type = parseType(text);
    text.isConversion = false;
    return { kind: "conversion", type };
  }
  if (text.eat("li")) return { kind: "literalOperator", name: parseSourceName(text) };
  if (text.peek() === "v" && text.isDigit(1)) {
    text.at += 2;
    return { kind: "operator", text: text.identifier() };
  }
  const operator = OPERATOR_OF.get(text.peek() + text.peek(1));
  if (operator === undefined) throw new Unreadable();
  text.at += 2;
  return { kind: "operator", text: operator.text };
}

/** `S_`, `S0_` …, or a letter for a name of the standard library. */
export function parseSubstitution(text: ItaniumText): Node {
  text.expect("S");
  let known = ABBREVIATIONS.get(text.peek());
  if (known === undefined) {
    const index = text.sequence();
    if (index >= text.substitutions.length) throw new Unreadable();
    return text.substitutions[index];
  }
  text.at++;
  if (text.peek() !== "B") return known;
  while (text.eat("B")) known = { kind: "tagged", name: known, tag: text.identifier() };
  return text.remember(known);
}

/** `[r] [V] [K]`, as they are shown behind a type. */
export function parseQualifiers(text: ItaniumText): string {
  let qualifiers = "";
  // They are written in this order, and shown in the other one.
  if (text.eat("r")) qualifiers = " restrict";
  if (text.eat("V")) qualifiers = ` volatile${qualifiers}`;
  if (text.eat("K")) qualifiers = ` const${qualifiers}`;
  return qualifiers;
}

export function parseRefQualifier(text: ItaniumText): string {
  if (text.eat("R")) return " &";
  return text.eat("O") ? " &&" : "";
}

/** `name` with the template arguments that follow, if there are any. */
export function withArgs(text: ItaniumText, name: Node): Node {
  if (text.peek() !== "I") return name;
  return { kind: "templated", name, args: parseTemplateArgs(text) };
}

/** `I <template-arg>* E`. */
export function parseTemplateArgs(text: ItaniumText): readonly Node[] {
  text.expect("I");
  const { isConversion } = text;
  text.isConversion = false;
  const args: Node[] = [];
  while (!text.eat("E")) {
    if (text.eat("Q")) parseConstraint(text);
    else args.push(parseTemplateArg(text));
  }
  text.isConversion = isConversion;
  return args;
}

function parseTemplateArg(text: ItaniumText): Node {
  return text.deeper(parseAnyTemplateArg);
}

function parseAnyTemplateArg(text: ItaniumText): Node {
  switch (text.peek()) {
    case "X": {
      text.at++;
      const expression = parseExpression(text);
      text.expect("E");
      return expression;
    }
    case "L":
      return parseLiteral(text);
    case "J":
    // Before there were packs in the ABI, GCC wrote them so.
    case "I":
      text.at++;
      return { kind: "pack", items: text.untilE(() => parseTemplateArg(text)) };
    case "T":
      if (/[yntpk]/.test(text.peek(1))) parseParameterDeclaration(text);
      break;
    default:
      break;
  }
  if (/[XLJI]/.test(text.peek())) return parseTemplateArg(text);
  return parseType(text);
}

/** `<template-param-decl>`, written before an argument that does not tell all of its parameter. It is not shown. */
function parseParameterDeclaration(text: ItaniumText): void {
  text.deeper(parseAnyParameterDeclaration);
}

function parseAnyParameterDeclaration(text: ItaniumText): void {
  text.expect("T");
  const kind = text.peek();
  text.at++;
  switch (kind) {
    case "y":
      return;
    case "n":
      parseType(text);
      return;
    case "k":
      // Of a concept, neither its name nor the name with its arguments can be referred back to.
      parseName(text);
      return;
    case "p":
      parseParameterDeclaration(text);
      return;
    case "t":
      while (!text.eat("E")) {
        if (text.eat("Q")) parseConstraint(text);
        else parseParameterDeclaration(text);
      }
      return;
    default:
      throw new Unreadable();
  }
}
