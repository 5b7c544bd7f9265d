import { ENDLESS, Unreadable } from "../unreadable.ts";
import type { Exception, NameNode, Node, TypeNode } from "./nodes.ts";
import { partsOf } from "./nodes.ts";
import { printExpression } from "./print-expression.ts";

export interface PrintOptions {
  /**
   * Whether all is told that c++filt tells: types of results before functions that are made of templates, and the standard
   * library's strings and streams in full.
   */
  isFull: boolean;
}

/** Names mean some hundred characters; one may mean gigabytes. */
const MAX_LENGTH = 64 * 1024;
const MAX_DEPTH = 400;
const MAX_STEPS = 100_000;

/** What template parameters stand for in a function, and in those around it. */
interface Context {
  args: readonly Node[];
  outer: Context | undefined;
}

/**
 * The readable form of an encoding, as GNU's c++filt writes it. Throws `Unreadable` for what refers to what is not there, or
 * means too much.
 */
export function printName(node: Node, options: PrintOptions): string {
  return new Printer(options).name(node);
}

/**
 * Texts are put together from the inside out: a type is printed around what it declares (`declarator`: "*", " const&",
 * " (*)(int)" …), as C writes it.
 */
export class Printer {
  readonly #options: PrintOptions;
  #context: Context | undefined;
  /** Which of a pack's arguments is being printed; -1: all. */
  #packIndex = -1;
  #inLambda = false;
  #depth = 0;
  #steps = 0;

  constructor(options: PrintOptions) {
    this.#options = options;
  }

  name(node: Node): string {
    return this.type(node, "");
  }

  /** A list, without the entries that print nothing: empty packs. */
  list(nodes: readonly Node[]): string {
    let text = "";
    for (const node of nodes) {
      const one = this.name(node);
      if (one !== "") text += text === "" ? one : `, ${one}`;
    }
    return text;
  }

  type(node: Node, declarator: string): string {
    if (this.#depth >= MAX_DEPTH) throw new Unreadable(ENDLESS);
    this.#spend();
    this.#depth++;
    const outer = this.#context;
    const text = this.#print(node, declarator);
    this.#context = outer;
    this.#depth--;
    if (text.length > MAX_LENGTH) throw new Unreadable(ENDLESS);
    return text;
  }

  #print(node: Node, declarator: string): string {
    switch (node.kind) {
      case "qualified":
      case "pointer":
      case "reference":
      case "functionType":
      case "array":
      case "memberPointer":
      case "vector":
      case "suffixed":
        return this.#declared(node, declarator);
      case "param":
        return this.#param(node, declarator);
      case "expansion":
        return this.#expansion(node, declarator);
      case "pack":
        return this.list(node.items) + declarator;
      case "builtin":
        return node.name + declarator;
      case "decltype":
        return `decltype (${this.name(node.expression)})${declarator}`;
      case "bitInt":
        return `${node.isSigned ? "" : "unsigned "}_BitInt(${this.name(node.size)})${declarator}`;
      default:
        return (this.#named(node) ?? printExpression(this, node)) + declarator;
    }
  }

  #named(node: Node): string | undefined {
    switch (node.kind) {
      case "text":
        return node.text;
      case "abbreviation":
        return this.#options.isFull ? node.full : node.short;
      case "nested": {
        const { scope, name } = node;
        // What its constructor is called would not be seen in the short form.
        const isFull = scope.kind === "abbreviation" && isStructor(name);
        return `${isFull ? scope.full : this.name(scope)}::${this.name(name)}`;
      }
      case "templated":
        return this.#templated(node.name, node.args);
      case "tagged":
        return `${this.name(node.name)}[abi:${node.tag}]`;
      case "moduled":
        return `${this.name(node.name)}@${node.module}`;
      case "structor":
        return (node.isDestructor ? "~" : "") + this.#baseName(node.of);
      case "operator":
        return (/^[a-z]/.test(node.text) ? "operator " : "operator") + node.text;
      case "conversion":
        return `operator ${this.name(node.type)}`;
      case "literalOperator":
        return `operator"" ${this.name(node.name)}`;
      case "lambda":
        return this.#lambda(node.params, node.number);
      case "unnamedType":
        return `{unnamed type#${node.number}}`;
      case "binding":
        return `[${this.list(node.names)}]`;
      case "local": {
        const within = node.defaultArgument > 0 ? `{default arg#${node.defaultArgument}}::` : "";
        return `${this.name(node.scope)}::${within}${this.name(node.name)}`;
      }
      case "function":
        return this.#function(node);
      case "special": {
        const within = node.within === undefined ? "" : `-in-${this.name(node.within)}`;
        return node.what + this.name(node.of) + within;
      }
      default:
        return undefined;
    }
  }

