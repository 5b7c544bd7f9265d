/** How much of a fuzzy search text is looked at: nobody types more. */
const MAX_LETTERS = 64;
/** Letters that are not at the beginnings of words must lie within this many times the text's length. */
const MAX_SPREAD = 3;

export interface FuzzyTest {
  kind: "test";
  test: (name: string) => boolean;
  /** Greater is better; 0 for a name that does not match. */
  rank: (name: string) => number;
}

/**
 * Names that have all letters of `text` in order, blanks apart, such that it is no accident: each letter follows the
 * one before or begins a word (`vpb` finds `vector::push_back` and `VertexPageBuffer`), or all are close together
 * (`mlc` finds `malloc`). The fewer pieces, the better; short names before long ones.
 */
export function fuzzyTest(text: string, matchCase: boolean): FuzzyTest | { kind: "empty" } {
  const letters = text.replace(/\s+/g, "").slice(0, MAX_LETTERS);
  if (letters === "") return { kind: "empty" };
  const wanted = matchCase ? letters : letters.toLowerCase();
  const rank = (name: string) => {
    const folded = matchCase ? name : name.toLowerCase();
    // Some letters change their length when folded; then boundaries are those of the folded name.
    const shape = folded.length === name.length ? name : folded;
    if (!isSubsequence(folded, wanted)) return 0;
    const pieces = fewestPieces(folded, shape, wanted);
    const brevity = 1 / (1 + name.length);
    if (pieces > 0) return 1 + 1 / pieces + brevity;
    const width = narrowestWindow(folded, wanted);
    return width <= MAX_SPREAD * wanted.length ? wanted.length / width + brevity / 2 : 0;
  };
  return { kind: "test", rank, test: (name) => rank(name) > 0 };
}

function isSubsequence(name: string, wanted: string): boolean {
  let from = 0;
  for (let at = 0; at < wanted.length; at++) {
    from = name.indexOf(wanted[at], from) + 1;
    if (from === 0) return false;
  }
  return true;
}

/** Of how many pieces that begin at words (the first too) the letters can be put together; 0 when they cannot. */
function fewestPieces(name: string, shape: string, wanted: string): number {
  const count = wanted.length;
  /** Pieces that the first i letters take, ending anywhere so far, or just before this place. */
  const anywhere = new Float64Array(count + 1).fill(Number.POSITIVE_INFINITY);
  const adjacent = new Float64Array(count + 1).fill(Number.POSITIVE_INFINITY);
  anywhere[0] = 0;
  for (let at = 0; at < name.length; at++) {
    const begins = beginsWord(shape, at);
    // From the last letter down, so that what is read is still of the place before.
    for (let i = count; i > 0; i--) {
      const fits = name[at] === wanted[i - 1];
      const begun = begins ? anywhere[i - 1] + 1 : Number.POSITIVE_INFINITY;
      adjacent[i] = fits
        ? Math.min(i > 1 ? adjacent[i - 1] : Number.POSITIVE_INFINITY, begun)
        : Number.POSITIVE_INFINITY;
      if (adjacent[i] < anywhere[i]) anywhere[i] = adjacent[i];
    }
  }
  return Number.isFinite(anywhere[count]) ? anywhere[count] : 0;
}

/** The length of the shortest part of the name that has all letters in order; there must be one. */
function narrowestWindow(name: string, wanted: string): number {
  const count = wanted.length;
  /** Where the narrowest part with the first i letters begins. */
  const begin = new Int32Array(count + 1).fill(-1);
  let narrowest = Number.POSITIVE_INFINITY;
  for (let at = 0; at < name.length; at++) {
    for (let i = count; i > 0; i--) {
      if (name[at] === wanted[i - 1]) begin[i] = i === 1 ? at : begin[i - 1];
    }
    if (name[at] === wanted[count - 1] && begin[count] >= 0) {
      narrowest = Math.min(narrowest, at - begin[count] + 1);
    }
  }
  return narrowest;
}

/** The first letter, one behind what is no letter or digit (`::`, `_`, `<`), a capital behind a small one, `2` of `x2`. */
function beginsWord(name: string, at: number): boolean {
  if (at === 0) return true;
  const before = classOf(name.charCodeAt(at - 1));
  const here = classOf(name.charCodeAt(at));
  if (here === Letter.none) return before !== Letter.none;
  return before !== here && !(before === Letter.capital && here === Letter.small);
}

const Letter = { none: 0, small: 1, capital: 2, digit: 3 } as const;

function classOf(code: number): number {
  if (code >= 0x61 && code <= 0x7a) return Letter.small;
  if (code >= 0x41 && code <= 0x5a) return Letter.capital;
  if (code >= 0x30 && code <= 0x39) return Letter.digit;
  // Letters of other alphabets are words without capitals here.
  return code >= 0x80 ? Letter.small : Letter.none;
}
