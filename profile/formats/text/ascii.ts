/** What the readers of text ask about bytes. */
export const Ascii = {
  tab: 9,
  carriageReturn: 13,
  space: 32,
  hash: 35,
  paren: 40,
  closeParen: 41,
  plus: 43,
  minus: 45,
  dot: 46,
  slash: 47,
  zero: 48,
  nine: 57,
  colon: 58,
  semicolon: 59,
  at: 64,
  bracket: 91,
  closeBracket: 93,
} as const;

export function isDigit(byte: number): boolean {
  return byte >= Ascii.zero && byte <= Ascii.nine;
}

export function isBlank(byte: number): boolean {
  return byte === Ascii.space || byte === Ascii.tab || byte === Ascii.carriageReturn;
}

/** The value of a hexadecimal digit, or -1. */
export function hexDigit(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48;
  const lower = byte | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}

/** The first place from `start` on that is not blank; `end` when there is none. */
export function skipBlanks(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && isBlank(bytes[at])) at++;
  return at;
}

/** One past the last place before `end` that is not blank; `start` when there is none. */
export function trimEnd(bytes: Uint8Array, start: number, end: number): number {
  let at = end;
  while (at > start && isBlank(bytes[at - 1])) at--;
  return at;
}

/** Hexadecimal digits (at most 16) as a sign-extended 64-bit address; exact within ±2^53. NaN when they are none. */
export function parseAddress(text: string): number {
  if (!/^[0-9a-f]{1,16}$/i.test(text)) return Number.NaN;
  const low = Number.parseInt(text.slice(-8), 16);
  const high = text.length > 8 ? Number.parseInt(text.slice(0, -8), 16) | 0 : 0;
  return high * 2 ** 32 + low;
}
