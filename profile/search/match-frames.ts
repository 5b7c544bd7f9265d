import type { FrameTable } from "../frames.ts";
import type { Search } from "./search-text.ts";

type Test = Extract<Search, { kind: "test" }>;

/** 1 for each frame whose name matches; each distinct name is tested once. */
export function framesMatching(frames: FrameTable, search: Test): Uint8Array {
  const matching = new Matching(frames, search);
  matching.run(Number.POSITIVE_INFINITY);
  return matching.found;
}

/** Names tested between two looks at the clock. */
const BATCH = 256;

/** As `framesMatching`, in pieces, for names so many that a page would be felt to stand still. */
export class Matching {
  /** 1 for each frame that was found so far. */
  readonly found: Uint8Array;
  readonly #frames: FrameTable;
  readonly #search: Test;
  /** By string index: 0 not tested, 1 no match, 2 match. */
  readonly #known: Uint8Array;
  #next = 0;

  constructor(frames: FrameTable, search: Test) {
    this.#frames = frames;
    this.#search = search;
    this.found = new Uint8Array(frames.length);
    this.#known = new Uint8Array(frames.strings.length);
  }

  /** Goes on until `deadline` (of `performance.now()`, milliseconds) or the end; whether it is done. */
  run(deadline: number, now: () => number = () => 0): boolean {
    const { length, name, strings } = this.#frames;
    while (this.#next < length) {
      const end = Math.min(length, this.#next + BATCH);
      for (; this.#next < end; this.#next++) {
        const text = name[this.#next];
        if (this.#known[text] === 0) this.#known[text] = this.#search.test(strings[text]) ? 2 : 1;
        this.found[this.#next] = this.#known[text] - 1;
      }
      if (now() >= deadline) break;
    }
    return this.#next === length;
  }
}
