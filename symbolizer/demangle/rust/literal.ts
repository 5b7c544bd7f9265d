/** The character of a number of hexadecimal digits; undefined: there is none. */
export function characterOf(digits: string): string | undefined {
  const code = digits.length > 6 ? Number.NaN : Number.parseInt(digits || "0", 16);
  if (!(code <= 0x10ffff) || (code >= 0xd800 && code < 0xe000)) return undefined;
  return String.fromCodePoint(code);
}

/** Text of UTF-8, which two hexadecimal digits a byte tell; undefined: it is none. */
export function textOf(digits: string): string | undefined {
  if (digits.length % 2 !== 0) return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Buffer.from(digits, "hex"));
  } catch {
    return undefined;
  }
}

const ESCAPES = new Map([
  ["\0", "\\0"],
  ["\t", "\\t"],
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\\", "\\\\"],
]);
/** What is not seen, or only together with what is before it (Rust's `char::escape_debug`). */
const UNSEEN = /^[\p{C}\p{Z}\p{Grapheme_Extend}]$/u;

/** A character or a string as a literal of Rust (`{:?}`). */
export function quoted(text: string, quote: "'" | '"'): string {
  let out = quote as string;
  for (const character of text) {
    const short = character === quote ? `\\${quote}` : ESCAPES.get(character);
    if (short !== undefined) out += short;
    else if (character !== " " && UNSEEN.test(character)) {
      out += `\\u{${character.codePointAt(0)?.toString(16)}}`;
    } else out += character;
  }
  return out + quote;
}
