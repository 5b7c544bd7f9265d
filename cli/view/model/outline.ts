import { GrowableInt32 } from "../../../profile/growable.ts";
import type { TreeNodes } from "./nodes.ts";

/**
 * Which nodes of a tree are to be seen, as a list from top to bottom. Opening and closing a node cuts into that list
 * once, whatever the size of the tree.
 */
export class Outline {
  readonly nodes: TreeNodes;
  #shown = new Int32Array(1024);
  #length = 0;
  /** 1 for each node whose children are to be seen once it is seen itself. */
  #open = new Uint8Array(1024);

  constructor(nodes: TreeNodes) {
    this.nodes = nodes;
    for (let node = nodes.first; node >= 0; node = nodes.nextSibling(node)) this.#append(node);
  }

  get length(): number {
    return this.#length;
  }

  /** The node at a place of the list. */
  at(index: number): number {
    return this.#shown[index];
  }

  /** The place of a node that is shown; -1 when it is not. */
  indexOf(node: number): number {
    return this.#shown.subarray(0, this.#length).indexOf(node);
  }

  isOpen(node: number): boolean {
    return node < this.#open.length && this.#open[node] === 1;
  }

  open(index: number): void {
    const node = this.#shown[index];
    if (this.isOpen(node) || !this.nodes.hasChildren(node)) return;
    this.#setOpen(node);
    this.#insertBelow(index);
  }

  close(index: number): void {
    const node = this.#shown[index];
    if (!this.isOpen(node)) return;
    this.#open[node] = 0;
    const end = this.#endBelow(index);
    this.#shown.copyWithin(index + 1, end, this.#length);
    this.#length -= end - index - 1;
  }

  /** Opens everything below, where all of it exists; false where it does not. */
  openSubtree(index: number): boolean {
    const node = this.#shown[index];
    const end = this.nodes.subtreeEnd?.(node);
    if (end === undefined) return false;
    this.close(index);
    this.#reserveFlags(end);
    this.#open.fill(1, node, end);
    const below = new Int32Array(end - node - 1);
    for (let at = 0; at < below.length; at++) below[at] = node + 1 + at;
    this.#insert(index + 1, below);
    return true;
  }

  /** Closes everything below, so that opening the node again shows its children alone. */
  closeSubtree(index: number): void {
    const node = this.#shown[index];
    const end = this.nodes.subtreeEnd?.(node);
    if (end !== undefined) this.#open.fill(0, node + 1, end);
    else {
      const endBelow = this.#endBelow(index);
      for (let at = index + 1; at < endBelow; at++) this.#open[this.#shown[at]] = 0;
    }
    this.close(index);
  }

  /** Opens all that hides a node, and gives its place. */
  reveal(node: number): number {
    let topmostClosed = -1;
    for (let above = this.nodes.parent(node); above >= 0; above = this.nodes.parent(above)) {
      if (!this.isOpen(above)) topmostClosed = above;
    }
    if (topmostClosed >= 0) {
      for (let above = this.nodes.parent(node); above >= 0; above = this.nodes.parent(above)) {
        this.#setOpen(above);
      }
      this.#insertBelow(this.indexOf(topmostClosed));
    }
    return this.indexOf(node);
  }

  /**
   * Opens the way of the greatest weight, down to where a function's own weight is more than that of any callee, at most
   * `levels` deep. Gives the node where it ends.
   */
  openHeaviest(index: number, levels: number): number {
    const { nodes } = this;
    let node = this.#shown[index];
    for (let level = 0; level < levels; level++) {
      const child = nodes.firstChild(node);
      if (child < 0 || (level > 0 && nodes.self(node) >= nodes.total(child))) break;
      node = child;
    }
    this.reveal(node);
    return node;
  }

  #append(node: number): void {
    if (this.#length === this.#shown.length) this.#reserveRows(this.#length + 1);
    this.#shown[this.#length++] = node;
  }

  /** One past the place of the last node below the one at `index`. */
  #endBelow(index: number): number {
    const node = this.#shown[index];
    const endNode = this.nodes.subtreeEnd?.(node);
    let low = index + 1;
    if (endNode === undefined) {
      const depth = this.nodes.depth(node);
      while (low < this.#length && this.nodes.depth(this.#shown[low]) > depth) low++;
      return low;
    }
    // Where subtrees are ranges, nodes are shown in their order.
    for (let high = this.#length; low < high; ) {
      const middle = (low + high) >>> 1;
      if (this.#shown[middle] < endNode) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Puts what is to be seen below the open node at `index` behind it. */
  #insertBelow(index: number): void {
    const { nodes } = this;
    const top = this.#shown[index];
    const below = new GrowableInt32();
    let node = nodes.firstChild(top);
    while (node >= 0) {
      below.push(node);
      let next = this.isOpen(node) ? nodes.firstChild(node) : -1;
      while (next < 0) {
        next = nodes.nextSibling(node);
        if (next >= 0) break;
        node = nodes.parent(node);
        if (node === top) break;
      }
      node = next;
    }
    this.#insert(index + 1, below.finish());
  }

  #insert(index: number, nodes: Int32Array): void {
    this.#reserveRows(this.#length + nodes.length);
    this.#shown.copyWithin(index + nodes.length, index, this.#length);
    this.#shown.set(nodes, index);
    this.#length += nodes.length;
  }

  #reserveRows(rows: number): void {
    if (rows <= this.#shown.length) return;
    const wider = new Int32Array(Math.max(rows, this.#shown.length * 2));
    wider.set(this.#shown.subarray(0, this.#length));
    this.#shown = wider;
  }

  #setOpen(node: number): void {
    this.#reserveFlags(node + 1);
    this.#open[node] = 1;
  }

  #reserveFlags(nodes: number): void {
    if (nodes <= this.#open.length) return;
    const wider = new Uint8Array(Math.max(nodes, this.#open.length * 2));
    wider.set(this.#open);
    this.#open = wider;
  }
}
