import type { Endless } from "./endless.ts";
import { MangledText, NotMangled, type ScopeStyle } from "./mangled-text.ts";
import type { Node } from "./nodes.ts";
import { parseEncoding } from "./parse-encoding.ts";
import { type PrintOptions, printName } from "./print.ts";

/**
 * The readable form of a name by the Itanium C++ ABI (`_Z…`), as c++filt writes it, but for what `options` leave out. undefined:
 * it is none, or nests deeper than 512 levels. Never throws.
 */
export function demangleItanium(mangled: string, options?: PrintOptions): string | Endless | undefined {
  if (!mangled.startsWith("_Z")) return undefined;
  for (const style of mangled.includes("sr") ? STYLES : ANY_STYLE) {
    const encoding = parse(mangled, style);
    if (encoding !== undefined) return printName(encoding, options);
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

function parse(mangled: string, style: ScopeStyle): Node | undefined {
  const text = new MangledText(mangled, style);
  text.at = 2;
  try {
    const encoding = parseEncoding(text);
    return text.isAtEnd ? encoding : undefined;
  } catch (error) {
    if (error instanceof NotMangled) return undefined;
    throw error;
  }
}
