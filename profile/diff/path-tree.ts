import { type Alignment, Inserted, type SideTotals } from "./align-paths.ts";
import type { JointTree } from "./joint-tree.ts";

/**
 * The call paths of both sides in depth-first order, siblings by the greater of their two shares. As in `CallTree`, the
 * subtree of row i is `i … subtreeEnd[i] - 1`, and row 0 is the root.
 */
export interface PathTree {
  length: number;
  /** Row of `FunctionKeys`. */
  key: Int32Array;
  /** -1 for the root. */
  parent: Int32Array;
  depth: Int32Array;
  subtreeEnd: Int32Array;
  /** `Inserted`: a frame that one side has and the other has not, between frames that both have. */
  inserted: Uint8Array;
  /** 1 where a side has the frame and no caller is the same function: a total is counted there, recursion once. */
  outermost: { before: Uint8Array; after: Uint8Array };
  /** For each profile, the row where each of its samples ends. */
  rowOfSample: Int32Array[];
}

/** Up to so many children are put in order one by one; of more, finding each one's place would take long. */
const MANY_CHILDREN = 16;

/** Puts the aligned nodes in order. `totals` are those of the joint tree before alignment. */
export function orderPaths(tree: JointTree, totals: SideTotals, alignment: Alignment): PathTree {
  const { target, parent, inserted } = alignment;
  const weight = shares(totals, target);
  // Children as lists, heavier ones first: each is hung in behind those that are not lighter. The last are met first.
  const firstChild = new Int32Array(tree.length).fill(-1);
  const nextSibling = new Int32Array(tree.length).fill(-1);
  const crowded = new Map<number, number[]>();
  const childCount = new Int32Array(tree.length);
  let length = 0;
  for (let node = tree.length - 1; node >= 0; node--) {
    if (target[node] !== node) continue;
    length++;
    if (node === 0) continue;
    const above = parent[node];
    if (++childCount[above] > MANY_CHILDREN) {
      const children = crowded.get(above) ?? [];
      crowded.set(above, children);
      children.push(node);
      continue;
    }
    let before = -1;
    let behind = firstChild[above];
    while (behind >= 0 && weight[behind] > weight[node]) {
      before = behind;
      behind = nextSibling[behind];
    }
    nextSibling[node] = behind;
    if (before < 0) firstChild[above] = node;
    else nextSibling[before] = node;
  }
  for (const [above, children] of crowded) {
    for (let at = firstChild[above]; at >= 0; at = nextSibling[at]) children.push(at);
    children.sort((a, b) => weight[b] - weight[a] || a - b);
    firstChild[above] = children[0];
    for (const [at, child] of children.entries()) nextSibling[child] = children[at + 1] ?? -1;
  }

  const paths: PathTree = {
    length,
    key: new Int32Array(length),
    parent: new Int32Array(length).fill(-1),
    depth: new Int32Array(length),
    subtreeEnd: new Int32Array(length),
    inserted: new Uint8Array(length),
    outermost: { before: new Uint8Array(length), after: new Uint8Array(length) },
    rowOfSample: [],
  };
  const rowOfNode = new Int32Array(tree.length).fill(-1);
  let row = 0;
  let node = 0;
  while (node >= 0) {
    rowOfNode[node] = row;
    paths.key[row] = tree.key[node];
    paths.inserted[row] = inserted[node];
    if (node !== 0) {
      const above = rowOfNode[parent[node]];
      paths.parent[row] = above;
      paths.depth[row] = paths.depth[above] + 1;
    }
    row++;
    if (firstChild[node] >= 0) node = firstChild[node];
    else {
      while (node > 0 && nextSibling[node] < 0) node = parent[node];
      node = node > 0 ? nextSibling[node] : -1;
    }
  }
  paths.subtreeEnd.fill(0);
  for (let at = length - 1; at >= 0; at--) {
    if (paths.subtreeEnd[at] === 0) paths.subtreeEnd[at] = at + 1;
    const above = paths.parent[at];
    if (above >= 0 && paths.subtreeEnd[above] < paths.subtreeEnd[at]) {
      paths.subtreeEnd[above] = paths.subtreeEnd[at];
    }
  }
  const keyCount = tree.key.reduce((most, key) => Math.max(most, key), 0) + 1;
  markOutermost(paths, paths.outermost.before, Inserted.after, keyCount);
  markOutermost(paths, paths.outermost.after, Inserted.before, keyCount);
  paths.rowOfSample = tree.nodeOfSample.map((ends) => ends.map((end) => rowOfNode[target[end]]));
  return paths;
}

/** The greater of a node's shares on the two sides, with what was laid onto it. */
function shares({ before, after }: SideTotals, target: Int32Array): Float64Array {
  const sums = { before: new Float64Array(target.length), after: new Float64Array(target.length) };
  for (let node = 0; node < target.length; node++) {
    sums.before[target[node]] += before[node];
    sums.after[target[node]] += after[node];
  }
  const whole = { before: before[0] || 1, after: after[0] || 1 };
  return sums.before.map((sum, node) => Math.max(sum / whole.before, sums.after[node] / whole.after));
}

/** `other`: the mark of frames that only the other side has. */
function markOutermost(
  { length, key, subtreeEnd, inserted }: PathTree,
  outermost: Uint8Array,
  other: number,
  keyCount: number,
): void {
  const coveredUntil = new Int32Array(keyCount);
  for (let row = 0; row < length; row++) {
    if (row < coveredUntil[key[row]] || inserted[row] === other) continue;
    outermost[row] = 1;
    coveredUntil[key[row]] = subtreeEnd[row];
  }
}

/** Adds the weight of each row to all its callers. */
export function sumUp(parent: Int32Array, weight: Float64Array): void {
  for (let row = parent.length - 1; row > 0; row--) weight[parent[row]] += weight[row];
}
