import { spawn } from "node:child_process";

/** Programs that run until this is disposed of, and what must be tidied up behind them. `pids` are those that work. */
export class Running implements AsyncDisposable {
  readonly pids: number[] = [];
  /** That of them which a debugger may look at; undefined: the first. */
  judged: number | undefined;
  readonly #ends: (() => Promise<void> | void)[] = [];

  /** One program alone. */
  static of(...command: string[]): Running {
    const running = new Running();
    running.pids.push(running.start(command));
    return running;
  }

  /** Starts a program, which `signal` will end; gives its PID. */
  start(command: readonly string[], signal: NodeJS.Signals = "SIGKILL"): number {
    const [program, ...args] = command;
    const child = spawn(program, args, { stdio: "ignore" });
    const ended = new Promise<void>((resolve) => {
      child.once("exit", () => resolve());
      child.once("error", () => resolve());
    });
    if (child.pid === undefined) throw new Error(`${program} did not start`);
    this.atEnd(async () => {
      child.kill(signal);
      await ended;
    });
    return child.pid;
  }

  /** What is told last is done first. */
  atEnd(act: () => Promise<void> | void): void {
    this.#ends.unshift(act);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const end of this.#ends.splice(0)) await end();
  }
}

/** Starts several programs by `begin`; when that fails, those that run already are ended. */
export async function startAll(begin: (running: Running) => Promise<void>): Promise<Running> {
  const running = new Running();
  try {
    await begin(running);
    return running;
  } catch (error) {
    await running[Symbol.asyncDispose]();
    throw error;
  }
}
