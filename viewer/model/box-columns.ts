import { GrowableFloat64, GrowableInt32 } from "../../profile/growable.ts";

/** The boxes of a layout; see model/layout.ts. */
export interface LayoutColumns {
  length: number;
  /** Row of the call tree; of a sliver, its first sibling. */
  row: Int32Array;
  /** One past the last row of the tree that the box stands for, of a sliver: of its last sibling. Frames: 0. */
  runEnd: Int32Array;
  depth: Int32Array;
  /** Left and right edge in pixels. */
  left: Float64Array;
  right: Float64Array;
  /** Rows of the tree right below the box that have no box at all, because it is itself too narrow for a sliver. */
  undrawn: Int32Array;
  /** Rows of the picture: the depth of the deepest box + 1. */
  rows: number;
}

/** The narrowest sliver (pixels), which one can see and hit, and how wide its place must be to give it that much room. */
const SLIVER_WIDTH = 3;
export const SLIVER_HOST_WIDTH = 12;

/** The last of a frame's children that is wide enough to give slivers room, and the first box after it and what is on it. */
export interface SliverHost {
  /** -1: there is none. */
  box: number;
  /** -1: there is none yet. */
  after: number;
}

/** The columns of a layout while they grow. Boxes come in depth-first order. */
export class BoxColumns {
  readonly #row = new GrowableInt32(256);
  readonly #runEnd = new GrowableInt32(256);
  readonly #depth = new GrowableInt32(256);
  readonly #undrawn = new GrowableInt32(256);
  readonly #left = new GrowableFloat64(256);
  readonly #right = new GrowableFloat64(256);
  #rows = 0;

  get length(): number {
    return this.#row.length;
  }

  push(row: number, runEnd: number, depth: number, left: number, right: number): void {
    this.#row.push(row);
    this.#runEnd.push(runEnd);
    this.#depth.push(depth);
    this.#undrawn.push(0);
    this.#left.push(left);
    this.#right.push(right);
    if (depth >= this.#rows) this.#rows = depth + 1;
  }

  /**
   * Where a sliver goes that has the place from `left` to `right`. One that is too narrow to see gets more: of its caller's
   * own part where that is behind it, else of the last wide sibling before it, and what is between them moves there.
   * undefined where there is no room.
   */
  placeForSliver(
    left: number,
    right: number,
    caller: number,
    isLast: boolean,
    host: SliverHost,
  ): { left: number; right: number } | undefined {
    const missing = SLIVER_WIDTH - (right - left);
    if (missing <= 0) return { left, right };
    const edge = this.#right.get(caller);
    if (right === left || edge - this.#left.get(caller) < SLIVER_HOST_WIDTH) return undefined;
    const own = isLast ? Math.max(0, Math.min(missing, edge - right)) : 0;
    const taken = missing - own;
    if (taken > 0) {
      if (host.box < 0 || this.#right.get(host.box) - this.#left.get(host.box) < SLIVER_HOST_WIDTH) {
        return undefined;
      }
      this.#right.set(host.box, this.#right.get(host.box) - taken);
      if (host.after >= 0) this.#move(host.after, -taken);
    }
    return { left: left - taken, right: right + own };
  }

  /** Moves the boxes from `from` on. */
  #move(from: number, by: number): void {
    for (let box = from; box < this.length; box++) {
      this.#left.set(box, this.#left.get(box) + by);
      this.#right.set(box, this.#right.get(box) + by);
    }
  }

  addUndrawn(box: number, rows: number): void {
    this.#undrawn.set(box, this.#undrawn.get(box) + rows);
  }

  finish(): LayoutColumns {
    return {
      length: this.#row.length,
      row: this.#row.finish(),
      runEnd: this.#runEnd.finish(),
      depth: this.#depth.finish(),
      left: this.#left.finish(),
      right: this.#right.finish(),
      undrawn: this.#undrawn.finish(),
      rows: this.#rows,
    };
  }
}
