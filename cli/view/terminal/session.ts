import { writeSync } from "node:fs";
import type { ReadStream, WriteStream } from "node:tty";
import { KeyDecoder } from "./keys.ts";
import { ENTER_SCREEN, LEAVE_SCREEN } from "./screen.ts";

type Output = WriteStream & { fd: number };

/** An Esc with nothing behind it for so long is the key. Sequences over ssh mostly come in one packet. */
const ESCAPE_MS = 50;
/** A process that nothing can stop (an orphan, pid 1) goes on after this. */
const STOP_GRACE_MS = 100;
const DEADLY_SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"] as const;

export interface SessionListener {
  keys(keys: string[]): void;
  /** The size changed, or the screen shows something else by now. */
  redraw(): void;
  /** The terminal has gone. */
  gone(): void;
}

/**
 * Holds a terminal in raw mode and on its alternate screen, and gives it back as it was however the program ends:
 * by `stop`, an exception, `process.exit`, a deadly signal, or for a while by Ctrl-Z. (Not by SIGKILL: then the
 * shell's `reset` helps.)
 */
export class TerminalSession {
  readonly #input: ReadStream;
  readonly #output: Output;
  readonly #listener: SessionListener;
  readonly #decoder = new KeyDecoder();
  #escape: NodeJS.Timeout | undefined;
  #unstopped: NodeJS.Timeout | undefined;
  #isHeld = false;

  constructor(input: ReadStream, output: Output, listener: SessionListener) {
    this.#input = input;
    this.#output = output;
    this.#listener = listener;
  }

  start(): void {
    this.#input.setEncoding("utf8");
    this.#input.on("data", this.#onData).on("end", this.#onGone).on("error", this.#onGone);
    this.#output.on("resize", this.#onResize).on("error", this.#onGone);
    process.on("exit", this.#giveBack).on("uncaughtExceptionMonitor", this.#giveBack);
    for (const signal of DEADLY_SIGNALS) process.on(signal, this.#onDeadly);
    process.on("SIGTSTP", this.suspend).on("SIGCONT", this.#onContinue);
    this.#hold();
  }

  /** Gives the terminal back for good. */
  stop(): void {
    clearTimeout(this.#escape);
    clearTimeout(this.#unstopped);
    this.#giveBack();
    this.#input.off("data", this.#onData).off("end", this.#onGone).off("error", this.#onGone);
    this.#input.pause();
    this.#output.off("resize", this.#onResize).off("error", this.#onGone);
    process.off("exit", this.#giveBack).off("uncaughtExceptionMonitor", this.#giveBack);
    for (const signal of DEADLY_SIGNALS) process.off(signal, this.#onDeadly);
    process.off("SIGTSTP", this.suspend).off("SIGCONT", this.#onContinue);
  }

  write(text: string): void {
    if (this.#isHeld && text !== "") this.#output.write(text);
  }

  /** Stops the whole job, as Ctrl-Z does elsewhere, until the shell continues it. */
  readonly suspend = (): void => {
    this.#giveBack();
    process.off("SIGTSTP", this.suspend);
    // The group: sudo or npx may be waiting for us in front of the shell.
    process.kill(0, "SIGTSTP");
    this.#unstopped = setTimeout(this.#onContinue, STOP_GRACE_MS);
  };

  readonly #onContinue = (): void => {
    clearTimeout(this.#unstopped);
    // After SIGSTOP the screen is still held, as far as we know; but the shell has had the terminal meanwhile.
    if (!process.listeners("SIGTSTP").includes(this.suspend)) process.on("SIGTSTP", this.suspend);
    else if (this.#isHeld) this.#giveBack();
    this.#hold();
  };

  readonly #onDeadly = (signal: NodeJS.Signals): void => {
    this.stop();
    // So that the shell sees what ended us.
    process.kill(process.pid, signal);
  };

  readonly #onData = (text: string): void => {
    clearTimeout(this.#escape);
    const keys = this.#decoder.push(text);
    if (keys.length > 0) this.#listener.keys(keys);
    if (!this.#decoder.isWaiting) return;
    this.#escape = setTimeout(() => this.#listener.keys(this.#decoder.flush()), ESCAPE_MS);
  };

  readonly #onResize = (): void => this.#listener.redraw();

  readonly #onGone = (): void => {
    this.stop();
    this.#listener.gone();
  };

  #hold(): void {
    if (this.#isHeld) return;
    this.#isHeld = true;
    try {
      this.#input.setRawMode(true);
      this.#output.write(ENTER_SCREEN);
    } catch {
      this.#onGone();
      return;
    }
    this.#listener.redraw();
  }

  readonly #giveBack = (): void => {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    // Written at once: after `exit` nothing is sent any more. A terminal that has gone needs nothing.
    try {
      writeSync(this.#output.fd, LEAVE_SCREEN);
    } catch {}
    try {
      this.#input.setRawMode(false);
    } catch {}
  };
}
