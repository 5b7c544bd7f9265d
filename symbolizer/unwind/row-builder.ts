/**
 * Rows cost 10 bytes here and 3 or 4 packed; the largest programs have three million. It bounds what a forged file can ask
 * for.
 */
const MAX_ROWS = 1 << 24;
const FIRST_ROWS = 1 << 12;

/** Collects rows in order of address, and merges equal neighbours. */
export class RowBuilder {
  #starts = new Float64Array(FIRST_ROWS);
  #rules = new Uint16Array(FIRST_ROWS);
  #count = 0;
  /** Rows were dropped: there are too many. */
  full = false;

  /** From `start` on, which is not before the last row's, `rule` holds. Of several rows at one place the last counts. */
  add(start: number, rule: number): void {
    let count = this.#count;
    if (count > 0 && this.#starts[count - 1] === start) count--;
    if (count > 0 && this.#rules[count - 1] === rule) {
      this.#count = count;
      return;
    }
    if (count === this.#starts.length && !this.#grow()) {
      // Nothing is known from the last row on, as what would end it has no place.
      this.#rules[count - 1] = 0;
      return;
    }
    this.#starts[count] = start;
    this.#rules[count] = rule;
    this.#count = count + 1;
  }

  rows(): { starts: Float64Array; rules: Uint16Array } {
    return { starts: this.#starts.slice(0, this.#count), rules: this.#rules.slice(0, this.#count) };
  }

  #grow(): boolean {
    const size = 2 * this.#starts.length;
    if (size > MAX_ROWS) {
      this.full = true;
      return false;
    }
    const starts = new Float64Array(size);
    starts.set(this.#starts);
    this.#starts = starts;
    const rules = new Uint16Array(size);
    rules.set(this.#rules);
    this.#rules = rules;
    return true;
  }
}
