import { Unreadable } from "../unreadable.ts";
import type { ItaniumText } from "./itanium-text.ts";
import type { Node } from "./nodes.ts";
import { OPERATOR_OF } from "./operators.ts";
import { parseEncoding } from "./parse-encoding.ts";
import { parseName, parseSourceName, parseUnqualifiedName, withArgs } from "./parse-name.ts";
import { parseTemplateParam, parseType } from "./parse-type.ts";

/** `<expression>`, as in arguments of templates and in `decltype`. */
export function parseExpression(text: ItaniumText): Node {
  return text.deeper(parseAnyExpression);
}

function parseAnyExpression(text: ItaniumText): Node {
  if (text.isDigit()) return parseUnresolvedName(text);
  switch (text.peek()) {
    case "L":
      return parseLiteral(text);
    case "T":
      return parseTemplateParam(text);
    default:
      break;
  }
  const code = text.peek() + text.peek(1);
  const parse = FORMS.get(code);
  if (parse !== undefined) {
    text.at += 2;
    return parse(text, code);
  }
  const operator = OPERATOR_OF.get(code);
  if (operator === undefined || operator.operands === 0) throw new Unreadable();
  text.at += 2;
  if (operator.operands === 2) {
    return {
      kind: "binary",
      operator: operator.text,
      left: parseExpression(text),
      right: parseExpression(text),
    };
  }
  const isWord = /^[a-z]/.test(operator.text);
  return {
    kind: "unary",
    operator: isWord ? `${operator.text} ` : operator.text,
    operand: parseExpression(text),
    isPostfix: false,
  };
}

type Form = (text: ItaniumText, code: string) => Node;

const NAMED_CASTS: ReadonlyMap<string, string> = new Map([
  ["cc", "const_cast"],
  ["dc", "dynamic_cast"],
  ["rc", "reinterpret_cast"],
  ["sc", "static_cast"],
]);
const OF_TYPE: ReadonlyMap<string, string> = new Map([
  ["at", "alignof "],
  ["st", "sizeof "],
  ["ti", "typeid "],
]);
const OF_EXPRESSION: ReadonlyMap<string, string> = new Map([
  ["az", "alignof "],
  ["sz", "sizeof "],
  ["te", "typeid "],
  ["nx", "noexcept"],
  ["tw", "throw "],
]);

/** Expressions that are not only an operator and its operands, by their code. */
const FORMS: ReadonlyMap<string, Form> = new Map<string, Form>([
  ["ad", (text) => ({ kind: "unary", operator: "&", operand: parseExpression(text), isPostfix: false })],
  ["pp", parseIncrement],
  ["mm", parseIncrement],
  ["ix", (text) => ({ kind: "index", left: parseExpression(text), right: parseExpression(text) })],
  ["qu", parseConditional],
  ["cl", parseCall],
  ["cp", parseCall],
  ["cv", parseCast],
  ...[...NAMED_CASTS.keys()].map((code): [string, Form] => [code, parseNamedCast]),
  ...[...OF_TYPE.keys()].map((code): [string, Form] => [code, parseOfType]),
  ...[...OF_EXPRESSION.keys()].map((code): [string, Form] => [code, parseOfExpression]),
  ["tr", () => ({ kind: "text", text: "throw" })],
  ["tl", (text) => ({ kind: "braced", type: parseType(text), items: parseBraced(text) })],
  ["il", (text) => ({ kind: "braced", type: undefined, items: parseBraced(text) })],
  ["nw", parseNew],
  ["na", parseNew],
  ["gs", (text) => ({ kind: "global", operand: parseExpression(text) })],
  ["sr", parseScoped],
  ["on", parseUnresolvedName],
  ["dn", parseDestructorName],
  ["sp", (text) => ({ kind: "expansion", pattern: parseExpression(text) })],
  ["sZ", (text) => ({ kind: "packLength", operand: parseExpression(text) })],
  ["sP", (text) => ({ kind: "argsLength", operands: text.untilE(() => parseExpression(text)) })],
  ["fp", parseFunctionParam],
  ["fL", parseParamOfOuterOrFold],
  ["fl", parseFold],
  ["fr", parseFold],
  ["fR", parseFold],
  ["rq", parseRequires],
  ["rQ", parseRequires],
  ["so", parseSubobject],
]);

