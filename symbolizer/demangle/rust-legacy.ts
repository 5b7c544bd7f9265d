/** Behind the path there is always `17h`, a hash of 16 digits, `E`. */
const HASH_DIGITS = 16;
const END_LENGTH = HASH_DIGITS + "17hE".length;
/** A hash has about ten different digits; with fewer than this it is a C++ function that someone named so (libiberty's rule). */
const MIN_DISTINCT_DIGITS = 5;

/** What `$…$` stands for (rustc_symbol_mangling/src/legacy.rs), but for `$u…$`, any character by its number. */
const ESCAPES = new Map([
  ["SP", "@"],
  ["BP", "*"],
  ["RF", "&"],
  ["LT", "<"],
  ["GT", ">"],
  ["LP", "("],
  ["RP", ")"],
  ["C", ","],
]);
/** Of `10ffff`. */
const MAX_HEX_DIGITS = 6;

/**
 * The path that a symbol of rustc's legacy mangling means, without its hash: `_ZN4core3fmt5write17h0123456789abcdefE` is
 * `core::fmt::write`. The mangling is C++'s nested name with escapes in its identifiers. undefined: not exactly such a
 * name, from `_ZN` to `E`. Linear in the name's length, and less than twice as long.
 */
export function demangleRustLegacy(mangled: string): string | undefined {
  const end = mangled.length - END_LENGTH;
  if (!mangled.startsWith("_ZN") || !isHash(mangled, end)) return undefined;
  let out = "";
  for (let at = 3; at < end; ) {
    let length = 0;
    let digit = mangled.charCodeAt(at) - 48;
    // No identifier is empty, and no length begins with a 0.
    if (digit === 0) return undefined;
    while (digit >= 0 && digit <= 9) {
      length = 10 * length + digit;
      if (length > end) return undefined;
      digit = mangled.charCodeAt(++at) - 48;
    }
    if (length === 0 || at + length > end) return undefined;
    const isPlain = plainUntil(mangled, at, at + length);
    if (isPlain === undefined) return undefined;
    if (out !== "") out += "::";
    out += isPlain ? mangled.slice(at, at + length) : unescaped(mangled.slice(at, at + length));
    at += length;
  }
  return out === "" ? undefined : out;
}

/** Whether the name's end is here. */
function isHash(mangled: string, at: number): boolean {
  if (at < 0 || !mangled.startsWith("17h", at) || !mangled.endsWith("E")) return false;
  let seen = 0;
  for (let i = at + 3; i < at + 3 + HASH_DIGITS; i++) {
    const code = mangled.charCodeAt(i);
    if (code >= 48 && code <= 57) seen |= 1 << (code - 48);
    else if (code >= 97 && code <= 102) seen |= 1 << (code - 87);
    else return false;
  }
  let distinct = 0;
  for (; seen !== 0; seen &= seen - 1) distinct++;
  return distinct >= MIN_DISTINCT_DIGITS;
}

/** Whether there is nothing to unescape in an identifier; undefined: a character is none of an identifier. */
function plainUntil(mangled: string, start: number, end: number): boolean | undefined {
  let isPlain = true;
  for (let i = start; i < end; i++) {
    const code = mangled.charCodeAt(i);
    if (code === DOLLAR || code === DOT) isPlain = false;
    else if (!isWord(code) && code !== COLON && code !== DASH) return undefined;
  }
  return isPlain;
}

const DOLLAR = 36;
const DASH = 45;
const DOT = 46;
const COLON = 58;

function isWord(code: number): boolean {
  return (
    (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 57) || code === 95
  );
}

/** From the first escape that means nothing on, all stays as it is. */
function unescaped(identifier: string): string {
  let out = "";
  // An identifier must not begin with an escape.
  let at = identifier.startsWith("_$") ? 1 : 0;
  for (let from = at; ; from = at) {
    while (
      at < identifier.length &&
      identifier.charCodeAt(at) !== DOLLAR &&
      identifier.charCodeAt(at) !== DOT
    ) {
      at++;
    }
    out += identifier.slice(from, at);
    if (at === identifier.length) return out;
    if (identifier.charCodeAt(at) === DOT) {
      const isPath = identifier.charCodeAt(at + 1) === DOT;
      out += isPath ? "::" : ".";
      at += isPath ? 2 : 1;
      continue;
    }
    const end = identifier.indexOf("$", at + 1);
    const character = end < 0 ? undefined : escaped(identifier.slice(at + 1, end));
    if (character === undefined) return out + identifier.slice(at);
    out += character;
    at = end + 1;
  }
}

/** The character that an escape stands for, which is what is `inside` of its two `$`; undefined: none, or a control character. */
function escaped(inside: string): string | undefined {
  if (inside.charCodeAt(0) !== 117) return ESCAPES.get(inside);
  if (inside.length === 1 || inside.length > 1 + MAX_HEX_DIGITS) return undefined;
  let code = 0;
  for (let i = 1; i < inside.length; i++) {
    const digit = inside.charCodeAt(i);
    if (digit >= 48 && digit <= 57) code = 16 * code + digit - 48;
    else if (digit >= 97 && digit <= 102) code = 16 * code + digit - 87;
    else return undefined;
  }
  const isControl = code < 0x20 || (code >= 0x7f && code < 0xa0);
  const isSurrogate = code >= 0xd800 && code < 0xe000;
  return isControl || isSurrogate || code > 0x10ffff ? undefined : String.fromCodePoint(code);
}
