/**
 * Template and generic arguments folded away: `std::map<int, std::vector<char>>::find` is read as `std::map<…>::find`, D's `sort!(int[]).sort` as
 * `sort!(…).sort`.
 * Names come from any compiler, and from attackers: whatever does not balance stays as it is.
 */

/** What stands for folded arguments in C++ and others, and in D. */
const FOLDED = "<…>";
const FOLDED_IN_D = "(…)";
/** Before D's arguments; C++ has an operator of that name. */
const D_TEMPLATE = /(?<!operator)!$/;

/** C++ operators that are written with angle brackets, the longest first. */
const ANGLE_OPERATORS = ["<=>", "<<=", ">>=", "->*", "<<", ">>", "<=", ">=", "->", "<", ">"];

const OPERATOR = "operator";

/** `name` with each outermost list of template arguments as `<…>`. Linear in its length. */
export function foldTemplates(name: string): string {
  if (!name.includes("<") && !name.includes("!(")) return name;
  const closes = matchingBrackets(name);
  let folded = "";
  let at = 0;
  while (at < name.length) {
    const operator = operatorAt(name, at);
    if (operator > 0) {
      folded += name.slice(at, at + operator);
      at += operator;
      continue;
    }
    const close = closes.get(at);
    const isD = name[at] === "(";
    if (close !== undefined && close > at + 1 && (isD || takesArguments(name, at))) {
      folded += isD ? FOLDED_IN_D : FOLDED;
      at = close + 1;
    } else {
      folded += name[at++];
    }
  }
  return folded;
}

/** Whether the `<` at `at` opens arguments of what is before it: a name, an operator, `::` (Rust's turbofish). */
function takesArguments(name: string, at: number): boolean {
  if (at === 0) return false;
  const before = name[at - 1];
  if (/[\w$\]~\u0080-\uffff]/u.test(before))
    return !/(^|[^\w$])(?:dyn|impl|as|for|mut|const)$/.test(name.slice(Math.max(0, at - 6), at));
  if (before === ":")
    return at >= 2 && name[at - 2] === ":" && !/^<(?:impl |dyn |[^<>]* as )/.test(name.slice(at, at + 200));
  // `operator<< <char>` and `operator() <int>`.
  return endsWithOperator(name, before === " " ? at - 1 : at);
}

/** Whether `name` has an operator that ends right before `end`. */
function endsWithOperator(name: string, end: number): boolean {
  const start = Math.max(0, end - OPERATOR.length - 3);
  const from = start + name.slice(start, end).lastIndexOf(OPERATOR);
  return from >= start && from + operatorAt(name, from) === end;
}

/** Length of `operator` and its symbol at `at`; 0 where there is none. */
function operatorAt(name: string, at: number): number {
  if (name[at] !== "o" || !name.startsWith(OPERATOR, at)) return 0;
  if (at > 0 && /[\w$]/.test(name[at - 1])) return 0;
  const symbol = at + OPERATOR.length;
  if (name.startsWith("()", symbol)) return OPERATOR.length + 2;
  const found = ANGLE_OPERATORS.find((each) => name.startsWith(each, symbol));
  if (found === undefined) return 0;
  // `operator<<char>`: `operator<` of `<char>`, unless what is left is no closed list.
  if (found === "<<" && !/^(?:[\s(<]|$)/.test(name.slice(symbol + 2, symbol + 3))) return OPERATOR.length + 1;
  return OPERATOR.length + found.length;
}

/** Where each `<` closes, and each `(` of D's templates. One in parentheses, brackets or braces closes there; `->` and operators close nothing. */
function matchingBrackets(name: string): Map<number, number> {
  const closes = new Map<number, number>();
  const open: number[] = [];
  /** How many of each bracket are open, so that a closing one without an opening one costs nothing. */
  const counts = new Map<string, number>();
  const count = (bracket: string, by: number) => counts.set(bracket, (counts.get(bracket) ?? 0) + by);
  for (let at = 0; at < name.length; at++) {
    const operator = operatorAt(name, at);
    if (operator > 0) {
      at += operator - 1;
      continue;
    }
    const character = name[at];
    if (character === "<" || character === "(" || character === "[" || character === "{") {
      open.push(at);
      count(character, 1);
    } else if (character === ">") {
      if (name[at - 1] === "-" || name[at - 1] === "=") continue;
      const last = open.at(-1);
      if (last === undefined || name[last] !== "<") continue;
      open.pop();
      count("<", -1);
      closes.set(last, at);
    } else if (character === ")" || character === "]" || character === "}") {
      const opener = character === ")" ? "(" : character === "]" ? "[" : "{";
      if ((counts.get(opener) ?? 0) === 0) continue;
      // What is still open inside was no bracket: the `<` of `(a < b)` has no end.
      for (let last = open.pop(); last !== undefined; last = open.pop()) {
        count(name[last], -1);
        if (name[last] !== opener) continue;
        if (opener === "(" && D_TEMPLATE.test(name.slice(Math.max(0, last - 9), last))) closes.set(last, at);
        break;
      }
    }
  }
  return closes;
}