function parseIncrement(text: ItaniumText, code: string): Node {
  const isPostfix = !text.eat("_");
  return { kind: "unary", operator: code === "pp" ? "++" : "--", operand: parseExpression(text), isPostfix };
}

function parseConditional(text: ItaniumText): Node {
  const condition = parseExpression(text);
  const yes = parseExpression(text);
  return { kind: "conditional", condition, yes, no: parseExpression(text) };
}

function parseCall(text: ItaniumText): Node {
  const callee = parseExpression(text);
  return { kind: "call", callee, args: text.untilE(() => parseExpression(text)) };
}

/** `cv <type> <expression>`, or `cv <type> _ <expression>* E`. */
function parseCast(text: ItaniumText): Node {
  const type = parseType(text);
  const operands = text.eat("_") ? text.untilE(() => parseExpression(text)) : [parseExpression(text)];
  return { kind: "cast", type, operands };
}

function parseNamedCast(text: ItaniumText, code: string): Node {
  const type = parseType(text);
  return { kind: "namedCast", name: NAMED_CASTS.get(code) ?? "", type, operand: parseExpression(text) };
}

function parseOfType(text: ItaniumText, code: string): Node {
  return { kind: "ofType", operator: OF_TYPE.get(code) ?? "", type: parseType(text) };
}

function parseOfExpression(text: ItaniumText, code: string): Node {
  const operator = OF_EXPRESSION.get(code) ?? "";
  return { kind: "unary", operator, operand: parseExpression(text), isPostfix: false };
}

function parseBraced(text: ItaniumText): Node[] {
  return text.untilE(() => parseBracedItem(text));
}

/** `di <field> <value>`, `dx <index> <value>`, `dX <first> <last> <value>`, or an expression. */
function parseBracedItem(text: ItaniumText): Node {
  return text.deeper(parseAnyBracedItem);
}

function parseAnyBracedItem(text: ItaniumText): Node {
  const designator = (name: Node): Node => ({
    kind: "binary",
    operator: "=",
    left: name,
    right: parseBracedItem(text),
  });
  if (text.eat("di"))
    return designator({ kind: "unary", operator: ".", operand: parseSourceName(text), isPostfix: false });
  if (text.eat("dx")) return designator(parseExpression(text));
  if (text.eat("dX")) {
    const left = parseExpression(text);
    return designator({ kind: "binary", operator: " ... ", left, right: parseExpression(text) });
  }
  return parseExpression(text);
}

/** `nw <placement>* _ <type> E`, or with an initializer: `pi <expression>* E`, `il <item>* E`. */
function parseNew(text: ItaniumText, code: string): Node {
  const placement: Node[] = [];
  while (!text.eat("_")) placement.push(parseExpression(text));
  const type = parseType(text);
  let init: Node[] | undefined;
  if (text.eat("pi")) init = text.untilE(() => parseExpression(text));
  else if (text.eat("il")) init = parseBraced(text);
  else text.expect("E");
  return { kind: "new", text: code === "nw" ? "new " : "new[] ", placement, type, init };
}

/** `fpT` is this; `fp [<qualifiers>] [<number>] _` a parameter of the function, which counts from 1. */
function parseFunctionParam(text: ItaniumText): Node {
  if (text.eat("T")) return { kind: "text", text: "this" };
  while (/[rVK]/.test(text.peek())) text.at++;
  return { kind: "text", text: `{parm#${text.countedUnderscore() + 1}}` };
}

/** `fL <level> p [<qualifiers>] [<number>] _`, or a left fold with a first value. */
function parseParamOfOuterOrFold(text: ItaniumText, code: string): Node {
  if (!text.isDigit()) return parseFold(text, code);
  text.number();
  text.expect("p");
  return parseFunctionParam(text);
}

