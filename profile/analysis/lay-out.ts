import type { CallTree, SiblingOrder } from "../call-tree.ts";
import type { FrameTable } from "../frames.ts";
import { compareFrames } from "../tree-order.ts";

/** Nodes of a tree, parents before children, node 0 the root. */
export interface Nodes {
  length: number;
  parent: Int32Array;
  frame: Int32Array;
  self: Float64Array;
  inlining: Uint8Array;
}

/** A call tree, and the row that each node became. */
export interface LaidOut {
  tree: CallTree;
  rowOfNode: Int32Array;
}

/**
 * Lays nodes out in depth-first order with siblings sorted. No walk is needed: a node's row is its parent's, plus one,
 * plus the subtrees of the siblings before it. `totals`, where given, are weights of nodes with all below them, of
 * trees of which a part is not there.
 */
export function layOut(
  frames: FrameTable,
  nodes: Nodes,
  order: SiblingOrder,
  totals?: Float64Array,
): LaidOut {
  const { length, parent } = nodes;
  const total = totals ?? nodes.self.slice();
  const size = new Int32Array(length).fill(1);
  // Children of node n, first as counts, then as the range childStart[n] … childStart[n + 1] - 1 of `children`.
  const childStart = new Int32Array(length + 1);
  for (let node = length - 1; node > 0; node--) {
    const above = parent[node];
    if (totals === undefined) total[above] += total[node];
    size[above] += size[node];
    childStart[above + 1]++;
  }
  for (let node = 0; node < length; node++) childStart[node + 1] += childStart[node];
  const children = new Int32Array(Math.max(0, length - 1));
  const next = childStart.slice();
  for (let node = 1; node < length; node++) children[next[parent[node]]++] = node;

  const sorter = new SiblingSorter(frames, nodes.frame, order === "weight" ? total : undefined);
  const tree: CallTree = {
    length,
    frames,
    frame: new Int32Array(length),
    parent: new Int32Array(length),
    depth: new Int32Array(length),
    self: new Float64Array(length),
    total: new Float64Array(length),
    subtreeEnd: new Int32Array(length),
    inlining: new Uint8Array(length),
  };
  tree.parent[0] = -1;
  const rowOfNode = new Int32Array(length);
  for (let node = 0; node < length; node++) {
    const row = rowOfNode[node];
    tree.frame[row] = nodes.frame[node];
    tree.self[row] = nodes.self[node];
    tree.inlining[row] = nodes.inlining[node];
    tree.total[row] = total[node];
    tree.subtreeEnd[row] = row + size[node];
    const end = childStart[node + 1];
    sorter.sort(children, childStart[node], end);
    let childRow = row + 1;
    for (let at = childStart[node]; at < end; at++) {
      const child = children[at];
      rowOfNode[child] = childRow;
      tree.parent[childRow] = row;
      tree.depth[childRow] = tree.depth[row] + 1;
      childRow += size[child];
    }
  }
  return { tree, rowOfNode };
}

/** Most nodes have few children, for which the call into the engine's sort costs more than the sorting. */
const INSERTION_SORT_LIMIT = 12;

/** Sorts siblings by weight, heaviest first, and equals by name; or all by name. */
class SiblingSorter {
  readonly #frame: Int32Array;
  readonly #weight: Float64Array | undefined;
  readonly #names: FrameTable;
  /** Called by the engine's sort, made once. */
  readonly #compare = (a: number, b: number) => this.#isAfter(a, b);

  constructor(frames: FrameTable, frame: Int32Array, weight: Float64Array | undefined) {
    this.#names = frames;
    this.#frame = frame;
    this.#weight = weight;
  }

  sort(nodes: Int32Array, start: number, end: number): void {
    if (end - start < 2) return;
    if (end - start > INSERTION_SORT_LIMIT) {
      nodes.subarray(start, end).sort(this.#compare);
      return;
    }
    for (let at = start + 1; at < end; at++) {
      const node = nodes[at];
      let hole = at;
      while (hole > start && this.#isAfter(nodes[hole - 1], node) > 0) {
        nodes[hole] = nodes[hole - 1];
        hole--;
      }
      nodes[hole] = node;
    }
  }

  #isAfter(a: number, b: number): number {
    const weight = this.#weight;
    if (weight !== undefined && weight[a] !== weight[b]) return weight[b] - weight[a];
    return compareFrames(this.#names, this.#frame[a], this.#frame[b]);
  }
}
