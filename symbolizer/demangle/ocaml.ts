/** Behind `caml` a unit's name, which begins with a capital; what the runtime is made of goes on with `_`. */
const SHAPE = /^caml[A-Z][\w.$']*$/;
/** Between modules, and before the function; with OCaml 5.1 the latter became a dot. */
const SEPARATOR = /__/g;
const ESCAPE = /\$([0-9a-f]{2})/g;
const FIRST_PRINTABLE = 0x21;
const BEHIND_PRINTABLE = 0x7f;

/**
 * The path that a symbol of OCaml's compiler means: `camlStdlib__Map__add_200` is `Stdlib.Map.add_200`, `camlWork__$2b$2b_12` is
 * `Work.++_12`. The number stays, for it tells functions of one name apart. undefined: not such a symbol.
 */
export function demangleOcaml(symbol: string): string | undefined {
  if (!SHAPE.test(symbol)) return undefined;
  return symbol
    .slice("caml".length)
    .replace(SEPARATOR, ".")
    .replace(ESCAPE, (escaped, digits: string) => {
      const code = Number.parseInt(digits, 16);
      return code >= FIRST_PRINTABLE && code < BEHIND_PRINTABLE ? String.fromCharCode(code) : escaped;
    });
}
