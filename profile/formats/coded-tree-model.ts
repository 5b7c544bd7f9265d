import type { TreeSize } from "./coded-tree.ts";

const END_CONTEXTS = 17;
/** Deeper rows tell no more by their depth of where the next stack begins. */
const MAX_DEPTH = 31;
const MAX_BESIDE = 3;
const SIZE_CLASSES = 16;
const USE_CLASSES = 8;

/** Contexts of a tree's symbols, one kind after another. */
const LEVELS = END_CONTEXTS;
const NEW = LEVELS + MAX_DEPTH + 1;
const BACK = NEW + USE_CLASSES * SIZE_CLASSES;
const PLACE = BACK + 1;
export const TREE_CONTEXTS = PLACE + SIZE_CLASSES * (MAX_BESIDE + 1);

/** What is known of a caller, side by side as a look at it costs what its cache misses cost. */
const Known = { callees: 0, listStart: 1, uses: 2, ends: 3 } as const;
const KNOWN = 4;

/**
 * What makes the next symbols of a tree likely: the same for who writes and who reads it (`coded-tree.ts`), row by row. A
 * caller is 0 for what calls the roots, else its location + 1. Its callees are a list in which one that is called
 * again moves one place to the front, so that frequent ones come to have low places.
 */
export class TreeModel {
  /** By caller: `Known`. Of `ends` 16 × how often it was met + how often it ended a stack, both halved at 15. */
  readonly #known: Int32Array;
  /** By row + 1: how many rows are below it so far, at most MAX_BESIDE. */
  readonly #below: Uint8Array;
  /** Lists of 1, 2, 4 … places; one that is full moves behind all others. Together they take less than four times the calls. */
  readonly #lists: Int32Array;
  #listsEnd = 0;

  constructor({ rows, locations, calls }: TreeSize) {
    this.#known = new Int32Array((locations + 1) * KNOWN);
    this.#below = new Uint8Array(rows + 1);
    this.#lists = new Int32Array(4 * calls);
  }

  calleesOf(caller: number): number {
    return this.#known[caller * KNOWN + Known.callees];
  }

  /** Adds a callee to the caller's list, at the end. */
  addCallee(caller: number, callee: number): void {
    const at = caller * KNOWN;
    const count = this.#known[at + Known.callees]++;
    // Full at each power of two, and with nothing.
    if ((count & (count - 1)) === 0) {
      const from = this.#known[at + Known.listStart];
      this.#lists.copyWithin(this.#listsEnd, from, from + count);
      this.#known[at + Known.listStart] = this.#listsEnd;
      this.#listsEnd += count === 0 ? 1 : 2 * count;
    }
    this.#lists[this.#known[at + Known.listStart] + count] = callee;
  }

  /** The callee at a place of the caller's list. */
  calleeAt(caller: number, place: number): number {
    return this.#lists[this.#known[caller * KNOWN + Known.listStart] + place];
  }

  /** The same, which moves one place to the front. */
  callAgain(caller: number, place: number): number {
    const at = this.#known[caller * KNOWN + Known.listStart] + place;
    const callee = this.#lists[at];
    if (place > 0) {
      this.#lists[at] = this.#lists[at - 1];
      this.#lists[at - 1] = callee;
    }
    return callee;
  }

  /** Of whether a row ends its stack. */
  endContext(caller: number): number {
    return END_CONTEXT[this.#known[caller * KNOWN + Known.ends]];
  }

  learnEnd(caller: number, isEnd: number): void {
    const at = caller * KNOWN + Known.ends;
    const known = this.#known[at];
    this.#known[at] = (known >= 240 ? (known >> 1) & 0x77 : known) + 16 + isEnd;
  }

  /** Of how many levels are left when a row at this depth has ended its stack. */
  levelsContext(depth: number): number {
    return LEVELS + (depth < MAX_DEPTH ? depth : MAX_DEPTH);
  }

  /** Of whether a row is new to its caller: by how often that called, how many others, and whether one is beside the row. */
  newContext(caller: number, parent: number): number {
    const uses = 31 - Math.clz32(this.#known[caller * KNOWN + Known.uses]);
    const beside = this.#below[parent + 1] > 0 ? 1 : 0;
    const size = this.#sizeClass(caller) >> 1;
    return NEW + ((uses < USE_CLASSES ? uses : USE_CLASSES - 1) * SIZE_CLASSES + 2 * size + beside);
  }

  /** Of how far back a location is that is new to its caller. */
  readonly backContext = BACK;

  /** Of its place, else: by how many callees the caller has, and how many of them are beside the row and so cannot be it. */
  placeContext(caller: number, parent: number): number {
    return PLACE + this.#sizeClass(caller) * (MAX_BESIDE + 1) + this.#below[parent + 1];
  }

  learnRow(caller: number, parent: number): void {
    this.#known[caller * KNOWN + Known.uses]++;
    if (this.#below[parent + 1] < MAX_BESIDE) this.#below[parent + 1]++;
  }

  #sizeClass(caller: number): number {
    const count = this.#known[caller * KNOWN + Known.callees];
    return SIZE_CLASS[count < 255 ? count : 255];
  }
}

/** By what is known of a location's ends: its share of ends in eighths, apart for few and many; 0 for nothing known. */
const END_CONTEXT = Uint8Array.from({ length: 256 }, (_, known) => {
  const [met, ended] = [known >> 4, known & 15];
  if (met === 0) return 0;
  return Math.min(END_CONTEXTS - 1, 1 + Math.min(7, Math.floor((8 * ended) / met)) + (met < 5 ? 0 : 8));
});

/** 0, 1, 2, 3, then two classes an octave. */
const SIZE_CLASS = Uint8Array.from({ length: 256 }, (_, count) => {
  if (count < 4) return count;
  const octave = 31 - Math.clz32(count);
  return Math.min(SIZE_CLASSES - 1, 2 * octave + ((count >> (octave - 1)) & 1));
});
