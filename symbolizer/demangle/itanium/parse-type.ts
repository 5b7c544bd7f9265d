import { Unreadable } from "../unreadable.ts";
import type { ItaniumText } from "./itanium-text.ts";
import type { Exception, Node } from "./nodes.ts";
import { parseExpression } from "./parse-expression.ts";
import {
  parseName,
  parseQualifiers,
  parseRefQualifier,
  parseSourceName,
  parseSubstitution,
  parseTemplateArgs,
  withArgs,
} from "./parse-name.ts";

const BUILTINS = builtins(
  "v void|w wchar_t|b bool|c char|a signed char|h unsigned char|s short|t unsigned short|i int|j unsigned int|l long|" +
    "m unsigned long|x long long|y unsigned long long|n __int128|o unsigned __int128|f float|d double|e long double|" +
    "g __float128|z ...",
);
const D_BUILTINS = builtins(
  "Dd decimal64|De decimal128|Df decimal32|Dh half|Di char32_t|Ds char16_t|Du char8_t|Da auto|Dc decltype(auto)|" +
    "Dn decltype(nullptr)",
);

function builtins(list: string): ReadonlyMap<string, Node> {
  const known = new Map<string, Node>();
  for (const line of list.split("|")) {
    const space = line.indexOf(" ");
    const code = line.slice(0, space);
    known.set(code, { kind: "builtin", name: line.slice(space + 1), code });
  }
  return known;
}

/** `<type>`. All but built-in ones can be referred back to. */
export function parseType(text: ItaniumText): Node {
  return text.deeper(parseAnyType);
}

function parseAnyType(text: ItaniumText): Node {
  const builtin = BUILTINS.get(text.peek());
  if (builtin !== undefined) {
    text.at++;
    return builtin;
  }
  switch (text.peek()) {
    case "S":
      return text.peek(1) === "t" ? text.remember(parseName(text)) : parseKnownType(text);
    case "T":
      return parseParamOrElaborated(text);
    case "D":
      return parseDType(text);
    default:
      return text.remember(parseCompound(text));
  }
}

function parseCompound(text: ItaniumText): Node {
  switch (text.peek()) {
    case "r":
    case "V":
    case "K": {
      const qualifiers = parseQualifiers(text);
      if (isFunctionType(text)) return parseFunctionType(text, qualifiers);
      return { kind: "qualified", type: parseType(text), qualifiers };
    }
    case "P":
      text.at++;
      return { kind: "pointer", type: parseType(text) };
    case "R":
    case "O": {
      const isRvalue = text.peek() === "O";
      text.at++;
      return { kind: "reference", type: parseType(text), isRvalue };
    }
    case "C":
    case "G": {
      const suffix = text.peek() === "C" ? " _Complex" : " _Imaginary";
      text.at++;
      return { kind: "suffixed", type: parseType(text), suffix, args: undefined };
    }
    case "F":
      return parseFunctionType(text, "");
    case "A":
      return parseArray(text);
    case "M": {
      text.at++;
      const of = parseType(text);
      return { kind: "memberPointer", of, member: parseType(text) };
    }
    case "U": {
      if (/[lt]/.test(text.peek(1))) return parseName(text);
      text.at++;
      const suffix = ` ${text.identifier()}`;
      const args = text.peek() === "I" ? parseTemplateArgs(text) : undefined;
      return { kind: "suffixed", type: parseType(text), suffix, args };
    }
    case "u": {
      text.at++;
      return withArgs(text, parseSourceName(text));
    }
    default:
      return parseName(text);
  }
}

/** A substitution, or a template that was named before with new arguments. */
function parseKnownType(text: ItaniumText): Node {
  const known = parseSubstitution(text);
  return text.peek() === "I" ? text.remember(withArgs(text, known)) : known;
}

function parseParamOrElaborated(text: ItaniumText): Node {
  // struct, union and enum are not shown.
  if (/[sue]/.test(text.peek(1))) {
    text.at += 2;
    return text.remember(parseName(text));
  }
  const param = text.remember(parseTemplateParam(text));
  if (text.peek() !== "I") return param;
  const { at } = text;
  const known = text.substitutions.length;
  const args = parseTemplateArgs(text);
  if (text.isConversion && text.peek() !== "I") {
    // They are the operator's: `operator T<int>`.
    text.at = at;
    text.substitutions.length = known;
    return param;
  }
  return text.remember({ kind: "templated", name: param, args });
}

