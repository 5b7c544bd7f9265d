import { byId } from "./elements.ts";

/** Milliseconds that a sentence stays, at least and for each letter: long enough to read it twice. */
const STAYS = 4_000;
const STAYS_PER_LETTER = 80;

/** What just happened, in the page's live region: seen for a moment, and read by screen readers. */
export class Said {
  readonly #element = byId("said", HTMLElement);
  #timer: number | undefined;

  say(sentence: string): void {
    clearTimeout(this.#timer);
    this.#element.textContent = sentence;
    this.#timer = window.setTimeout(
      () => {
        this.#element.textContent = "";
      },
      Math.max(STAYS, sentence.length * STAYS_PER_LETTER),
    );
  }
}
