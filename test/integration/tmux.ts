import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

/** Longer than anything takes on a machine that is busy with something else. */
const PATIENCE_MS = 20_000;

/** A terminal with a shell in it, as a person has it: tmux, with a server of its own that ends with the test. */
export class Tmux implements Disposable {
  readonly #socket = `stapflame-test-${randomBytes(6).toString("hex")}`;

  /** `env` goes to the shell. */
  constructor(columns: number, rows: number, env: Record<string, string> = {}) {
    const settings = { LANG: "C.UTF-8", LC_ALL: "C.UTF-8", TERM: "tmux-256color", PS1: "ready$ ", ...env };
    this.#tmux(
      "-f",
      "/dev/null",
      "new-session",
      "-d",
      "-x",
      `${columns}`,
      "-y",
      `${rows}`,
      [
        "env",
        ...Object.entries(settings).map(([name, value]) => `${name}='${value}'`),
        "bash --norc --noprofile -i",
      ].join(" "),
    );
  }

  /** Types a line of text and Enter. */
  line(text: string): void {
    this.#tmux("send-keys", "-l", text);
    this.keys("Enter");
  }

  /** Keys by the names that tmux has for them. */
  keys(...keys: string[]): void {
    this.#tmux("send-keys", ...keys);
  }

  /** What is to be seen, without blanks at the ends of lines. */
  screen(): string {
    return this.#tmux("capture-pane", "-p").trimEnd();
  }

  /** Waits until what is to be seen holds `text`, and gives it. */
  async shows(text: string | RegExp): Promise<string> {
    const end = performance.now() + PATIENCE_MS;
    for (;;) {
      const screen = this.screen();
      if (typeof text === "string" ? screen.includes(text) : text.test(screen)) return screen;
      if (performance.now() > end) throw new Error(`waited in vain for ${text} on this screen:\n${screen}`);
      await sleep(30);
    }
  }

  /** A fact of the terminal, such as `alternate_on`. */
  fact(name: string): string {
    return this.#tmux("display-message", "-p", `#{${name}}`).trim();
  }

  resize(columns: number, rows: number): void {
    this.#tmux("resize-window", "-x", `${columns}`, "-y", `${rows}`);
  }

  /** Closes the terminal, as a lost connection does. */
  close(): void {
    this.#tmux("kill-server");
  }

  [Symbol.dispose](): void {
    try {
      this.close();
    } catch {
      // It was closed by the test.
    }
  }

  #tmux(...args: string[]): string {
    return execFileSync("tmux", ["-L", this.#socket, ...args], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
  }
}
