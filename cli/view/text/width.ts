/** First and last code point. A table of them is in ascending order. */
type Range = readonly [first: number, last: number];

/**
 * How many cells of a terminal a character takes: 2 for East Asian wide and full-width ones and for emoji, 0 for marks
 * that combine with the character before, else 1. Of Unicode's EastAsianWidth.txt (W and F) the ranges are here; emoji
 * that are shown as such are known to the regular expression.
 */
const WIDE_RANGES: readonly Range[] = [
  [0x1100, 0x115f], // Hangul leading consonants
  [0x2329, 0x232a], // angle brackets
  [0x2e80, 0x303e], // CJK radicals, description, punctuation
  [0x3041, 0x33ff], // kana, Bopomofo, Hangul compatibility, CJK signs
  [0x3400, 0xa4cf], // CJK extension A, hexagrams, CJK, Yi
  [0xa960, 0xa97c], // Hangul leading consonants, extended
  [0xac00, 0xd7a3], // Hangul syllables
  [0xf900, 0xfaff], // CJK compatibility
  [0xfe10, 0xfe19], // vertical forms
  [0xfe30, 0xfe6b], // CJK compatibility and small forms
  [0xff01, 0xff60], // full-width forms
  [0xffe0, 0xffe6],
  [0x16fe0, 0x18d08], // Tangut, Khitan
  [0x1aff0, 0x1b2fb], // kana extensions, Nushu
  [0x1f200, 0x1f202], // squared CJK
  [0x1f210, 0x1f23b],
  [0x1f240, 0x1f248],
  [0x1f250, 0x1f251],
  [0x1f260, 0x1f265],
  [0x20000, 0x3fffd], // CJK extensions
];
/** Hangul vowels and trailing consonants, which are drawn into the syllable. */
const JOINED_RANGES: readonly Range[] = [
  [0x1160, 0x11ff],
  [0xd7b0, 0xd7fb],
];
/** One half of a flag each, which make two cells together. */
const HALF_FLAGS: readonly Range[] = [[0x1f1e6, 0x1f1ff]];
const EMOJI = /^\p{Emoji_Presentation}/u;
const COMBINING = /^[\p{Mn}\p{Me}]/u;

/** Cells of text that `visibleText` gave. */
export function textWidth(text: string): number {
  if (isPrintableAscii(text)) return text.length;
  let width = 0;
  for (const character of text) width += characterWidth(character.codePointAt(0) ?? 0);
  return width;
}

export function isPrintableAscii(text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text);
}

export function characterWidth(code: number): 0 | 1 | 2 {
  if (code < 0x300) return 1;
  const character = String.fromCodePoint(code);
  if (COMBINING.test(character) || isWithin(JOINED_RANGES, code)) return 0;
  if (isWithin(WIDE_RANGES, code)) return 2;
  return EMOJI.test(character) && !isWithin(HALF_FLAGS, code) ? 2 : 1;
}

function isWithin(ranges: readonly Range[], code: number): boolean {
  for (const [first, last] of ranges) {
    if (code < first) return false;
    if (code <= last) return true;
  }
  return false;
}