  #templated(name: Node, args: readonly Node[]): string {
    const text = this.name(name);
    const list = this.list(args);
    return `${text}${text.endsWith("<") ? " " : ""}<${list}${list.endsWith(">") ? " " : ""}>`;
  }

  #lambda(params: readonly Node[], number: number): string {
    const outer = this.#inLambda;
    this.#inLambda = true;
    const list = this.list(params);
    this.#inLambda = outer;
    return `{lambda(${list})#${number}}`;
  }

  #function(node: NameNode & { kind: "function" }): string {
    const outer = this.#context;
    const wasInLambda = this.#inLambda;
    if (node.args !== undefined) {
      this.#context = { args: node.args, outer };
      this.#inLambda = false;
    }
    const text = `${this.name(node.name)}(${this.list(node.params)})${node.qualifiers}`;
    const withReturn =
      this.#options.isFull && node.returns !== undefined ? this.type(node.returns, ` ${text}`) : text;
    this.#context = outer;
    this.#inLambda = wasInLambda;
    return withReturn;
  }

  /** What a constructor of a class is called: its last name alone. */
  #baseName(node: Node): string {
    let base = node;
    for (;;) {
      this.#spend();
      if (base.kind === "nested" || base.kind === "local" || base.kind === "templated") base = base.name;
      else if (base.kind === "tagged" || base.kind === "moduled") base = base.name;
      else if (base.kind === "abbreviation") return base.base;
      else return this.name(base);
    }
  }

  #declared(node: TypeNode, declarator: string): string {
    switch (node.kind) {
      case "qualified":
        return this.#qualified(node.type, node.qualifiers, declarator);
      case "pointer":
        return this.#pointer("*", this.#resolved(node.type), declarator);
      case "reference": {
        const { type, isRvalue } = this.#collapsed(node);
        return this.type(type, (isRvalue ? "&&" : "&") + declarator);
      }
      case "functionType": {
        const inner = declarator === "" ? "" : `(${declarator.trimStart()})`;
        const behind = node.qualifiers + this.#exception(node.exception);
        return this.type(node.returns, ` ${inner}(${this.list(node.params)})${behind}`);
      }
      case "array": {
        const size = node.size === undefined ? "" : this.name(node.size);
        // Of arrays of arrays: "int (*) [12][8]".
        if (declarator.endsWith("]")) return this.type(node.element, `${declarator}[${size}]`);
        const inner = declarator === "" ? "" : ` (${declarator.trimStart()})`;
        return this.type(node.element, `${inner} [${size}]`);
      }
      case "memberPointer":
        return this.#pointer(` ${this.name(node.of)}::*`, this.#resolved(node.member), declarator);
      case "vector":
        return this.type(node.element, ` __vector(${this.name(node.size)})${declarator}`);
      case "suffixed": {
        const args = node.args === undefined ? "" : `<${this.list(node.args)}>`;
        return this.type(node.type, node.suffix + args + declarator);
      }
      default:
        throw new Unreadable();
    }
  }

  /** `int (*(*)(char))(long)`, but `int* (*)(char)`. */
  #pointer(star: string, to: Node, declarator: string): string {
    const isClose = to.kind === "functionType" && declarator.startsWith(" (");
    return this.type(to, star + (isClose ? declarator.slice(1) : declarator));
  }

  /** Qualifiers of an array are its elements', each is shown once. */
  #qualified(type: Node, qualifiers: string, declarator: string): string {
    let inner = this.#resolved(type);
    let all = qualifiers;
    while (inner.kind === "qualified") {
      all = inner.qualifiers + all;
      inner = this.#resolved(inner.type);
    }
    const each = [...new Set(all.trim().split(" "))].map((word) => ` ${word}`).join("");
    if (inner.kind !== "array") return this.type(inner, each + declarator);
    const element: Node = { kind: "qualified", type: inner.element, qualifiers: each };
    return this.type({ kind: "array", element, size: inner.size }, declarator);
  }

  /** A reference to a reference is one (C++11, 8.3.2). */
  #collapsed(node: TypeNode & { kind: "reference" }): { type: Node; isRvalue: boolean } {
    let { isRvalue } = node;
    let type = this.#resolved(node.type);
    while (type.kind === "reference") {
      isRvalue &&= type.isRvalue;
      type = this.#resolved(type.type);
    }
    return { type, isRvalue };
  }

  #exception(exception: Exception | undefined): string {
    if (exception === undefined) return "";
    const operands = exception.operands === undefined ? "" : `(${this.list(exception.operands)})`;
    return ` ${exception.word}${operands}`;
  }

  #param(node: TypeNode & { kind: "param" }, declarator: string): string {
    if (this.#inLambda) return `auto:${node.index + 1}${declarator}`;
    return this.type(this.#resolved(node), declarator);
  }

  /**
   * What a parameter stands for; everything else is what it is. The answer is to be printed before anything else is: what it
   * means, the functions around tell.
   */
  #resolved(node: Node): Node {
    let one = node;
    while (one.kind === "param" && !this.#inLambda) {
      this.#spend();
      const arg = this.#context?.args[one.index];
      const picked: Node | undefined =
        arg?.kind === "pack" && this.#packIndex >= 0 ? arg.items[this.#packIndex] : arg;
      if (picked === undefined) throw new Unreadable();
      this.#context = this.#context?.outer;
      one = picked;
    }
    return one;
  }

  /** The pattern once for each argument of the pack in it. */
  #expansion(node: TypeNode & { kind: "expansion" }, declarator: string): string {
    const pack = this.packIn(node.pattern);
    if (pack === undefined) return `${this.#patternWithoutPack(node.pattern)}...${declarator}`;
    const outer = this.#packIndex;
    let text = "";
    for (let i = 0; i < pack.length; i++) {
      this.#packIndex = i;
      const one = this.name(node.pattern);
      text += text === "" ? one : `, ${one}`;
      if (text.length > MAX_LENGTH) throw new Unreadable(ENDLESS);
    }
    this.#packIndex = outer;
    return text + declarator;
  }

  #patternWithoutPack(pattern: Node): string {
    return pattern.kind === "text" || pattern.kind === "nested"
      ? this.name(pattern)
      : `(${this.name(pattern)})`;
  }

  /** The arguments of the first pack that a pattern names. */
  packIn(pattern: Node): readonly Node[] | undefined {
    const waiting: Node[] = [pattern];
    for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
      this.#spend();
      if (node.kind === "param") {
        const arg = this.#inLambda ? undefined : this.#context?.args[node.index];
        if (arg?.kind === "pack") return arg.items;
      }
      if (node.kind === "expansion" || node.kind === "lambda") continue;
      const parts = partsOf(node);
      for (let i = parts.length - 1; i >= 0; i--) {
        const part = parts[i];
        if (part !== undefined) waiting.push(part);
      }
    }
    return undefined;
  }

  #spend(): void {
    if (++this.#steps > MAX_STEPS) throw new Unreadable(ENDLESS);
  }
}

function isStructor(name: Node): boolean {
  let inner = name;
  while (inner.kind === "tagged" || inner.kind === "templated") inner = inner.name;
  return inner.kind === "structor";
}
