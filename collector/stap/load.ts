import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { CollectorError } from "../contract.ts";
import { commandPath } from "../modules/command-path.ts";
import { installPackages } from "../modules/distribution.ts";
import { Guard } from "./guard.ts";
import { STAPRUN_BUFFER_MEGABYTES } from "./limits.ts";
import type { LoadableFile } from "./module-file.ts";

/** A slow machine takes seconds to load a module. */
const LOADING_LIMIT_MS = 60_000;
const LOOK_INTERVAL_MS = 20;
/** What staprun says is kept for the table of errors. */
const MOST_LINES = 200;

/** staprun ended instead of running the module. */
export class LoadFailure extends Error {
  readonly said: string;

  constructor(said: string) {
    super("staprun ended");
    this.name = "LoadFailure";
    this.said = said;
  }
}

/** A module in the kernel, with the stapio that staprun becomes and the guard that removes it. */
export class LoadedModule {
  readonly name: string;
  /** Where its files are. */
  readonly folder: string;
  readonly #stapio: ChildProcess;
  readonly #guard: Guard;
  readonly #lines: string[] = [];
  /** How stapio ended; undefined while it runs. */
  ended: string | undefined;

  private constructor(file: LoadableFile, staprun: string, onLine: (line: string) => void) {
    this.name = file.name;
    this.folder = `/proc/systemtap/${file.name}`;
    // A session of its own: Ctrl-C in the terminal is for us, who still want to read what was counted.
    this.#stapio = spawn(staprun, ["-b", String(STAPRUN_BUFFER_MEGABYTES), file.path], {
      detached: true,
      stdio: ["ignore", "ignore", "pipe"],
      env: { ...process.env, LC_ALL: "C", LANGUAGE: "C" },
    });
    this.#stapio.once("error", (error) => this.#end(error.message));
    this.#stapio.once("close", (code, signal) =>
      this.#end(signal ? `killed by ${signal}` : `exit code ${code}`),
    );
    if (this.#stapio.stderr) {
      createInterface({ input: this.#stapio.stderr }).on("line", (line) => {
        if (this.#lines.length < MOST_LINES) this.#lines.push(line);
        onLine(line);
      });
    }
    this.#guard = new Guard(this.name, this.#stapio.pid ?? 0);
  }

  /** Loads a module and waits until its files are there. Throws LoadFailure, CollectorError. */
  static async load(file: LoadableFile, onLine: (line: string) => void): Promise<LoadedModule> {
    const staprun = commandPath("staprun");
    if (staprun === undefined) {
      throw new CollectorError(
        "SystemTap's staprun is not installed",
        installPackages(["systemtap-runtime"]),
      );
    }
    const module = new LoadedModule(file, staprun, onLine);
    try {
      await module.#arrival();
      return module;
    } catch (error) {
      module.release();
      throw error;
    } finally {
      rmSync(file.folder, { recursive: true, force: true });
    }
  }

  /** The first error that SystemTap told of, without its mark. */
  get complaint(): string | undefined {
    return this.#lines.find((line) => line.startsWith("ERROR: "))?.slice("ERROR: ".length);
  }

  /** Lets go of the module: the guard ends stapio and removes it, in some tenths of a second. */
  release(): void {
    this.#guard.release();
    this.#stapio.stderr?.destroy();
    this.#stapio.unref();
  }

  async #arrival(): Promise<void> {
    const end = performance.now() + LOADING_LIMIT_MS;
    while (!existsSync(`${this.folder}/control`)) {
      if (this.ended !== undefined) throw new LoadFailure(`${this.#lines.join("\n")}\n${this.ended}`);
      if (performance.now() > end) {
        throw new CollectorError(
          `the kernel did not load SystemTap's module within ${LOADING_LIMIT_MS / 1000} s`,
          "Look at the last lines of `dmesg`.",
        );
      }
      await sleep(LOOK_INTERVAL_MS);
    }
  }

  /** Without stapio the module would run on; the guard removes it at once. */
  #end(how: string): void {
    this.ended ??= how;
    this.#guard.release();
  }
}

/** The file of `WARNING: Missing unwind data for a module, rerun with 'stap -d FILE'`; undefined for other lines. */
export function missingUnwindData(line: string): string | undefined {
  const file = /Missing unwind data for a module, rerun with 'stap -d (\/[^']*)'/.exec(line)?.[1];
  return file;
}
