import type { CallTree } from "../../../profile/call-tree.ts";
import { GrowableFloat64, GrowableInt32 } from "../../../profile/growable.ts";
import { compareFrames } from "../../../profile/tree-order.ts";
import type { TreeNodes } from "./nodes.ts";

/**
 * A call tree turned over: the topmost nodes are the functions that samples end in, and below each are its callers. Made
 * only where somebody looks, since the whole may be far greater than the tree.
 *
 *     all ── main ── work ── sort 5          sort 8          work 2
 *                 │      └── (self 2)   ⇒    ├── work 5       └── main 2
 *                 └── sort 3                 └── main 3
 *
 * A node stands for rows of the tree that have the same frames below them down to a leaf; each is an entry (row, leaf),
 * and the leaf's own weight is its weight. No row is in a node twice: two leaves below the same row through the same
 * frames would be one row.
 */
export class InvertedNodes implements TreeNodes {
  readonly #tree: CallTree;
  readonly #parent = new GrowableInt32();
  readonly #depth = new GrowableInt32();
  readonly #frame = new GrowableInt32();
  readonly #total = new GrowableFloat64();
  /** Entries of node n: `entryStart[n] … entryEnd[n] - 1`. */
  readonly #entryStart = new GrowableInt32();
  readonly #entryEnd = new GrowableInt32();
  /** Children of node n: `childStart[n] … childEnd[n] - 1`; -1 while not made. */
  readonly #childStart = new GrowableInt32();
  readonly #childEnd = new GrowableInt32();
  readonly #row = new GrowableInt32(1024);
  readonly #leaf = new GrowableInt32(1024);
  /** By frame: its place among the children being made, plus one. */
  readonly #slot: Int32Array;
  readonly #topCount: number;

  constructor(tree: CallTree) {
    this.#tree = tree;
    this.#slot = new Int32Array(tree.frames.length);
    const leaves: number[] = [];
    for (let row = 1; row < tree.length; row++) if (tree.self[row] !== 0) leaves.push(row);
    const rows = Int32Array.from(leaves);
    this.#topCount = this.#add(-1, rows, rows);
  }

  get first(): number {
    return this.#topCount > 0 ? 0 : -1;
  }

  firstChild(node: number): number {
    this.#makeChildren(node);
    const start = this.#childStart.get(node);
    return start < this.#childEnd.get(node) ? start : -1;
  }

  nextSibling(node: number): number {
    const parent = this.#parent.get(node);
    const end = parent < 0 ? this.#topCount : this.#childEnd.get(parent);
    return node + 1 < end ? node + 1 : -1;
  }

  parent(node: number): number {
    return this.#parent.get(node);
  }

  depth(node: number): number {
    return this.#depth.get(node);
  }

  hasChildren(node: number): boolean {
    for (let at = this.#entryStart.get(node); at < this.#entryEnd.get(node); at++) {
      if (this.#tree.parent[this.#row.get(at)] > 0) return true;
    }
    return false;
  }

  frame(node: number): number {
    return this.#frame.get(node);
  }

  /** Of a topmost node the function's own weight; callers have none in these samples. */
  self(node: number): number {
    return this.#parent.get(node) < 0 ? this.#total.get(node) : 0;
  }

  total(node: number): number {
    return this.#total.get(node);
  }

  #makeChildren(node: number): void {
    if (this.#childStart.get(node) >= 0) return;
    const from = this.#entryStart.get(node);
    const rows = new Int32Array(this.#entryEnd.get(node) - from);
    const leaves = new Int32Array(rows.length);
    let count = 0;
    for (let at = from; at < from + rows.length; at++) {
      const caller = this.#tree.parent[this.#row.get(at)];
      // The root is no caller.
      if (caller <= 0) continue;
      rows[count] = caller;
      leaves[count++] = this.#leaf.get(at);
    }
    this.#childStart.set(node, this.#parent.length);
    this.#add(node, rows.subarray(0, count), leaves.subarray(0, count));
    this.#childEnd.set(node, this.#parent.length);
  }

  /** Adds a node for each distinct frame of `rows`, heaviest first, equals by name; tells how many. */
  #add(parent: number, rows: Int32Array, leaves: Int32Array): number {
    const { frame, self, frames } = this.#tree;
    const slot = this.#slot;
    const found: { frame: number; total: number; entries: number }[] = [];
    for (let at = 0; at < rows.length; at++) {
      const of = frame[rows[at]];
      if (slot[of] === 0) slot[of] = found.push({ frame: of, total: 0, entries: 0 });
      const child = found[slot[of] - 1];
      child.total += self[leaves[at]];
      child.entries++;
    }
    found.sort((a, b) => b.total - a.total || compareFrames(frames, a.frame, b.frame));

    // Where the next entry of each child goes, by its slot.
    const next = new Int32Array(found.length);
    let entry = this.#row.length;
    for (const [order, child] of found.entries()) {
      slot[child.frame] = order + 1;
      next[order] = entry;
      this.#parent.push(parent);
      this.#depth.push(parent < 0 ? 0 : this.#depth.get(parent) + 1);
      this.#frame.push(child.frame);
      this.#total.push(child.total);
      this.#childStart.push(-1);
      this.#childEnd.push(-1);
      this.#entryStart.push(entry);
      entry += child.entries;
      this.#entryEnd.push(entry);
    }
    while (this.#row.length < entry) {
      this.#row.push(0);
      this.#leaf.push(0);
    }
    for (let at = 0; at < rows.length; at++) {
      const place = next[slot[frame[rows[at]]] - 1]++;
      this.#row.set(place, rows[at]);
      this.#leaf.set(place, leaves[at]);
    }
    for (const child of found) slot[child.frame] = 0;
    return found.length;
  }
}
