/** The key and value of one entry of a map, as bpftrace prints it. */
export interface MapEntry {
  /** `@`, `@on`. */
  map: string;
  /** The elements of the key that are stacks or empty (an empty stack prints nothing), in order: texts of frames. */
  stacks: number[][];
  words: string[];
  count: number;
}

/** Frames of one stack; bpftrace's own limit is 127 unless a script asks for more. */
const MAX_FRAMES = 2 ** 16;
/** Elements of one key. */
const MAX_ELEMENTS = 32;
const FIRST_LINE = /^(@\w*)\[(.*)$/s;
const LAST_LINE = /^(.*)\]: (-?\d{1,15})$/s;

/**
 * Puts an entry together from its lines. A stack begins and ends with a line break, and elements are joined by `, `,
 * so an element that is a stack leaves its traces at the ends of the lines around it:
 *
 *     @on[bash, , ⏎           bash, an empty stack, and a stack that begins
 *         main+12 ⏎
 *     , 7]: 5                 the stack has ended; 7
 */
export class EntryParser {
  #map = "";
  #stacks: number[][] = [];
  #words: string[] = [];
  /** Frames of the stack that is being read; undefined between stacks. */
  #open: number[] | undefined;
  isOpen = false;

  /** A line that is no frame. An entry when it ends one; undefined otherwise. */
  line(text: string): MapEntry | undefined {
    const first = FIRST_LINE.exec(text);
    if (first) {
      this.#reset();
      this.isOpen = true;
      this.#map = first[1];
      // A histogram: its bars follow, and no value.
      if (text.endsWith("]:")) this.#reset();
    }
    if (!this.isOpen) return undefined;
    const body = first ? first[2] : text.replace(/^, ?/, "");
    const last = LAST_LINE.exec(body);
    const isBareEnd = !first && last !== null && last[1] === "" && !text.startsWith(",");
    if (this.#open !== undefined) {
      this.#stacks.push(this.#open);
      this.#open = undefined;
    }
    if (!isBareEnd) this.#elements(last ? last[1] : body, last === null);
    if (last === null) {
      if (this.#words.length + this.#stacks.length > MAX_ELEMENTS) this.#reset();
      return undefined;
    }
    const entry = { map: this.#map, stacks: this.#stacks, words: this.#words, count: Number(last[2]) };
    this.#reset();
    return entry;
  }

  /** A frame of the stack that is being read, by whatever number tells its text. False when there is none. */
  frame(text: number): boolean {
    if (!this.isOpen) return false;
    this.#open ??= [];
    if (this.#open.length < MAX_FRAMES) this.#open.push(text);
    return true;
  }

  #elements(text: string, isContinued: boolean): void {
    const elements = text.split(/, ?/, MAX_ELEMENTS + 2);
    // What comes before a line break is where a stack begins.
    if (isContinued) elements.pop();
    for (const element of elements) {
      if (element === "") this.#stacks.push([]);
      else this.#words.push(element);
    }
  }

  #reset(): void {
    this.#map = "";
    this.#stacks = [];
    this.#words = [];
    this.#open = undefined;
    this.isOpen = false;
  }
}
