import { FEWEST_QUICK_FRAMES, MOST_QUICK_FRAMES, QUICK_FRAMES, QUICK_PICTURE } from "./limits.ts";

/** Pictures that are remembered: a hiccup in two of them changes nothing. */
const REMEMBERED = 5;
/** As many are needed before they count; the first of a page is slow on any machine. */
const NEEDED = 3;

/**
 * How many frames a machine draws at once without anybody waiting for them, as its pictures so far tell: on a slow one fewer, on a fast
 * one more. A picture of few frames that was quick says nothing against more; one that took too long says what would not have.
 */
export class QuickFrames {
  /** What each of the last pictures spoke for, the latest last. */
  readonly #spokenFor: number[] = [];

  /** The bound of the next picture. */
  get bound(): number {
    if (this.#spokenFor.length < NEEDED) return QUICK_FRAMES;
    const sorted = this.#spokenFor.toSorted((a, b) => a - b);
    return sorted[sorted.length >> 1];
  }

  /** A picture of so many frames has taken so many milliseconds of work. */
  took(frames: number, ms: number): void {
    const fitting = Math.round((frames * QUICK_PICTURE) / Math.max(ms, 1));
    const spoken = ms > QUICK_PICTURE ? fitting : Math.max(fitting, this.bound);
    this.#spokenFor.push(Math.min(Math.max(spoken, FEWEST_QUICK_FRAMES), MOST_QUICK_FRAMES));
    if (this.#spokenFor.length > REMEMBERED) this.#spokenFor.shift();
  }
}
