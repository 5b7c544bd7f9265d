import type { CallTree, ComparedColumns, SiblingOrder } from "../call-tree.ts";
import { type FrameTable, kindCode } from "../frames.ts";
import { GrowableFloat64, GrowableInt32 } from "../growable.ts";
import { outermostRows } from "./callees-tree.ts";
import { type CallerSums, EntrySorter, type OriginWeights, type Pending } from "./entry-sorter.ts";
import { layOut } from "./lay-out.ts";

/** An inverted tree as a call tree: children are callers. */
export interface InvertedCallTree extends CallTree {
  /** 1 for each row whose callers were not looked for; `total` is right, its weight is in no row below. */
  unexpanded: Uint8Array;
  /** Node of the `InvertedTree` that each row shows. */
  node: Int32Array;
}

/**
 * A call tree turned around: functions at the top, their callers below them. Whole it can be as big as all stacks
 * together, so callers are looked for only where they are asked for.
 *
 *     main ─ parse ─ read 5        read 7 ─┬─ parse 5 ─ main 5
 *     main ─ read 2          ──▶           └─ main 2
 *     main ─ sort 1                sort 1 ─── main 1
 *
 * `self` of a node is the weight of the stacks that begin there, which have no more callers.
 */
export class InvertedTree {
  readonly #tree: CallTree;
  /** Rows of the call tree at which paths of callers end: all of its kinds before functions, or only the root. */
  readonly #endsAbove: number;
  readonly #parent = new GrowableInt32();
  readonly #frame = new GrowableInt32();
  readonly #inlining = new GrowableInt32();
  readonly #self = new GrowableFloat64();
  readonly #total = new GrowableFloat64();
  readonly #before = new GrowableFloat64();
  readonly #after = new GrowableFloat64();
  readonly #origin = new GrowableInt32();
  readonly #firstChild = new GrowableInt32();
  readonly #nextSibling = new GrowableInt32();
  /** Undefined where the callers have been found. */
  readonly #pending: (Pending | undefined)[] = [];
  readonly #sorter: EntrySorter;
  readonly #weights: OriginWeights;
  /** What of the rows that callers are those of is weighed. */
  readonly #of: "self" | "total";

  private constructor(tree: CallTree, endsAbove: number, of: "self" | "total") {
    this.#tree = tree;
    this.#endsAbove = endsAbove;
    this.#of = of;
    this.#weights = weightsOf(tree, of);
    this.#sorter = new EntrySorter(tree, this.#weights);
  }

  /** From the functions that were running on; the groups of `tree` stay above them. */
  static ofLeaves(tree: CallTree): InvertedTree {
    const inverted = new InvertedTree(tree, FIRST_FUNCTION_KIND, "self");
    inverted.#addGroups();
    return inverted;
  }

