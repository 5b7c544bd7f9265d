import type { CallTree } from "../call-tree.ts";

/** Callers of a node that are still to be told apart: rows of the call tree, and the weight that comes from each. */
export interface Pending {
  row: Int32Array;
  weight: Float64Array;
}

/** Tells callers apart by frame, with stamps that need no clearing: a slot is taken when it bears this turn. */
export class EntrySorter {
  readonly #tree: CallTree;
  readonly #frameTurn: Int32Array;
  readonly #frameSlot: Int32Array;
  #turn = 0;

  constructor(tree: CallTree) {
    this.#tree = tree;
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
  callers(
    pending: Pending,
    entries: Int32Array,
    ends: (row: number) => boolean,
  ): { self: number; total: number; inlining: number; pending: Pending } {
    const { parent, inlining } = this.#tree;
    const row = new Int32Array(entries.length);
    const weight = new Float64Array(entries.length);
    let length = 0;
    let self = 0;
    let total = 0;
    let bits = 0;
    for (const entry of entries) {
      const at = pending.row[entry];
      const share = pending.weight[entry];
      const caller = parent[at];
      total += share;
      bits |= inlining[at];
      if (ends(caller)) self += share;
      else {
        // Rows of one frame never have the same caller, so no caller comes twice.
        row[length] = caller;
        weight[length++] = share;
      }
    }
    const rest = { row: row.slice(0, length), weight: weight.slice(0, length) };
    return { self, total, inlining: bits, pending: rest };
  }
}
