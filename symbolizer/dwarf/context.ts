import { DwarfDamage } from "./damage.ts";
import { WorkBudget } from "./work-budget.ts";

/** More sentences than these help nobody; the rest is counted. */
const MAX_PROBLEMS = 20;

/** What one look-up shares over all files that it reads: how much it may still do, and what went wrong. */
export class Context {
  budget = new WorkBudget(0, 0);
  #bytes = 0;
  readonly #problems = new Set<string>();
  #more = 0;

  /** Begins a look-up of so many addresses. */
  begin(addresses: number): void {
    this.budget = new WorkBudget(this.#bytes, addresses);
  }

  /** Takes into account that a section of so many bytes was opened. */
  addBytes(bytes: number): void {
    this.#bytes += bytes;
    this.budget.allow(bytes);
  }

  /** Sentences without their subject, as they are shown after a file's name. */
  problems(): string[] {
    const sentences = [...this.#problems];
    if (this.#more > 0) sentences.push(`has ${this.#more} more problems like these`);
    return sentences;
  }

  note(sentence: string): void {
    if (this.#problems.has(sentence)) return;
    if (this.#problems.size < MAX_PROBLEMS) this.#problems.add(sentence);
    else this.#more++;
  }

  /**
   * Runs one unit's, table's or set's part of the work. Whatever it throws is a problem of that part alone: forged
   * bytes may reach anything, as far as memory for a string that can't be had. `offset`: of the part, told where it is
   * not negative.
   */
  attempt<T>(part: string, otherwise: T, work: () => T, offset = -1): T {
    try {
      return work();
    } catch (error) {
      const what = error instanceof Error ? error.message : String(error);
      const where = offset < 0 ? part : `${part} at 0x${offset.toString(16)}`;
      this.note(
        error instanceof DwarfDamage
          ? `has damaged debug information (${what} in ${where})`
          : `has debug information that can't be read (${what} in ${where})`,
      );
      return otherwise;
    }
  }
}
