import type { CallTree } from "../call-tree.ts";

/** Which rows of a call tree a table of it shows: those all of whose callers are expanded. */
export class VisibleRows {
  readonly tree: CallTree;
  readonly #expanded: Uint8Array;
  #rows: Int32Array | undefined;

  /** At first the root is expanded. */
  constructor(tree: CallTree) {
    this.tree = tree;
    this.#expanded = new Uint8Array(tree.length);
    this.#expanded[0] = 1;
  }

  /** In reading order. */
  get rows(): Int32Array {
    if (this.#rows !== undefined) return this.#rows;
    const { length, subtreeEnd } = this.tree;
    const rows = new Int32Array(length);
    let count = 0;
    for (let row = 0; row < length; row = this.#expanded[row] === 1 ? row + 1 : subtreeEnd[row]) {
      rows[count++] = row;
    }
    this.#rows = rows.slice(0, count);
    return this.#rows;
  }

  /** The place of a row in `rows`; of one that is not shown, that of its innermost shown caller. */
  placeOf(row: number): number {
    const { rows } = this;
    let low = 0;
    let high = rows.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (rows[middle] <= row) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  hasChildren(row: number): boolean {
    return this.tree.subtreeEnd[row] > row + 1;
  }

  isExpanded(row: number): boolean {
    return this.#expanded[row] === 1 && this.hasChildren(row);
  }

  setExpanded(row: number, expanded: boolean): void {
    this.#expanded[row] = expanded ? 1 : 0;
    this.#rows = undefined;
  }

  /** Expands or folds a row and all below it. */
  setAllExpanded(row: number, expanded: boolean): void {
    this.#expanded.fill(expanded ? 1 : 0, row, this.tree.subtreeEnd[row]);
    this.#rows = undefined;
  }

  /** Expands the callers of a row, so that it is shown. */
  reveal(row: number): void {
    for (let up = this.tree.parent[row]; up >= 0; up = this.tree.parent[up]) this.#expanded[up] = 1;
    this.#rows = undefined;
  }

  /** Expands from a row on along its heaviest callees, until no callee has half of its caller; the last row. */
  expandHeaviest(row: number): number {
    const { tree } = this;
    let at = row;
    while (this.hasChildren(at)) {
      this.#expanded[at] = 1;
      let best = at + 1;
      for (let child = at + 1; child < tree.subtreeEnd[at]; child = tree.subtreeEnd[child]) {
        if (tree.total[child] > tree.total[best]) best = child;
      }
      const goesOn = tree.total[best] * 2 >= tree.total[at];
      at = best;
      if (!goesOn) break;
    }
    this.#rows = undefined;
    return at;
  }
}
