/** A table of a thread as it is built: rows come one by one, columns are written as JSON. */
export class Columns<Name extends string> {
  readonly #columns: Record<Name, (number | boolean | null)[]>;
  length = 0;

  constructor(names: readonly Name[]) {
    this.#columns = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<
      Name,
      (number | boolean | null)[]
    >;
  }

  push(row: Record<Name, number | boolean | null>): number {
    for (const name of Object.keys(this.#columns) as Name[]) this.#columns[name].push(row[name]);
    return this.length++;
  }

  toJSON(): object {
    return { ...this.#columns, length: this.length };
  }
}
