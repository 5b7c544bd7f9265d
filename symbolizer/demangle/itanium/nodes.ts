/**
 * What a mangled C++ name means (Itanium C++ ABI, "External Names (a.k.a. Mangling)"), as a tree. Parts that the name
 * refers back to (substitutions) are shared, so the tree is a graph without cycles.
 */
export type Node = NameNode | TypeNode | ExpressionNode | Pack;

export type NameNode =
  /** An identifier, or other text that stands as it is. */
  | { kind: "text"; text: string }
  /** `Ss`, `Sa` …: in short (`std::string`), in full, and what its constructor is called. */
  | { kind: "abbreviation"; short: string; full: string; base: string }
  | { kind: "nested"; scope: Node; name: Node }
  | { kind: "templated"; name: Node; args: readonly Node[] }
  | { kind: "tagged"; name: Node; tag: string }
  /** Of a module of C++20: `name@module`. */
  | { kind: "moduled"; name: Node; module: string }
  /** A constructor or destructor of the class `of`. */
  | { kind: "structor"; isDestructor: boolean; of: Node }
  | { kind: "operator"; text: string }
  | { kind: "conversion"; type: Node }
  | { kind: "literalOperator"; name: Node }
  | { kind: "lambda"; params: readonly Node[]; number: number }
  | { kind: "unnamedType"; number: number }
  | { kind: "binding"; names: readonly Node[] }
  /** What is declared within a function; `defaultArgument` counts from 1 from the last one on, 0: in none. */
  | { kind: "local"; scope: Node; name: Node; defaultArgument: number }
  /** `args`: what template parameters stand for in it; undefined: as around it. */
  | {
      kind: "function";
      name: Node;
      returns: Node | undefined;
      params: readonly Node[];
      qualifiers: string;
      args: readonly Node[] | undefined;
    }
  /** `vtable for X`; with `within`, `construction vtable for X-in-Y`. */
  | { kind: "special"; what: string; of: Node; within: Node | undefined };

export type TypeNode =
  | { kind: "builtin"; name: string; code: string }
  | { kind: "qualified"; type: Node; qualifiers: string }
  | { kind: "pointer"; type: Node }
  /** `&` or `&&`. */
  | { kind: "reference"; type: Node; isRvalue: boolean }
  | {
      kind: "functionType";
      returns: Node;
      params: readonly Node[];
      qualifiers: string;
      exception: Exception | undefined;
    }
  | { kind: "array"; element: Node; size: Node | undefined }
  | { kind: "memberPointer"; of: Node; member: Node }
  | { kind: "vector"; element: Node; size: Node }
  /** A type with a word behind it: `_Complex`, a vendor's qualifier. */
  | { kind: "suffixed"; type: Node; suffix: string; args: readonly Node[] | undefined }
  | { kind: "decltype"; expression: Node }
  | { kind: "expansion"; pattern: Node }
  /** `T_`, `T0_` …: what it stands for, the function tells in which it is shown. */
  | { kind: "param"; index: number }
  | { kind: "bitInt"; isSigned: boolean; size: Node };

export interface Exception {
  word: "noexcept" | "throw" | "transaction_safe";
  operands: readonly Node[] | undefined;
}

/** Arguments for one parameter of a template: `J…E`. */
export interface Pack {
  kind: "pack";
  items: readonly Node[];
}

export type ExpressionNode =
  | { kind: "literal"; type: Node; value: string }
  | { kind: "unary"; operator: string; operand: Node; isPostfix: boolean }
  | { kind: "binary"; operator: string; left: Node; right: Node }
  | { kind: "index"; left: Node; right: Node }
  | { kind: "conditional"; condition: Node; yes: Node; no: Node }
  | { kind: "call"; callee: Node; args: readonly Node[] }
  /** `(T)x`, or with several operands `(T)(x, y)`. */
  | { kind: "cast"; type: Node; operands: readonly Node[] }
  | { kind: "namedCast"; name: string; type: Node; operand: Node }
  | { kind: "braced"; type: Node | undefined; items: readonly Node[] }
  /** `sizeof (T)` and its like. */
  | { kind: "ofType"; operator: string; type: Node }
  | { kind: "packLength"; operand: Node }
  | { kind: "argsLength"; operands: readonly Node[] }
  | { kind: "new"; text: string; placement: readonly Node[]; type: Node; init: readonly Node[] | undefined }
  | { kind: "fold"; operator: string; isLeft: boolean; pack: Node; init: Node | undefined }
  | { kind: "global"; operand: Node }
  | { kind: "destructorName"; type: Node };

/** What a node is made of. */
export function partsOf(node: Node): readonly (Node | undefined)[] {
  switch (node.kind) {
    case "text":
    case "abbreviation":
    case "operator":
    case "unnamedType":
    case "builtin":
    case "param":
      return [];
    case "nested":
    case "local":
      return [node.scope, node.name];
    case "templated":
      return [node.name, ...node.args];
    case "tagged":
    case "moduled":
    case "literalOperator":
      return [node.name];
    case "structor":
      return [node.of];
    case "conversion":
    case "qualified":
    case "pointer":
    case "reference":
    case "ofType":
    case "destructorName":
      return [node.type];
    case "lambda":
      return node.params;
    case "binding":
      return node.names;
    case "function":
      return [node.name, node.returns, ...node.params];
    case "special":
      return [node.of, node.within];
    case "functionType":
      return [node.returns, ...node.params];
    case "array":
      return [node.element, node.size];
    case "memberPointer":
      return [node.of, node.member];
    case "vector":
      return [node.element, node.size];
    case "suffixed":
      return [node.type, ...(node.args ?? [])];
    case "decltype":
      return [node.expression];
    case "expansion":
      return [node.pattern];
    case "bitInt":
      return [node.size];
    case "pack":
    case "braced":
      return node.items;
    case "literal":
      return [node.type];
    case "unary":
    case "packLength":
    case "global":
      return [node.operand];
    case "binary":
    case "index":
      return [node.left, node.right];
    case "conditional":
      return [node.condition, node.yes, node.no];
    case "call":
      return [node.callee, ...node.args];
    case "cast":
      return [node.type, ...node.operands];
    case "namedCast":
      return [node.type, node.operand];
    case "argsLength":
      return node.operands;
    case "new":
      return [...node.placement, node.type, ...(node.init ?? [])];
    case "fold":
      return [node.pack, node.init];
  }
}
