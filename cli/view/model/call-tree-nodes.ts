import type { CallTree } from "../../../profile/call-tree.ts";
import type { TreeNodes } from "./nodes.ts";

/** A call tree as nodes; a node is a row. */
export class CallTreeNodes implements TreeNodes {
  readonly first = 0;
  readonly #tree: CallTree;

  constructor(tree: CallTree) {
    this.#tree = tree;
  }

  firstChild(row: number): number {
    return row + 1 < this.#tree.subtreeEnd[row] ? row + 1 : -1;
  }

  nextSibling(row: number): number {
    const { parent, subtreeEnd } = this.#tree;
    const above = parent[row];
    return above >= 0 && subtreeEnd[row] < subtreeEnd[above] ? subtreeEnd[row] : -1;
  }

  parent(row: number): number {
    return this.#tree.parent[row];
  }

  depth(row: number): number {
    return this.#tree.depth[row];
  }

  hasChildren(row: number): boolean {
    return row + 1 < this.#tree.subtreeEnd[row];
  }

  frame(row: number): number {
    return this.#tree.frame[row];
  }

  self(row: number): number {
    return this.#tree.self[row];
  }

  total(row: number): number {
    return this.#tree.total[row];
  }

  subtreeEnd(row: number): number {
    return this.#tree.subtreeEnd[row];
  }
}