/** `T_`, `T0_` …, with the level of templates around it: `TL0__`. */
export function parseTemplateParam(text: ItaniumText): Node {
  text.expect("T");
  if (text.eat("L")) {
    text.number();
    text.expect("_");
  }
  return { kind: "param", index: text.countedUnderscore() };
}

function parseDType(text: ItaniumText): Node {
  const code = text.peek() + text.peek(1);
  const builtin = D_BUILTINS.get(code);
  if (builtin !== undefined) {
    text.at += 2;
    return builtin;
  }
  switch (code) {
    case "Dt":
    case "DT":
      return text.remember(parseDecltype(text));
    case "Dp":
      text.at += 2;
      return text.remember({ kind: "expansion", pattern: parseType(text) });
    case "Dv":
      return text.remember(parseVector(text));
    case "Do":
    case "DO":
    case "Dw":
    case "Dx":
      return text.remember(parseFunctionType(text, ""));
    case "DF":
      text.at += 2;
      return parseFloatType(text);
    case "DB":
    case "DU": {
      text.at += 2;
      const size = parseSize(text);
      text.expect("_");
      return { kind: "bitInt", isSigned: code === "DB", size };
    }
    case "Dk":
    case "DK": {
      text.at += 2;
      // The concept that binds it is not shown, as that of a parameter is not.
      parseName(text);
      return { kind: "builtin", name: code === "Dk" ? "auto" : "decltype(auto)", code };
    }
    default:
      throw new Unreadable();
  }
}

/** `DF16_`, `DF32x`, `DF16b`. */
function parseFloatType(text: ItaniumText): Node {
  const bits = text.number();
  if (text.eat("b")) return { kind: "builtin", name: `std::bfloat${bits}_t`, code: "DFb" };
  if (text.eat("x")) return { kind: "builtin", name: `_Float${bits}x`, code: "DFx" };
  text.expect("_");
  return { kind: "builtin", name: `_Float${bits}`, code: "DF" };
}

export function parseDecltype(text: ItaniumText): Node {
  text.at += 2;
  const expression = parseExpression(text);
  text.expect("E");
  return { kind: "decltype", expression };
}

/** `Dv <number> _ <type>`, or `Dv [<expression>] _ <type>`. */
function parseVector(text: ItaniumText): Node {
  text.at += 2;
  const isExpression = text.eat("_");
  const size = isExpression ? parseExpression(text) : parseSize(text);
  text.expect("_");
  return { kind: "vector", element: parseType(text), size };
}

function parseSize(text: ItaniumText): Node {
  return text.isDigit() ? { kind: "text", text: String(text.number()) } : parseExpression(text);
}

/** `A [<number> or <expression>] _ <type>`. */
function parseArray(text: ItaniumText): Node {
  text.expect("A");
  const size = text.peek() === "_" ? undefined : parseSize(text);
  text.expect("_");
  return { kind: "array", element: parseType(text), size };
}

function isFunctionType(text: ItaniumText): boolean {
  return text.peek() === "F" || (text.peek() === "D" && /[oOwx]/.test(text.peek(1)));
}

/** `[<exception-spec>] [Dx] F [Y] <types> [<ref-qualifier>] E`. */
function parseFunctionType(text: ItaniumText, qualifiers: string): Node {
  const exception = parseException(text);
  text.expect("F");
  // extern "C" is not shown.
  text.eat("Y");
  const returns = parseType(text);
  const params: Node[] = [];
  let reference = "";
  while (!text.eat("E")) {
    if (text.eat("v")) continue;
    if (/[RO]/.test(text.peek()) && text.peek(1) === "E") reference = parseRefQualifier(text);
    else params.push(parseType(text));
  }
  return { kind: "functionType", returns, params, qualifiers: qualifiers + reference, exception };
}

function parseException(text: ItaniumText): Exception | undefined {
  if (text.eat("Do")) return { word: "noexcept", operands: undefined };
  if (text.eat("DO")) {
    const operand = parseExpression(text);
    text.expect("E");
    return { word: "noexcept", operands: [operand] };
  }
  if (text.eat("Dw")) return { word: "throw", operands: text.untilE(() => parseType(text)) };
  return text.eat("Dx") ? { word: "transaction_safe", operands: undefined } : undefined;
}
