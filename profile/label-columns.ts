import type { LabelColumn } from "./profile.ts";

interface TextColumn {
  kind: "text";
  values: Int32Array;
}
interface NumberColumn {
  kind: "number";
  values: Float64Array;
}

/** The columns of one (kind, key, unit): the first for its first occurrence in a sample, and so on. */
interface Chain {
  kind: "text" | "number";
  key: number;
  unit: number;
  columns: (TextColumn | NumberColumn)[];
  /** The last row that bore the key, and how often it has. */
  row: number;
  used: number;
}

/** What one column costs to look at later; no real profile has more than some dozens. */
const MAX_COLUMNS = 1024;

/**
 * Turns labels that come sample by sample into columns. A column is one (kind, key, unit); a key that a sample bears
 * again goes to the next column of the same. Keys, units and texts are string indices. Rows must come in order.
 */
export class LabelColumns {
  readonly #sampleCount: number;
  readonly #cellLimit: number;
  readonly #chains = new Map<string, Chain>();
  /** Columns in the order they will have, each with its chain. */
  readonly #order: { chain: Chain; column: TextColumn | NumberColumn }[] = [];
  /** The chains of the previous row in the order of its labels: samples mostly bear the same keys in the same order. */
  readonly #expected: Chain[] = [];
  #row = -1;
  #position = 0;

  /** `cellLimit`: how many cells all columns may have together; `addText` and `addNumber` give false beyond it. */
  constructor(sampleCount: number, cellLimit = Number.POSITIVE_INFINITY) {
    this.#sampleCount = sampleCount;
    this.#cellLimit = cellLimit;
  }

  addText(row: number, key: number, text: number): boolean {
    const column = this.#column("text", row, key, 0);
    if (column?.kind !== "text") return false;
    column.values[row] = text;
    return true;
  }

  addNumber(row: number, key: number, unit: number, value: number): boolean {
    const column = this.#column("number", row, key, unit);
    if (column?.kind !== "number") return false;
    column.values[row] = value;
    return true;
  }

  finish(strings: readonly string[]): LabelColumn[] {
    return this.#order.map(({ chain, column }) =>
      column.kind === "text"
        ? { kind: "text", key: strings[chain.key], values: column.values }
        : { kind: "number", key: strings[chain.key], unit: strings[chain.unit], values: column.values },
    );
  }

  #column(
    kind: Chain["kind"],
    row: number,
    key: number,
    unit: number,
  ): TextColumn | NumberColumn | undefined {
    if (row !== this.#row) {
      this.#row = row;
      this.#position = 0;
    }
    let chain: Chain | undefined = this.#expected[this.#position];
    if (chain === undefined || chain.key !== key || chain.kind !== kind || chain.unit !== unit) {
      chain = this.#chain(kind, key, unit);
      this.#expected[this.#position] = chain;
    }
    this.#position++;
    if (chain.row !== row) {
      chain.row = row;
      chain.used = 0;
    }
    return chain.columns[chain.used++] ?? this.#addColumn(chain);
  }

  #chain(kind: Chain["kind"], key: number, unit: number): Chain {
    const identity = `${kind} ${key} ${unit}`;
    let chain = this.#chains.get(identity);
    if (chain === undefined) {
      chain = { kind, key, unit, columns: [], row: -1, used: 0 };
      this.#chains.set(identity, chain);
    }
    return chain;
  }

  #addColumn(chain: Chain): TextColumn | NumberColumn | undefined {
    const count = this.#order.length + 1;
    if (count > MAX_COLUMNS || count * this.#sampleCount > this.#cellLimit) return undefined;
    const column: TextColumn | NumberColumn =
      chain.kind === "text"
        ? { kind: "text", values: new Int32Array(this.#sampleCount) }
        : { kind: "number", values: new Float64Array(this.#sampleCount).fill(Number.NaN) };
    chain.columns.push(column);
    this.#order.push({ chain, column });
    return column;
  }
}
