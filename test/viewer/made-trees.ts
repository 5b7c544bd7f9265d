import type { CallTree } from "../../profile/call-tree.ts";
import { type FrameTable, Inlining, kindCode } from "../../profile/frames.ts";

/** Call trees made directly, for sizes that building from samples would make slow. */

/** A chain of `depth` frames below the root; one sample ends in the last. */
export function deepTree(depth: number): CallTree {
  const length = depth + 1;
  const rows = Int32Array.from({ length }, (_, row) => row);
  return {
    length,
    frames: framesNamed(Array.from(rows, (row) => (row === 0 ? "all" : `f${row}`))),
    frame: rows,
    parent: rows.map((row) => row - 1),
    depth: rows.slice(),
    self: Float64Array.from(rows, (row) => (row === depth ? 1 : 0)),
    total: new Float64Array(length).fill(1),
    subtreeEnd: new Int32Array(length).fill(length),
    inlining: new Uint8Array(length).fill(Inlining.called),
  };
}

/** Every frame down to `levels` has `fan` callees of equal weight. */
export function wideTree(fan: number, levels: number): CallTree {
  let length = 1;
  const size = [1];
  for (let level = 0; level < levels; level++) {
    length = length * fan + 1;
    size.push(length);
  }
  const parent = new Int32Array(length).fill(-1);
  const depth = new Int32Array(length);
  const subtreeEnd = new Int32Array(length);
  const total = new Float64Array(length);
  const self = new Float64Array(length);
  const last: number[] = [];
  for (let row = 0; row < length; row++) {
    // The depth-first successor of a leaf is the next sibling of the nearest ancestor that has one.
    let level = row === 0 ? 0 : depth[row - 1] + 1;
    if (level > levels) level = levels;
    while (level > 0 && row >= subtreeEnd[last[level - 1]]) level--;
    depth[row] = level;
    parent[row] = level === 0 ? -1 : last[level - 1];
    subtreeEnd[row] = row + size[levels - level];
    total[row] = fan ** (levels - level);
    if (level === levels) self[row] = 1;
    last[level] = row;
  }
  const frame = Int32Array.from(depth);
  const names = Array.from({ length: levels + 1 }, (_, level) => (level === 0 ? "all" : `level${level}`));
  const inlining = new Uint8Array(length).fill(Inlining.called);
  return { length, frames: framesNamed(names), frame, parent, depth, self, total, subtreeEnd, inlining };
}

/**
 * A tree of `length` rows as programs have them: subtrees of very different weight, siblings in no order of weight, up to
 * `maxDepth` deep. The same each time.
 */
export function randomTree(length: number, seed = 1, maxDepth = 60): CallTree {
  let state = seed;
  const random = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return (state >>> 0) / 2 ** 32;
  };
  const parent = new Int32Array(length).fill(-1);
  const depth = new Int32Array(length);
  const self = new Float64Array(length);
  const frame = new Int32Array(length);
  const subtreeEnd = new Int32Array(length);
  const path = new Int32Array(maxDepth + 1);
  for (let row = 1; row < length; row++) {
    const above = depth[row - 1];
    // Mostly one deeper, else back to anywhere on the way, near the leaf more often.
    const back = random() < 0.6 ? above + 1 : 1 + Math.floor(above * random() ** 0.3);
    const at = Math.max(1, Math.min(back, above + 1, maxDepth));
    depth[row] = at;
    parent[row] = path[at - 1];
    path[at] = row;
    frame[row] = 1 + Math.floor(random() * 200);
    self[row] = random() < 0.5 ? 0 : Math.floor(1 / (random() + 1e-4));
  }
  const total = self.slice();
  for (let row = length - 1; row >= 0; row--) {
    if (subtreeEnd[row] === 0) subtreeEnd[row] = row + 1;
    const up = parent[row];
    if (up < 0) continue;
    total[up] += total[row];
    if (subtreeEnd[up] < subtreeEnd[row]) subtreeEnd[up] = subtreeEnd[row];
  }
  const names = Array.from({ length: 201 }, (_, index) =>
    index === 0 ? "all" : `ns${index % 12}::f${index}`,
  );
  const inlining = new Uint8Array(length).fill(Inlining.called);
  return { length, frames: framesNamed(names), frame, parent, depth, self, total, subtreeEnd, inlining };
}

function framesNamed(names: readonly string[]): FrameTable {
  const length = names.length;
  const kind = new Uint8Array(length).fill(kindCode("user"));
  kind[0] = kindCode("root");
  return {
    length,
    strings: ["", ...names],
    name: Int32Array.from(names, (_, index) => index + 1),
    linkageName: new Int32Array(length),
    module: new Int32Array(length),
    kind,
    file: new Int32Array(length),
    line: new Int32Array(length),
  };
}
