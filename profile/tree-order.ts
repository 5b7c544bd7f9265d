import type { CallTree, SiblingOrder } from "./call-tree.ts";
import type { FrameTable } from "./frames.ts";
import type { GrownTree } from "./tree-builder.ts";

/**
 * Lays a tree out in depth-first order with its siblings sorted. No walk is needed: a node's place is its parent's,
 * plus one, plus the subtrees of the siblings before it.
 */
export function orderTree(
  frames: FrameTable,
  { length, parent: parentOfNode, frame: frameOfNode, self: selfOfNode, inlining: inliningOfNode }: GrownTree,
  siblingOrder: SiblingOrder,
): CallTree {
  const totalOfNode = selfOfNode.slice();
  const sizeOfNode = new Int32Array(length).fill(1);
  // Children of node n, first as counts, then as the range childStart[n] … childStart[n + 1] - 1 of `children`.
  const childStart = new Int32Array(length + 1);
  for (let node = length - 1; node > 0; node--) {
    const parent = parentOfNode[node];
    totalOfNode[parent] += totalOfNode[node];
    sizeOfNode[parent] += sizeOfNode[node];
    childStart[parent + 1]++;
  }
  for (let node = 0; node < length; node++) childStart[node + 1] += childStart[node];
  const children = new Int32Array(Math.max(0, length - 1));
  const next = childStart.slice();
  for (let node = 1; node < length; node++) children[next[parentOfNode[node]]++] = node;

  const byName = (a: number, b: number) => compareFrames(frames, frameOfNode[a], frameOfNode[b]);
  const compare =
    siblingOrder === "name"
      ? byName
      : (a: number, b: number) => totalOfNode[b] - totalOfNode[a] || byName(a, b);

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
  const placeOfNode = new Int32Array(length);
  for (let node = 0; node < length; node++) {
    const place = placeOfNode[node];
    tree.frame[place] = frameOfNode[node];
    tree.self[place] = selfOfNode[node];
    tree.inlining[place] = inliningOfNode[node];
    tree.total[place] = totalOfNode[node];
    tree.subtreeEnd[place] = place + sizeOfNode[node];
    const end = childStart[node + 1];
    sortRange(children, childStart[node], end, compare);
    let childPlace = place + 1;
    for (let at = childStart[node]; at < end; at++) {
      const child = children[at];
      placeOfNode[child] = childPlace;
      tree.parent[childPlace] = place;
      tree.depth[childPlace] = tree.depth[place] + 1;
      childPlace += sizeOfNode[child];
    }
  }
  return tree;
}

/** By name, then module; all the same only for the same frame or groups of the same name. */
export function compareFrames(frames: FrameTable, a: number, b: number): number {
  if (a === b) return 0;
  return (
    compareText(frames.strings[frames.name[a]], frames.strings[frames.name[b]]) ||
    compareText(frames.strings[frames.module[a]], frames.strings[frames.module[b]]) ||
    a - b
  );
}

/** By UTF-16 code units: the same in every locale. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Most nodes have few children, for which the call into the engine's sort costs more than the sorting. */
const INSERTION_SORT_LIMIT = 12;

function sortRange(
  rows: Int32Array,
  start: number,
  end: number,
  compare: (a: number, b: number) => number,
): void {
  if (end - start < 2) return;
  if (end - start > INSERTION_SORT_LIMIT) {
    rows.subarray(start, end).sort(compare);
    return;
  }
  for (let at = start + 1; at < end; at++) {
    const row = rows[at];
    let hole = at;
    while (hole > start && compare(rows[hole - 1], row) > 0) {
      rows[hole] = rows[hole - 1];
      hole--;
    }
    rows[hole] = row;
  }
}
