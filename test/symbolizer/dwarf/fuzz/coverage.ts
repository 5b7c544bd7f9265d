import { Session } from "node:inspector";

/** Tells by V8's block coverage whether code was reached that had never been. */
export class Coverage {
  readonly #session = new Session();
  readonly #seen = new Set<string>();
  readonly #script: string;
  #watching = true;

  /** `script`: the URL of the bundle that holds the code under test; all else is not looked at. */
  constructor(script: string) {
    this.#script = script;
    this.#session.connect();
    this.#session.post("Profiler.enable");
    this.#session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
  }

  get blocks(): number {
    return this.#seen.size;
  }

  get watching(): boolean {
    return this.#watching;
  }

  /** Lets the engine optimize again. */
  stop(): void {
    this.#session.post("Profiler.stopPreciseCoverage");
    this.#session.post("Profiler.disable");
    this.#watching = false;
  }

  /** Blocks that ran, since the last call, for the first time of all. */
  takeNew(): Set<string> {
    const fresh = new Set<string>();
    for (const block of this.#take()) {
      if (this.#seen.has(block)) continue;
      this.#seen.add(block);
      fresh.add(block);
    }
    return fresh;
  }

  /** Removes from `blocks` those that ran since the last call; whether there were any. */
  takeFrom(blocks: Set<string>): boolean {
    let any = false;
    for (const block of this.#take()) any = blocks.delete(block) || any;
    return any;
  }

  #take(): string[] {
    const ran: string[] = [];
    // The call-back runs before `post` returns.
    this.#session.post("Profiler.takePreciseCoverage", (error, taken) => {
      if (error !== null) throw error;
      for (const { url, functions } of taken.result) {
        if (url !== this.#script) continue;
        for (const { ranges } of functions) {
          for (const { startOffset, endOffset, count } of ranges) {
            if (count > 0) ran.push(`${startOffset}-${endOffset}`);
          }
        }
      }
    });
    return ran;
  }
}
