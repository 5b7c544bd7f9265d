import type { JointTree } from "./joint-tree.ts";

/** Weights of each node of a joint tree and all below it, per side. */
export interface SideTotals {
  before: Float64Array;
  after: Float64Array;
}

/** Which side has a frame that the other calls around. */
export const Inserted = { no: 0, after: 1, before: 2 } as const;

export interface Alignment {
  /** The node that each node has become: itself, unless it was laid onto another. */
  target: Int32Array;
  /** The caller of each remaining node. */
  parent: Int32Array;
  /** `Inserted` of each node: frames of one side only, with what they call aligned below them. */
  inserted: Uint8Array;
}

/** A frame between caller and callee is taken for inserted when at least this part of it is the callee in question. */
const WRAPPED_PART = 0.5;
/** … and when it has no more than so many times the share of what it would be on the other side: a stray sample is no caller's work. */
const MOST_UNEQUAL = 4;

/**
 * Aligns paths where one side has a frame more: below a common caller, `work` of one side only is laid onto the `work`
 * below `wrapper` of the other side only.
 *
 *     before: serve → work       after: serve → wrapper → work       joint: serve → wrapper (inserted) → work
 *
 * Of several such frames the one with the most weight in common is taken; of very different shares none. One frame a place, but as many places as
 * there are; only frames that the other side does not have at all at that place are moved. Callers come before callees,
 * so one pass over the tree, with each laid-over subtree walked once, does it.
 */
export function alignPaths(tree: JointTree, totals: SideTotals): Alignment {
  return new Aligner(tree, totals).run();
}

class Aligner {
  readonly #key: Int32Array;
  readonly #parent: Int32Array;
  readonly #totals: SideTotals;
  readonly #target: Int32Array;
  readonly #inserted: Uint8Array;
  /** Children as linked lists: -1 ends them. */
  readonly #firstChild: Int32Array;
  readonly #nextSibling: Int32Array;

  constructor(tree: JointTree, totals: SideTotals) {
    this.#key = tree.key;
    this.#parent = tree.parent.slice();
    this.#totals = { before: totals.before.slice(), after: totals.after.slice() };
    this.#target = Int32Array.from({ length: tree.length }, (_, node) => node);
    this.#inserted = new Uint8Array(tree.length);
    this.#firstChild = new Int32Array(tree.length).fill(-1);
    this.#nextSibling = new Int32Array(tree.length).fill(-1);
    for (let node = tree.length - 1; node > 0; node--) this.#adopt(tree.parent[node], node);
  }