  /**
   * The upper half of a sandwich: the callers of the functions marked in `wanted` (a mark a frame), from the outermost
   * place of each stack on, so that a sample counts once. Groups of `tree` are callers like others.
   */
  static ofCallers(tree: CallTree, wanted: Uint8Array): InvertedTree {
    const inverted = new InvertedTree(tree, kindCode("root") + 1, "total");
    const row = outermostRows(tree, wanted);
    const { weight, before, after } = inverted.#weights;
    const sumOf = (column: Float64Array) => row.reduce((sum, each) => sum + column[each], 0);
    inverted.#add({
      parent: -1,
      frame: tree.frame[0],
      inlining: 0,
      self: 0,
      total: sumOf(weight),
      before: sumOf(before),
      after: sumOf(after),
      origin: -1,
      pending: { row, origin: row },
    });
    return inverted;
  }

  get frames(): FrameTable {
    return this.#tree.frames;
  }

  /** Nodes made so far. */
  get length(): number {
    return this.#parent.length;
  }

  frame(node: number): number {
    return this.#frame.get(node);
  }

  self(node: number): number {
    return this.#self.get(node);
  }

  total(node: number): number {
    return this.#total.get(node);
  }

  /** Whether a node has callers, without making them. */
  hasChildren(node: number): boolean {
    return this.#firstChild.get(node) >= 0 || (this.#pending[node]?.row.length ?? 0) > 0;
  }

  /** The children of a node, in no order. They are made when first asked for. */
  children(node: number): number[] {
    this.#expand(node);
    const children: number[] = [];
    for (let at = this.#firstChild.get(node); at >= 0; at = this.#nextSibling.get(at)) children.push(at);
    return children;
  }

  /**
   * All nodes so far and, below `top` (default: everything), those of at least `minWeight` with their callers; none are
   * made beyond about `maxNodes`. What is lighter is there, with its total, but without its callers.
   */
  callTree(options: {
    minWeight: number;
    top?: number;
    maxNodes?: number;
    order?: SiblingOrder;
  }): InvertedCallTree {
    const { minWeight, top = 0, maxNodes = 2_000_000, order = "weight" } = options;
    const open = [top];
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      if (this.#pending[node] !== undefined && this.length >= maxNodes) continue;
      for (const child of this.children(node)) {
        if (Math.abs(this.#total.get(child)) >= minWeight) open.push(child);
      }
    }
    const nodes = {
      length: this.length,
      parent: this.#parent.finish(),
      frame: this.#frame.finish(),
      self: this.#self.finish(),
      inlining: Uint8Array.from(this.#inlining.finish()),
    };
    const { tree, rowOfNode } = layOut(this.frames, nodes, order, this.#total.finish());
    const unexpanded = new Uint8Array(tree.length);
    const node = new Int32Array(tree.length);
    for (let each = 0; each < tree.length; each++) {
      node[rowOfNode[each]] = each;
      if ((this.#pending[each]?.row.length ?? 0) > 0) unexpanded[rowOfNode[each]] = 1;
    }
    return { ...tree, ...this.#compared(node), unexpanded, node };
  }

  /** Of a comparison: the sides of the rows that show `node`. */
  #compared(node: Int32Array): { compared?: ComparedColumns } {
    if (this.#tree.compared === undefined) return {};
    return {
      compared: {
        before: Float64Array.from(node, (each) => this.#before.get(each)),
        after: Float64Array.from(node, (each) => this.#after.get(each)),
        origin: { row: node.map((each) => this.#origin.get(each)), of: this.#of },
      },
    };
  }

  #add(node: CallerSums & { parent: number; frame: number }): number {
    const { parent } = node;
    const made = this.#parent.push(parent);
    this.#frame.push(node.frame);
    this.#inlining.push(node.inlining);
    this.#self.push(node.self);
    this.#total.push(node.total);
    if (this.#tree.compared !== undefined) {
      this.#before.push(node.before);
      this.#after.push(node.after);
      this.#origin.push(node.origin);
    }
    this.#firstChild.push(-1);
    this.#nextSibling.push(parent < 0 ? -1 : this.#firstChild.get(parent));
    if (parent >= 0) this.#firstChild.set(parent, made);
    this.#pending.push(node.pending);
    return made;
  }

  #expand(node: number): void {
    const pending = this.#pending[node];
    if (pending === undefined) return;
    this.#pending[node] = undefined;
    for (const { frame, entries } of this.#sorter.byFrame(pending)) {
      this.#add({ parent: node, frame, ...this.#sorter.callers(pending, entries, (row) => this.#ends(row)) });
    }
  }

  #ends(row: number): boolean {
    return this.#tree.frames.kind[this.#tree.frame[row]] < this.#endsAbove;
  }

  /** The root and group rows as they are; pending of each are the rows where its samples ended. */
  #addGroups(): void {
    const { length, parent, self, total, frame, compared } = this.#tree;
    const { before, after } = this.#weights;
    /** The node of the group that each row lies in. */
    const groupOf = new Int32Array(length);
    const leaves: GrowableInt32[] = [];
    const groups: number[] = [];
    for (let row = 0; row < length; row++) {
      if (this.#ends(row)) {
        groupOf[row] = groups.push(row) - 1;
        leaves.push(new GrowableInt32());
      } else {
        groupOf[row] = groupOf[parent[row]];
        // What only the other side of a comparison has counts there.
        if (self[row] !== 0 || before[row] !== 0 || after[row] !== 0) leaves[groupOf[row]].push(row);
      }
    }
    for (const [group, row] of groups.entries()) {
      const ends = leaves[group].finish();
      this.#add({
        parent: row === 0 ? -1 : groupOf[parent[row]],
        frame: frame[row],
        inlining: 0,
        self: self[row],
        total: total[row],
        before: compared?.before[row] ?? 0,
        after: compared?.after[row] ?? 0,
        origin: -1,
        pending: { row: ends, origin: ends },
      });
    }
  }
}

/** A tree that is no comparison's has one weight in the place of all three: the others cost nothing but reading it. */
function weightsOf(tree: CallTree, of: "self" | "total"): OriginWeights {
  const { compared } = tree;
  const weight = tree[of];
  if (compared === undefined) return { weight, before: weight, after: weight };
  const side = (total: Float64Array) => (of === "total" ? total : selfOf(tree, total));
  return { weight, before: side(compared.before), after: side(compared.after) };
}

/** What rows have themselves of totals. */
export function selfOf({ parent }: CallTree, total: Float64Array): Float64Array {
  const self = total.slice();
  for (let row = 1; row < self.length; row++) self[parent[row]] -= total[row];
  return self;
}

/** The first kind that is a function's; those before are the root's, processes' and threads'. */
const FIRST_FUNCTION_KIND = kindCode("kernel");
