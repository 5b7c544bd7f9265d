import { MangledText } from "../mangled-text.ts";
import { Unreadable } from "../unreadable.ts";
import type { Node } from "./nodes.ts";

/**
 * How a compiler writes the scope of a name that depends on a template (`sr`), which only the whole name tells: `std::is_same`
 * as a list of identifiers with an E behind it or as a type, and `N T_ 3foo E` as a type or as such a list.
 */
export interface ScopeStyle {
  identifiers: "list" | "type";
  nested: "list" | "type";
}

/** A name of the Itanium C++ ABI that is being read, with what it may refer back to. */
export class ItaniumText extends MangledText {
  readonly substitutions: Node[] = [];
  readonly style: ScopeStyle;
  /** Whether what is read is the type of a conversion operator, behind which its template arguments may follow. */
  isConversion = false;

  constructor(text: string, style: ScopeStyle) {
    super(text);
    this.style = style;
  }

  /** `[n] <number>`, as text. */
  signedNumber(): string {
    const sign = this.eat("n") ? "-" : "";
    return sign + this.digits();
  }

  /** `[<number>] _`, which counts 0 where the number is missing and from 1 on where it is not. */
  countedUnderscore(): number {
    const number = this.isDigit() ? this.number() + 1 : 0;
    this.expect("_");
    return number;
  }

  /** `[<seq-id>] _`: the same in base 36. */
  sequence(): number {
    if (this.eat("_")) return 0;
    const end = this.text.indexOf("_", this.at);
    const digits = end < 0 ? "" : this.text.slice(this.at, end);
    if (digits.length > 6 || !/^[0-9A-Z]+$/.test(digits)) throw new Unreadable();
    this.at = end + 1;
    return Number.parseInt(digits, 36) + 1;
  }

  /** `<number>` characters. */
  identifier(): string {
    const length = this.number();
    if (length === 0) throw new Unreadable();
    return this.characters(length);
  }

  /** Everything that `read` gives until an E. */
  untilE(read: () => Node): Node[] {
    const nodes: Node[] = [];
    while (!this.eat("E")) nodes.push(read());
    return nodes;
  }

  remember(node: Node): Node {
    this.substitutions.push(node);
    return node;
  }
}
