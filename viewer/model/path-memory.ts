import { hashOfRow, rowOfHash } from "../../profile/analysis/analysis.ts";
import type { CallTree } from "../../profile/call-tree.ts";

/**
 * Paths to rows as addresses name them. Finding a row by its path takes a pass over the tree; the rows that the page
 * itself went to are known.
 */
export class PathMemory {
  readonly #known = new WeakMap<CallTree, Map<string, number>>();

  hashOf(tree: CallTree, row: number): string {
    const hash = hashOfRow(tree, row);
    this.#rowsOf(tree).set(hash, row);
    return hash;
  }

  /** -1: the tree has no such path. */
  rowOf(tree: CallTree, hash: string): number {
    const rows = this.#rowsOf(tree);
    const row = rows.get(hash) ?? rowOfHash(tree, hash);
    rows.set(hash, row);
    return row;
  }

  #rowsOf(tree: CallTree): Map<string, number> {
    const rows = this.#known.get(tree) ?? new Map<string, number>();
    this.#known.set(tree, rows);
    return rows;
  }
}
