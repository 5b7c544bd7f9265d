/**
 * Interns strings to dense indices. Index 0 is always the empty string, as pprof demands.
 */
export class StringTable {
  readonly strings: string[] = [""];
  readonly #index = new Map<string, number>([["", 0]]);

  /** The index of `text`, added if it is new. */
  intern(text: string): number {
    const known = this.#index.get(text);
    if (known !== undefined) return known;
    const index = this.strings.length;
    this.strings.push(text);
    this.#index.set(text, index);
    return index;
  }

  get size(): number {
    return this.strings.length;
  }
}
