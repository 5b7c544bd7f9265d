import type { CallTree } from "../../../profile/call-tree.ts";
import { kindCode } from "../../../profile/frames.ts";
import { type FunctionTotals, functionTotals } from "../../../profile/statistics.ts";
import { compareFrames } from "../../../profile/tree-order.ts";

export const SORT_COLUMNS = ["self", "total", "name"] as const;
export type SortColumn = (typeof SORT_COLUMNS)[number];

/** The functions of a call tree: rows of its frame table, without root and groups, in an order that can be chosen. */
export class FunctionRows {
  readonly totals: FunctionTotals;
  readonly #tree: CallTree;
  readonly #frames: Int32Array;
  readonly #sorted = new Map<SortColumn, Int32Array>();

  constructor(tree: CallTree) {
    this.#tree = tree;
    this.totals = functionTotals(tree);
    const { self, total } = this.totals;
    const { kind } = tree.frames;
    const firstFunctionKind = kindCode("kernel");
    this.#frames = Int32Array.from(kind.keys()).filter(
      (frame) => kind[frame] >= firstFunctionKind && (self[frame] !== 0 || total[frame] !== 0),
    );
  }

  get length(): number {
    return this.#frames.length;
  }

  /** Weights from the greatest, equals by the other weight and then by name; names from A to Z. */
  sorted(by: SortColumn): Int32Array {
    let rows = this.#sorted.get(by);
    if (rows === undefined) {
      const { frames } = this.#tree;
      const byName = (a: number, b: number) => compareFrames(frames, a, b);
      if (by === "name") rows = this.#frames.slice().sort(byName);
      else {
        const weights = this.totals[by];
        const others = this.totals[by === "self" ? "total" : "self"];
        rows = this.#frames
          .slice()
          .sort((a, b) => weights[b] - weights[a] || others[b] - others[a] || byName(a, b));
      }
      this.#sorted.set(by, rows);
    }
    return rows;
  }
}
