import type { CallTree } from "../../profile/call-tree.ts";
import type { Layout } from "./layout.ts";

/** An item of the tree that screen readers see in the place of the picture (ARIA `treeitem`). */
export interface TreeItem {
  /** Box of the layout. */
  box: number;
  /** From 1, as `aria-level`. */
  level: number;
  /** From 1, among `siblings`. */
  position: number;
  siblings: number;
  /** undefined: a leaf. `false`: it has frames that are not drawn. */
  expanded: boolean | undefined;
}

/** Callers of the focused box besides the root, siblings before and after it, and boxes on it, that are items. */
const NEAR_CALLERS = 16;
const NEAR_SIBLINGS = 12;
const NEAR_CHILDREN = 24;

/** The boxes around the focused one, in depth-first order: its callers, the siblings near it, and what is right on it. */
export function treeItems(tree: CallTree, layout: Layout, focus: number): TreeItem[] {
  const callers = callersOf(layout, focus);
  const near = callers.length > NEAR_CALLERS + 1 ? [callers[0], ...callers.slice(-NEAR_CALLERS)] : callers;
  const items = near.map((box) => itemOf(tree, layout, box));
  const siblings = siblingsOf(layout, focus, callers.at(-1) ?? -1);
  const at = siblings.indexOf(focus);
  for (const box of siblings.slice(Math.max(0, at - NEAR_SIBLINGS), at + NEAR_SIBLINGS + 1)) {
    items.push(itemOf(tree, layout, box));
    if (box !== focus) continue;
    for (const child of childrenOf(layout, focus, NEAR_CHILDREN)) items.push(itemOf(tree, layout, child));
  }
  return items;
}

function itemOf(tree: CallTree, layout: Layout, box: number): TreeItem {
  const callers = callersOf(layout, box);
  const siblings = siblingsOf(layout, box, callers.at(-1) ?? -1);
  return {
    box,
    level: layout.depth[box] + 1,
    position: siblings.indexOf(box) + 1,
    siblings: siblings.length,
    expanded: expansion(tree, layout, box),
  };
}

function expansion(tree: CallTree, layout: Layout, box: number): boolean | undefined {
  if (layout.runEnd[box] > 0) return false;
  const row = layout.row[box];
  if (tree.subtreeEnd[row] === row + 1) return undefined;
  return box + 1 < layout.length && layout.depth[box + 1] === layout.depth[box] + 1;
}

/** The boxes below `box` (its callers), the root first. */
function callersOf(layout: Layout, box: number): number[] {
  const callers: number[] = [];
  let depth = layout.depth[box];
  for (let at = box - 1; at >= 0 && depth > 0; at--) {
    if (layout.depth[at] >= depth) continue;
    callers.push(at);
    depth = layout.depth[at];
  }
  return callers.reverse();
}

/** `box` and the boxes beside it on the same caller. */
function siblingsOf(layout: Layout, box: number, caller: number): number[] {
  return caller < 0 ? [box] : childrenOf(layout, caller, Number.POSITIVE_INFINITY);
}

function childrenOf({ depth, length }: Layout, caller: number, most: number): number[] {
  const children: number[] = [];
  for (let at = caller + 1; at < length && depth[at] > depth[caller] && children.length < most; at++) {
    if (depth[at] === depth[caller] + 1) children.push(at);
  }
  return children;
}
