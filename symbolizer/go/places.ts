import type { Pclntab, PcTable } from "./pclntab.ts";

/** Long functions have some ten thousand; of a forged one the rest is not known. */
const MAX_RUNS = 1 << 18;

/** Numbers by address, unpacked: number i holds from where the one before ends (the first: from the function's beginning) to `ends[i]`. */
interface Runs {
  ends: number[];
  values: number[];
}

/** Where in the source each address of one function is, unpacked when it is first asked for. */
export class Places {
  readonly #table: Pclntab;
  readonly #index: number;
  readonly #runs = new Map<PcTable, Runs>();

  /** `index`: the function; -1: one that has no addresses. */
  constructor(table: Pclntab, index: number) {
    this.#table = table;
    this.#index = index;
  }

  /** Whether an address is the function's, and no filling behind it. */
  covers(address: number): boolean {
    if (this.#index < 0 || address < this.#table.starts[this.#index]) return false;
    return this.#find("line", address) >= 0;
  }

  /** 0: unknown. */
  line(address: number): number {
    return Math.max(0, this.#value("line", address));
  }

  /** "": unknown. */
  file(address: number): string {
    return this.#table.file(this.#index, this.#value("file", address));
  }

  /** Which inlined call of the function an address is of; -1: none. */
  inlined(address: number): number {
    return this.#value("inlined", address);
  }

  #value(which: PcTable, address: number): number {
    const run = this.#find(which, address);
    return run < 0 ? -1 : this.#unpacked(which).values[run];
  }

  /** The run that holds an address; -1: none. */
  #find(which: PcTable, address: number): number {
    const { ends } = this.#unpacked(which);
    let low = 0;
    let high = ends.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (ends[middle] <= address) low = middle + 1;
      else high = middle;
    }
    return low < ends.length ? low : -1;
  }

  #unpacked(which: PcTable): Runs {
    const known = this.#runs.get(which);
    if (known !== undefined) return known;
    const runs: Runs = { ends: [], values: [] };
    const values = this.#table.values(this.#index, which);
    while (runs.ends.length < MAX_RUNS && values.next()) {
      runs.ends.push(values.to);
      runs.values.push(values.value);
    }
    this.#runs.set(which, runs);
    return runs;
  }
}
