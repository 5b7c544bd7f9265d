import { type Colors, colorsFor } from "./colors.ts";
import { ellipsis } from "./words.ts";

export type Verbosity = "quiet" | "normal" | "verbose";

/** Seconds between two lines of progress where no line can be rewritten. */
const PLAIN_LINE_INTERVAL = 5;

/**
 * What people see. Progress and messages go to standard error. Results go to `results`: standard output, unless that
 * belongs to a launched command.
 */
export class Terminal {
  readonly #verbosity: Verbosity;
  readonly #results: NodeJS.WriteStream;
  /** Whether a line may be rewritten in place. */
  readonly #live: boolean;
  /** For standard error. */
  readonly #notes = colorsFor(process.stderr);
  /** For results. */
  readonly colors: Colors;
  #lineShown = false;
  #lastPlainLine = process.uptime();

  constructor(options: { verbosity: Verbosity; results: NodeJS.WriteStream; live: boolean }) {
    this.#verbosity = options.verbosity;
    this.#results = options.results;
    this.colors = colorsFor(options.results);
    this.#live = options.live && process.stderr.isTTY === true && process.env.TERM !== "dumb";
  }

  get width(): number {
    return Math.min(this.#results.columns ?? 100, 160);
  }

  /** Whether progress is a line that is rewritten in place. */
  get isLive(): boolean {
    return this.#live;
  }

  /** Replaces the live line; where there is none, prints a plain line now and then. `text` is asked for when it is shown. */
  progress(text: () => string): void {
    if (this.#verbosity === "quiet") return;
    if (this.#live) {
      process.stderr.clearLine(0);
      process.stderr.cursorTo(0);
      process.stderr.write(ellipsis(text(), (process.stderr.columns ?? 80) - 1));
      this.#lineShown = true;
      return;
    }
    const now = process.uptime();
    if (now - this.#lastPlainLine < PLAIN_LINE_INTERVAL) return;
    this.#lastPlainLine = now;
    process.stderr.write(`${text()}\n`);
  }

  clear(): void {
    if (!this.#lineShown) return;
    process.stderr.clearLine(0);
    process.stderr.cursorTo(0);
    this.#lineShown = false;
  }

  /** A line on standard error. */
  note(text: string): void {
    if (this.#verbosity === "quiet") return;
    this.clear();
    process.stderr.write(`${text}\n`);
  }

  warn(text: string): void {
    this.clear();
    process.stderr.write(`${this.#notes.yellow("warning:")} ${text}\n`);
  }

  detail(text: string): void {
    if (this.#verbosity === "verbose") this.note(this.#notes.dim(text));
  }

  /** A line of the result. */
  result(text = ""): void {
    if (this.#verbosity === "quiet") return;
    this.clear();
    this.#results.write(`${text}\n`);
  }
}
