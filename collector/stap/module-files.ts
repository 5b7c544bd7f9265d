import { closeSync, openSync, readSync, writeSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { CollectorError } from "../contract.ts";
import type { ControlLine } from "./control.ts";

/** The kernel hands out a frame in pieces of any size; fewer calls are cheaper. */
const READ_BYTES = 256 * 1024;
const READY_LIMIT_MS = 20_000;
const LOOK_INTERVAL_MS = 20;

/** The files by which a loaded module is told what to do and gives its results: /proc/systemtap/NAME/. */
export class ModuleFiles {
  readonly #folder: string;
  readonly #control: number;
  readonly #buffer = new Uint8Array(READ_BYTES);

  private constructor(folder: string) {
    this.#folder = folder;
    this.#control = openSync(`${folder}/control`, "w");
  }

  /** Opens them once the module obeys: while it starts, SystemTap takes writes and drops them. Throws CollectorError. */
  static async open(folder: string): Promise<ModuleFiles> {
    const files = new ModuleFiles(folder);
    const end = performance.now() + READY_LIMIT_MS;
    for (;;) {
      if (files.read(0, () => {})) return files;
      if (performance.now() > end) {
        files.close();
        throw new CollectorError(
          "SystemTap's module was loaded and does not run",
          "Look at the last lines of `dmesg`.",
        );
      }
      await sleep(LOOK_INTERVAL_MS);
    }
  }

  /** One line a write: each is a probe of its own. */
  tell(line: ControlLine): void {
    writeSync(this.#control, `${line}\n`);
  }

  /**
   * Empties table `side` into `take`, one frame. The pieces are valid during the call only. False when SystemTap was
   * not able to run the probe that does it: then all is still there.
   */
  read(side: number, take: (bytes: Uint8Array) => void): boolean {
    const fd = openSync(`${this.#folder}/drain-${side}`, "r");
    try {
      let some = false;
      for (;;) {
        const bytes = readSync(fd, this.#buffer);
        if (bytes === 0) return some;
        some = true;
        take(this.#buffer.subarray(0, bytes));
      }
    } catch (error) {
      // SystemTap 5.6; older ones give an empty file.
      if ((error as NodeJS.ErrnoException).code === "EIO") return false;
      throw error;
    } finally {
      closeSync(fd);
    }
  }

  close(): void {
    closeSync(this.#control);
  }
}
