import type { Node } from "./nodes.ts";
import type { Printer } from "./print.ts";

/** An expression, as GNU's c++filt writes it: all operands but plain names in parentheses. */
export function printExpression(printer: Printer, node: Node): string {
  switch (node.kind) {
    case "literal":
      return literal(printer, node.type, node.value);
    case "unary":
      if (node.isPostfix) return operand(printer, node.operand) + node.operator;
      if (node.operator === "&") return `&${operand(printer, withoutParams(node.operand))}`;
      return node.operator + operand(printer, node.operand);
    case "binary": {
      const text = operand(printer, node.left) + node.operator + operand(printer, node.right);
      // It would end the arguments of a template.
      return node.operator === ">" ? `(${text})` : text;
    }
    case "index":
      return `${operand(printer, node.left)}[${printer.name(node.right)}]`;
    case "conditional":
      return `${operand(printer, node.condition)}?${operand(printer, node.yes)} : ${operand(printer, node.no)}`;
    case "call": {
      const { callee } = node;
      const name = callee.kind === "function" ? printer.name(callee.name) : operand(printer, callee);
      return `${name}(${printer.list(node.args)})`;
    }
    case "cast": {
      const [first, second] = node.operands;
      const isOne = first !== undefined && second === undefined;
      return `(${printer.name(node.type)})${isOne ? operand(printer, first) : `(${printer.list(node.operands)})`}`;
    }
    case "namedCast":
      return `${node.name}<${printer.name(node.type)}>(${printer.name(node.operand)})`;
    case "braced":
      return `${node.type === undefined ? "" : printer.name(node.type)}{${printer.list(node.items)}}`;
    case "ofType":
      return `${node.operator}(${printer.name(node.type)})`;
    case "packLength":
      return String(printer.packIn(node.operand)?.length ?? 0);
    case "argsLength":
      return String(node.operands.reduce((sum, one) => sum + lengthOf(printer, one), 0));
    case "new": {
      const placement = node.placement.length > 0 ? `(${printer.list(node.placement)}) ` : "";
      const init = node.init === undefined ? "" : `(${printer.list(node.init)})`;
      return node.text + placement + printer.name(node.type) + init;
    }
    case "fold":
      return fold(printer, node);
    case "global":
      return `::${printer.name(node.operand)}`;
    case "destructorName":
      return `~${printer.name(node.type)}`;
    default:
      return "";
  }
}

function operand(printer: Printer, node: Node): string {
  switch (node.kind) {
    case "text":
    case "nested":
      return printer.name(node);
    case "braced":
      return printer.name(node);
    default:
      return `(${printer.name(node)})`;
  }
}

/** The address of a member function is shown without the types of its parameters. */
function withoutParams(node: Node): Node {
  const isPlain = node.kind === "function" && node.name.kind === "nested" && node.qualifiers === "";
  return isPlain ? node.name : node;
}

/** Behind integers of these types, which are told by it. */
const SUFFIX_OF = new Map([
  ["i", ""],
  ["j", "u"],
  ["l", "l"],
  ["m", "ul"],
  ["x", "ll"],
  ["y", "ull"],
]);

function literal(printer: Printer, type: Node, value: string): string {
  const code = type.kind === "builtin" ? type.code : "";
  const suffix = SUFFIX_OF.get(code);
  if (suffix !== undefined) return value + suffix;
  if (code === "b" && (value === "0" || value === "1")) return value === "1" ? "true" : "false";
  if (value === "") return printer.name(type);
  const shown = /^[dfeg]$/.test(code) ? `[${value}]` : value;
  return `(${printer.name(type)})${shown}`;
}

function lengthOf(printer: Printer, node: Node): number {
  return node.kind === "expansion" ? (printer.packIn(node.pattern)?.length ?? 0) : 1;
}

function fold(printer: Printer, node: Node & { kind: "fold" }): string {
  const { operator } = node;
  const pack = operand(printer, node.pack);
  const init = node.init === undefined ? undefined : operand(printer, node.init);
  if (init !== undefined) {
    return node.isLeft
      ? `(${init}${operator}...${operator}${pack})`
      : `(${pack}${operator}...${operator}${init})`;
  }
  return node.isLeft ? `(...${operator}${pack})` : `(${pack}${operator}...)`;
}
