/**
 * A tree that an outline can show: nodes are integers, siblings come heaviest first. It may grow while it is looked at,
 * as inverted trees do; `-1` is "none".
 */
export interface TreeNodes {
  /** The topmost nodes: this one and its siblings. */
  readonly first: number;
  firstChild(node: number): number;
  nextSibling(node: number): number;
  parent(node: number): number;
  /** 0 for the topmost. */
  depth(node: number): number;
  /** Whether `firstChild` would give one, without making it. */
  hasChildren(node: number): boolean;
  /** Row of the frame table. */
  frame(node: number): number;
  /** Weight of the samples that end in the node. */
  self(node: number): number;
  /** Weight of the samples through it. */
  total(node: number): number;
  /** The nodes of one subtree are `node … end - 1`, where they all exist already. */
  subtreeEnd?(node: number): number;
}
