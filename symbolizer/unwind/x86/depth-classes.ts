/**
 * Depths of the stack that are not known yet, by how they differ from each other: a union-find whose members have a number each. What
 * contradicts itself is spoilt as a whole.
 */
export class DepthClasses {
  readonly #parent: Int32Array;
  /** Depth of a member less that of its parent. */
  readonly #above: Int32Array;
  /** Of a root: its depth, or `UNKNOWN`. */
  readonly #depth: Int32Array;
  /** Of a root. */
  readonly #spoilt: Uint8Array;
  /** Of the member that was found last: its depth less its root's. */
  above = 0;

  constructor(members: number) {
    this.#parent = Int32Array.from({ length: members }, (_, member) => member);
    this.#above = new Int32Array(members);
    this.#depth = new Int32Array(members).fill(UNKNOWN);
    this.#spoilt = new Uint8Array(members);
  }

  /** The root of a member's class; `above` is then the difference. */
  rootOf(member: number): number {
    let root = member;
    let above = 0;
    while (this.#parent[root] !== root) {
      above = (above + this.#above[root]) | 0;
      root = this.#parent[root];
    }
    this.above = above;
    // All on the way come right below the root.
    let each = member;
    let left = above;
    while (this.#parent[each] !== root && each !== root) {
      const next = this.#parent[each];
      const own = this.#above[each];
      this.#parent[each] = root;
      this.#above[each] = left;
      left = (left - own) | 0;
      each = next;
    }
    return root;
  }

  /** `other` is deeper than `member` by `bytes`. */
  join(member: number, other: number, bytes: number): void {
    const root = this.rootOf(member);
    const above = (this.above + bytes) | 0;
    const otherRoot = this.rootOf(other);
    // other = root + above = otherRoot + otherAbove
    const between = (above - this.above) | 0;
    if (root === otherRoot) {
      if (between !== 0) this.#spoilt[root] = 1;
      return;
    }
    this.#parent[otherRoot] = root;
    this.#above[otherRoot] = between;
    this.#spoilt[root] |= this.#spoilt[otherRoot];
    if (this.#depth[otherRoot] !== UNKNOWN) this.#tell(root, (this.#depth[otherRoot] - between) | 0);
  }

  /** A member's depth is `depth`. */
  fix(member: number, depth: number): void {
    const root = this.rootOf(member);
    this.#tell(root, (depth - this.above) | 0);
  }

  spoil(member: number): void {
    this.#spoilt[this.rootOf(member)] = 1;
  }

  isSpoilt(member: number): boolean {
    return this.#spoilt[this.rootOf(member)] === 1;
  }

  /** `UNKNOWN`: nothing tells it, or what does is contradictory. */
  depthOf(member: number): number {
    const root = this.rootOf(member);
    if (this.#spoilt[root] === 1 || this.#depth[root] === UNKNOWN) return UNKNOWN;
    return (this.#depth[root] + this.above) | 0;
  }

  #tell(root: number, depth: number): void {
    if (this.#depth[root] === UNKNOWN) this.#depth[root] = depth;
    else if (this.#depth[root] !== depth) this.#spoilt[root] = 1;
  }
}

/** No depth is so small. */
export const UNKNOWN = -0x80000000;
