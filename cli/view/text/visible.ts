/**
 * Names come from binaries and `comm`, thus from anyone. Raw, an escape sequence in a name would drive the terminal and
 * an invisible character would hide or reorder text; here all of these become visible text.
 */

/** Controls, format characters (bidi, zero-width, tags), variation selectors, fillers, line separators, lone surrogates. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;
const BEYOND_ASCII = /[^\x20-\x7e]/gu;
const SHORT_FORMS = new Map([
  ["\t", "\\t"],
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\x1b", "\\e"],
]);

/** `text` with every character visible; with `ascii`, in ASCII alone. */
export function visibleText(text: string, ascii = false): string {
  if (/^[\x20-\x7e]*$/.test(text)) return text;
  const seen = text.replace(UNSEEN, escaped);
  return ascii ? seen.replace(BEYOND_ASCII, escaped) : seen;
}

/** `\n`, `\x07`, `\u{202e}`. */
function escaped(character: string): string {
  const short = SHORT_FORMS.get(character);
  if (short !== undefined) return short;
  const hex = (character.codePointAt(0) ?? 0).toString(16);
  return hex.length <= 2 ? `\\x${hex.padStart(2, "0")}` : `\\u{${hex}}`;
}
