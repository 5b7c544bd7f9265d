/** Not in the result: what `mergeSiblings` is told of nodes that it is to leave out, with all that hangs on them. */
export const LEFT_OUT = -2;

/** A prefix tree of frames in depth-first order in which no two siblings are the same frame. */
export interface MergedTree {
  length: number;
  /** -1 at the roots. */
  parent: Int32Array;
  frame: Int32Array;
  /** One past the last node of the subtree. */
  subtreeEnd: Int32Array;
  /** Where each given node went; `LEFT_OUT` where it went nowhere. */
  image: Int32Array;
}

/**
 * Lays nodes that have the same frame and the same caller over each other, and their callees likewise. `parent[i]` is
 * less than i, -1 at a root, or `LEFT_OUT`. Siblings stay in the order in which they first come.
 *
 *     main ─ work ─ read          main ─ work ─┬ read
 *     main ─ work ─ sort    ──▶                └ sort
 *
 * A node of the result is a list of given nodes, its twins. Its callees are those of its twins, told apart by a stamp
 * for each frame: no look-up in a hash table, whose cache misses are what costs with millions of nodes. Linear time.
 */
export function mergeSiblings(parent: Int32Array, frame: Int32Array, frameCount: number): MergedTree {
  const given = parent.length;
  const { firstChild, nextSibling } = childLists(parent);
  const image = new Int32Array(given).fill(LEFT_OUT);
  const parentOf = new Int32Array(given);
  /** The next node of the same list. */
  const nextTwin = new Int32Array(given).fill(-1);
  const firstTwin = new Int32Array(given);
  const waiting = new WaitingLists();
  /** For which node a frame was seen as callee last (+ 2, so that 0 is none), and which list it has. */
  const seenFor = new Int32Array(frameCount);
  const listOf = new Int32Array(frameCount);

  let length = 0;
  /** -1: the callees of nothing, which are the roots. */
  let node = -1;
  let twin = -1;
  for (;;) {
    if (twin >= 0 && nextTwin[twin] < 0) {
      // Most nodes are the only one of their list, and of those most have one callee: no need to wait.
      image[twin] = node;
      const only = firstChild[twin + 1];
      if (only >= 0 && nextSibling[only] < 0) {
        parentOf[length] = node;
        firstTwin[length] = only;
        node = length++;
        twin = only;
        continue;
      }
    }
    const base = waiting.length;
    do {
      if (twin >= 0) image[twin] = node;
      for (let child = firstChild[twin + 1]; child >= 0; child = nextSibling[child]) {
        const name = frame[child];
        if (seenFor[name] === node + 2) {
          const list = listOf[name];
          nextTwin[waiting.tail[list]] = child;
          waiting.tail[list] = child;
        } else {
          seenFor[name] = node + 2;
          listOf[name] = waiting.push(child, node);
        }
      }
      twin = twin < 0 ? -1 : nextTwin[twin];
    } while (twin >= 0);
    waiting.reverse(base);
    if (waiting.length === 0) break;
    const list = --waiting.length;
    twin = waiting.head[list];
    parentOf[length] = waiting.above[list];
    firstTwin[length] = twin;
    node = length++;
  }
  const frameOf = new Int32Array(length);
  for (let at = 0; at < length; at++) frameOf[at] = frame[firstTwin[at]];
  const result = { length, parent: parentOf.slice(0, length), frame: frameOf, image };
  return { ...result, subtreeEnd: subtreeEnds(result.parent) };
}

/** Lists that wait to become nodes: first and last twin, and the node of the caller. The last is taken first. */
class WaitingLists {
  length = 0;
  head = new Int32Array(256);
  tail = new Int32Array(256);
  above = new Int32Array(256);

  push(node: number, above: number): number {
    if (this.length === this.head.length) this.#grow();
    this.head[this.length] = node;
    this.tail[this.length] = node;
    this.above[this.length] = above;
    return this.length++;
  }

  /** Turns the lists from `base` on around, so that the first is taken first. */
  reverse(base: number): void {
    for (let low = base, high = this.length - 1; low < high; low++, high--) {
      swap(this.head, low, high);
      swap(this.tail, low, high);
      swap(this.above, low, high);
    }
  }

  #grow(): void {
    const wider = (column: Int32Array) => {
      const wide = new Int32Array(column.length * 2);
      wide.set(column);
      return wide;
    };
    this.head = wider(this.head);
    this.tail = wider(this.tail);
    this.above = wider(this.above);
  }
}

function swap(column: Int32Array, a: number, b: number): void {
  const moved = column[a];
  column[a] = column[b];
  column[b] = moved;
}

/** One past the last node of each subtree, of a tree in depth-first order. */
export function subtreeEnds(parent: Int32Array): Int32Array {
  const end = new Int32Array(parent.length);
  for (let node = parent.length - 1; node >= 0; node--) {
    if (end[node] === 0) end[node] = node + 1;
    const above = parent[node];
    if (above >= 0 && end[above] === 0) end[above] = end[node];
  }
  return end;
}

/** Children of i in order: `firstChild[i + 1]`, then `nextSibling` of each, to -1; those of 0 are the roots. */
function childLists(parent: Int32Array): { firstChild: Int32Array; nextSibling: Int32Array } {
  const firstChild = new Int32Array(parent.length + 1).fill(-1);
  const nextSibling = new Int32Array(parent.length);
  for (let node = parent.length - 1; node >= 0; node--) {
    if (parent[node] === LEFT_OUT) continue;
    nextSibling[node] = firstChild[parent[node] + 1];
    firstChild[parent[node] + 1] = node;
  }
  return { firstChild, nextSibling };
}
