import { asMapped } from "./moved-code.ts";

/**
 * The executable mappings of a process over time: which one lay at an address at the time of a sample.
 *
 * Mappings arrive in about the order of time, and each hides what it covers from then on. After a fork the child sees
 * its parent's mappings as they were at that time; after an exec it sees none of its old ones.
 */
export interface Mapping {
  start: number;
  /** First address behind it. */
  end: number;
  /** Offset in the file of `start`. */
  fileOffset: number;
  inode: number;
  /** Path as the process saw it, or a name such as `[vdso]` or `//anon`. */
  file: string;
}

/** A mapping and the time in which it is valid: `from` ≤ nanosecond of the sample < `until`. */
export interface TimedMapping extends Mapping {
  from: number;
  /** Infinity while nothing has taken its place. */
  until: number;
}

export class AddressSpace {
  /** Valid now: sorted by start, not overlapping. */
  #active: TimedMapping[] = [];
  /** Covered since, in the order in which that happened. */
  #past: TimedMapping[] = [];
  readonly #parent: { space: AddressSpace; at: number } | undefined;
  /** Counts changes; what was looked up before one may be different after. */
  version = 0;

  /** `parent`: for a child of a fork at nanosecond `at`. */
  constructor(parent?: { space: AddressSpace; at: number }) {
    this.#parent = parent;
  }

  /** A mapping that came to be at nanosecond `from`. */
  add(mapping: Mapping, from: number): void {
    const { start, end } = mapping;
    if (!(end > start)) return;
    const first = this.#firstEndingAfter(start);
    const same = this.#active[first];
    if (same && same.start === start && same.end === end && isSamePart(same, mapping)) return;
    let last = first;
    let before: TimedMapping | undefined;
    let after: TimedMapping | undefined;
    for (; last < this.#active.length && this.#active[last].start < end; last++) {
      const covered = this.#active[last];
      if (from > covered.from) this.#past.push({ ...covered, until: from });
      if (covered.start < start) before = { ...covered, end: start };
      if (covered.end > end) {
        const fileOffset = covered.fileOffset + (end - covered.start);
        after = { ...covered, start: end, fileOffset };
      }
    }
    const mapped = asMapped(mapping, before ?? this.#active[first - 1], after ?? this.#active[last]);
    const added = { ...mapped, from, until: Number.POSITIVE_INFINITY };
    const pieces = [before, added, after].filter((piece) => piece !== undefined);
    this.#active.splice(first, last - first, ...pieces);
    this.version++;
  }

  /** The mapping that held `address` at nanosecond `time`; undefined when none is known. */
  find(address: number, time: number): TimedMapping | undefined {
    let space: AddressSpace = this;
    let when = time;
    // A loop, not recursion: a chain of forks without exec is as long as somebody made it.
    for (;;) {
      const own = space.#findOwn(address, when);
      if (own) return own;
      if (!space.#parent) return undefined;
      when = Math.min(when, space.#parent.at);
      space = space.#parent.space;
    }
  }

  /** A mapping of such a file that is valid now: its own, or one from before the fork. */
  mappingOf(isSuch: (file: string) => boolean): Mapping | undefined {
    for (let space: AddressSpace | undefined = this; space; space = space.#parent?.space) {
      const own = space.#active.findLast(({ file }) => isSuch(file));
      if (own) return own;
    }
    return undefined;
  }

  #findOwn(address: number, time: number): TimedMapping | undefined {
    const current = this.#active[this.#firstEndingAfter(address)];
    if (current && current.start <= address && current.from <= time) return current;
    for (let i = this.#past.length - 1; i >= 0; i--) {
      const past = this.#past[i];
      if (past.start <= address && address < past.end && past.from <= time && time < past.until) return past;
    }
    return undefined;
  }

  /** Index of the first active mapping whose end lies behind `address`. */
  #firstEndingAfter(address: number): number {
    let low = 0;
    let high = this.#active.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#active[middle].end > address) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

/** Whether two mappings begin with the same place of the same file. */
export function isSamePart(a: Mapping, b: Mapping): boolean {
  return a.inode === b.inode && a.fileOffset === b.fileOffset && a.file === b.file;
}
