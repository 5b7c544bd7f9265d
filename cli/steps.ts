import type { StartListener } from "../collector/contract.ts";
import type { Terminal } from "./terminal.ts";
import { printable } from "./words.ts";

/**
 * Where no line can be rewritten, a step is told only when it lasts longer than this: a little more than a second, so
 * that a step which counts its seconds has counted one.
 */
const PLAIN_AFTER_MS = 1200;

/** Tells the steps of work that may take its time: on a line that is rewritten, or the long ones as plain lines. */
export class Steps implements StartListener {
  readonly #terminal: Terminal;
  #step = "";
  #text = "";
  #timer: NodeJS.Timeout | undefined;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  progress(text: string): void {
    this.#text = printable(text);
    if (this.#terminal.isLive) {
      this.#terminal.progress(() => this.#text);
      return;
    }
    // The same step may be told again and again with other figures, such as the seconds it has taken.
    const step = text.replace(/\d+/g, "#");
    if (step === this.#step) return;
    this.#step = step;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#terminal.note(this.#text), PLAIN_AFTER_MS);
  }

  detail(text: string): void {
    this.#terminal.detail(printable(text));
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#terminal.clear();
  }
}
