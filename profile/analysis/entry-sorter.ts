import type { CallTree } from "../call-tree.ts";

/** Callers of a node that are still to be told apart: rows of the call tree, and from which row the weight of each comes. */
export interface Pending {
  row: Int32Array;
  origin: Int32Array;
}

/** What the rows weigh that the ways to callers begin at: in the tree, and on both sides where it is of a comparison. */
export interface OriginWeights {
  weight: Float64Array;
  before: Float64Array;
  after: Float64Array;
}

/** A node of callers. */
export interface CallerSums {
  self: number;
  total: number;
  before: number;
  after: number;
  inlining: number;
  /** The row that all its weight comes from; -1: several. */
  origin: number;
  pending: Pending;
}

/** Tells callers apart by frame, with stamps that need no clearing: a slot is taken when it bears this turn. */
export class EntrySorter {
  readonly #tree: CallTree;
  readonly #weights: OriginWeights;
  readonly #frameTurn: Int32Array;
  readonly #frameSlot: Int32Array;
  #turn = 0;

  constructor(tree: CallTree, weights: OriginWeights) {
    this.#tree = tree;
    this.#weights = weights;
    this.#frameTurn = new Int32Array(tree.frames.length);
    this.#frameSlot = new Int32Array(tree.frames.length);
  }

  /** The entries of `pending` by the frame of their row. */
  byFrame({ row }: Pending): { frame: number; entries: Int32Array }[] {
    const { frame } = this.#tree;
    const turn = ++this.#turn;
    const frames: number[] = [];
    const counts: number[] = [];
    for (let entry = 0; entry < row.length; entry++) {
      const name = frame[row[entry]];
      if (this.#frameTurn[name] !== turn) {
        this.#frameTurn[name] = turn;
        this.#frameSlot[name] = frames.push(name) - 1;
        counts.push(0);
      }
      counts[this.#frameSlot[name]]++;
    }
    const entries = counts.map((count) => new Int32Array(count));
    for (let entry = row.length - 1; entry >= 0; entry--) {
      const slot = this.#frameSlot[frame[row[entry]]];
      entries[slot][--counts[slot]] = entry;
    }
    return frames.map((name, slot) => ({ frame: name, entries: entries[slot] }));
  }

  /** What goes on from some entries of `pending`: one row of the call tree up. */
  callers(pending: Pending, entries: Int32Array, ends: (row: number) => boolean): CallerSums {
    const { parent, inlining } = this.#tree;
    const { weight, before, after } = this.#weights;
    const row = new Int32Array(entries.length);
    const origin = new Int32Array(entries.length);
    const sums = { self: 0, total: 0, before: 0, after: 0 };
    let length = 0;
    let bits = 0;
    for (const entry of entries) {
      const at = pending.row[entry];
      const from = pending.origin[entry];
      const caller = parent[at];
      sums.total += weight[from];
      sums.before += before[from];
      sums.after += after[from];
      bits |= inlining[at];
      if (ends(caller)) sums.self += weight[from];
      else {
        // Rows of one frame never have the same caller, so no caller comes twice.
        row[length] = caller;
        origin[length++] = from;
      }
    }
    const rest = { row: row.slice(0, length), origin: origin.slice(0, length) };
    const only = entries.length === 1 ? pending.origin[entries[0]] : -1;
    return { ...sums, inlining: bits, origin: only, pending: rest };
  }
}