/** `f[lr] <operator> <pack>`, `f[LR] <operator> <expression> <expression>`. */
function parseFold(text: ItaniumText, code: string): Node {
  const operator = OPERATOR_OF.get(text.peek() + text.peek(1))?.text;
  if (operator === undefined) throw new Unreadable();
  text.at += 2;
  const first = parseExpression(text);
  const isLeft = code === "fl" || code === "fL";
  const second = code === "fL" || code === "fR" ? parseExpression(text) : undefined;
  const [pack, init] = second !== undefined && isLeft ? [second, first] : [first, second];
  return { kind: "fold", operator, isLeft, pack, init };
}

/** `so <type> <expression> [<offset>] <union selector>* [p] E`: what lies within an object is not told. */
function parseSubobject(text: ItaniumText): Node {
  parseType(text);
  const object = parseExpression(text);
  if (text.isDigit() || text.peek() === "n") text.signedNumber();
  while (text.eat("_")) if (text.isDigit()) text.number();
  text.eat("p");
  text.expect("E");
  return object;
}

/** `rq <requirement>+ E`, `rQ <parameter types> _ <requirement>+ E`. What is required is not shown. */
function parseRequires(text: ItaniumText, code: string): Node {
  if (code === "rQ") while (!text.eat("_")) parseType(text);
  do {
    if (text.eat("X")) {
      parseExpression(text);
      text.eat("N");
      if (text.eat("R")) parseName(text);
    } else if (text.eat("T")) parseType(text);
    else {
      text.expect("Q");
      parseConstraint(text);
    }
  } while (!text.eat("E"));
  return { kind: "text", text: "requires {...}" };
}

/** `<constraint-expression>` behind a Q, which is not shown. */
export function parseConstraint(text: ItaniumText): void {
  parseExpression(text);
}

/** An identifier, or behind `on` an operator, with or without template arguments. */
function parseUnresolvedName(text: ItaniumText): Node {
  return withArgs(text, parseUnqualifiedName(text, undefined, undefined));
}

function parseDestructorName(text: ItaniumText): Node {
  const type = text.isDigit() ? withArgs(text, parseSourceName(text)) : parseType(text);
  return { kind: "destructorName", type };
}

/** What follows `sr`: a scope, and a name in it. */
function parseScoped(text: ItaniumText): Node {
  const scope = parseScope(text);
  if (text.eat("dn")) return { kind: "nested", scope, name: parseDestructorName(text) };
  text.eat("on");
  return withArgs(text, { kind: "nested", scope, name: parseUnqualifiedName(text, undefined, undefined) });
}

function parseScope(text: ItaniumText): Node {
  if (text.peek() === "N" && text.style.nested === "list") {
    text.at++;
    return parseQualifierLevels(text, parseType(text));
  }
  if (text.isDigit() && text.style.identifiers === "list") return parseQualifierLevels(text, undefined);
  return parseType(text);
}

function parseQualifierLevels(text: ItaniumText, type: Node | undefined): Node {
  let scope = type;
  do {
    const name = withArgs(text, parseSourceName(text));
    scope = scope === undefined ? name : { kind: "nested", scope, name };
  } while (!text.eat("E"));
  return scope;
}

/** `<expr-primary>`: `L <type> <value> E`, `L _Z <encoding> E`. */
export function parseLiteral(text: ItaniumText): Node {
  text.expect("L");
  if (text.eat("_Z") || text.eat("Z")) {
    const encoding = parseEncoding(text);
    text.expect("E");
    return encoding;
  }
  const type = parseType(text);
  const start = text.at;
  while (!text.isAtEnd && text.peek() !== "E") text.at++;
  const value = text.text.slice(start, text.at);
  text.expect("E");
  return { kind: "literal", type, value: value.startsWith("n") ? `-${value.slice(1)}` : value };
}
