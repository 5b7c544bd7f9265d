import { ItaniumText, type ScopeStyle } from "./itanium/itanium-text.ts";
import { parseEncoding } from "./itanium/parse-encoding.ts";
import { type PrintOptions, printName } from "./itanium/print.ts";
import { answerOf, type Endless } from "./unreadable.ts";

/**
 * The readable form of a name by the Itanium C++ ABI (`_Z…`), as c++filt writes it, but for what `options` leave out. undefined:
 * it is none, or nests deeper than 512 levels. Never throws.
 */
export function demangleItanium(
  mangled: string,
  options: PrintOptions = { isFull: false },
): string | Endless | undefined {
  if (!mangled.startsWith("_Z")) return undefined;
  for (const style of mangled.includes("sr") ? STYLES : ANY_STYLE) {
    const answer = demangleIn(style, mangled, options);
    if (answer !== undefined) return answer;
  }
  return undefined;
}

/** GCC from 13 on, older GCC, clang. */
const STYLES: readonly ScopeStyle[] = [
  { identifiers: "list", nested: "type" },
  { identifiers: "type", nested: "type" },
  { identifiers: "list", nested: "list" },
];
const ANY_STYLE = STYLES.slice(0, 1);

function demangleIn(style: ScopeStyle, mangled: string, options: PrintOptions): string | Endless | undefined {
  const text = new ItaniumText(mangled, style);
  text.expect("_Z");
  return answerOf(() => {
    const encoding = parseEncoding(text);
    return text.isAtEnd ? printName(encoding, options) : undefined;
  });
}