  run(): Alignment {
    const pending = [0];
    for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
      this.#alignChildren(node);
      for (let child = this.#firstChild[node]; child >= 0; child = this.#nextSibling[child]) {
        if (this.#firstChild[child] >= 0) pending.push(child);
      }
    }
    // A node may have been laid onto one that was laid onto another.
    for (let node = 0; node < this.#target.length; node++) {
      let end = node;
      while (this.#target[end] !== end) end = this.#target[end];
      for (let at = node; at !== end; ) {
        const next = this.#target[at];
        this.#target[at] = end;
        at = next;
      }
    }
    return { target: this.#target, parent: this.#parent, inserted: this.#inserted };
  }

  #alignChildren(node: number): void {
    const { before, after } = this.#totals;
    // Most nodes have nothing to align: without a look first, each would cost two maps.
    let sides = 0;
    for (let child = this.#firstChild[node]; child >= 0; child = this.#nextSibling[child]) {
      if (after[child] === 0) sides |= 1;
      else if (before[child] === 0) sides |= 2;
    }
    if (sides !== 3) return;
    const onlyBefore = new Map<number, number>();
    const onlyAfter = new Map<number, number>();
    for (let child = this.#firstChild[node]; child >= 0; child = this.#nextSibling[child]) {
      if (after[child] === 0 && before[child] > 0) onlyBefore.set(this.#key[child], child);
      else if (before[child] === 0 && after[child] > 0) onlyAfter.set(this.#key[child], child);
    }
    if (onlyBefore.size === 0 || onlyAfter.size === 0) return;
    this.#layOver(node, onlyBefore, onlyAfter, Inserted.after);
    this.#layOver(node, onlyAfter, onlyBefore, Inserted.before);
  }

  /** Lays children of `bare` (one side only) onto what those of `wrappers` (the other side only) call. */
  #layOver(caller: number, bare: Map<number, number>, wrappers: Map<number, number>, inserted: number): void {
    const { before, after } = this.#totals;
    const [bareTotal, wrapperTotal] = inserted === Inserted.after ? [before, after] : [after, before];
    const candidates: { from: number; wrapper: number; onto: number; common: number }[] = [];
    for (const wrapper of wrappers.values()) {
      for (let child = this.#firstChild[wrapper]; child >= 0; child = this.#nextSibling[child]) {
        const from = bare.get(this.#key[child]);
        if (from === undefined || bareTotal[child] > 0) continue;
        if (wrapperTotal[child] < WRAPPED_PART * wrapperTotal[wrapper]) continue;
        if (!this.#alike(bareTotal, from, wrapperTotal, child)) continue;
        const common = Math.min(bareTotal[from], wrapperTotal[child]);
        candidates.push({ from, wrapper, onto: child, common });
      }
    }
    candidates.sort((a, b) => b.common - a.common || a.onto - b.onto);
    for (const { from, wrapper, onto } of candidates) {
      const isFree = this.#target[from] === from && bareTotal[onto] === 0 && bareTotal[wrapper] === 0;
      // What has become a wrapper itself stays where it is.
      if (!isFree || this.#inserted[from]) continue;
      this.#remove(caller, from);
      bareTotal[wrapper] += bareTotal[from];
      this.#inserted[wrapper] = inserted;
      wrappers.delete(this.#key[wrapper]);
      bare.delete(this.#key[from]);
      this.#merge(from, onto);
    }
  }

  /** Whether a node of one side and one of the other have shares of the same order. */
  #alike(one: Float64Array, node: number, other: Float64Array, match: number): boolean {
    const [left, right] = [one[node] * other[0], other[match] * one[0]];
    return left <= MOST_UNEQUAL * right && right <= MOST_UNEQUAL * left;
  }

  /** Lays the subtree of `from` onto that of `onto`, key by key. */
  #merge(from: number, onto: number): void {
    const pending = [[from, onto]];
    for (let pair = pending.pop(); pair !== undefined; pair = pending.pop()) {
      const [source, sink] = pair;
      this.#target[source] = sink;
      this.#totals.before[sink] += this.#totals.before[source];
      this.#totals.after[sink] += this.#totals.after[source];
      const known = new Map<number, number>();
      for (let child = this.#firstChild[sink]; child >= 0; child = this.#nextSibling[child]) {
        known.set(this.#key[child], child);
      }
      for (let child = this.#firstChild[source]; child >= 0; ) {
        const next = this.#nextSibling[child];
        const same = known.get(this.#key[child]);
        if (same === undefined) this.#adopt(sink, child);
        else pending.push([child, same]);
        child = next;
      }
      this.#firstChild[source] = -1;
    }
  }

  #adopt(parent: number, child: number): void {
    this.#parent[child] = parent;
    this.#nextSibling[child] = this.#firstChild[parent];
    this.#firstChild[parent] = child;
  }

  #remove(parent: number, child: number): void {
    let previous = -1;
    for (let at = this.#firstChild[parent]; at >= 0; at = this.#nextSibling[at]) {
      if (at === child) {
        if (previous < 0) this.#firstChild[parent] = this.#nextSibling[at];
        else this.#nextSibling[previous] = this.#nextSibling[at];
        return;
      }
      previous = at;
    }
  }
}
