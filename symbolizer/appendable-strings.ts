/** A profile's strings, to which more are added. Indices given before stay, also where a file listed a string twice. */
export class AppendableStrings {
  readonly strings: string[];
  readonly #index = new Map<string, number>();

  constructor(strings: readonly string[]) {
    this.strings = strings.length === 0 ? [""] : strings.slice();
    for (let i = this.strings.length - 1; i >= 0; i--) this.#index.set(this.strings[i], i);
  }

  /** The index of `text`, added if it is new. */
  intern(text: string): number {
    const known = this.#index.get(text);
    if (known !== undefined) return known;
    const index = this.strings.push(text) - 1;
    this.#index.set(text, index);
    return index;
  }
}
