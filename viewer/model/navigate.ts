import type { Layout } from "./layout.ts";

/** Where an arrow key leads; callee and caller are up or down by the graph's direction. */
export type Step = "callee" | "caller" | "left" | "right";

/** The drawn box beside `box` in a direction, or `box` itself where there is none. Boxes are in depth-first order. */
export function stepFrom(layout: Layout, box: number, step: Step): number {
  const { depth, length } = layout;
  switch (step) {
    case "callee":
      return box + 1 < length && depth[box + 1] === depth[box] + 1 ? box + 1 : box;
    case "caller":
      for (let at = box - 1; at >= 0; at--) if (depth[at] === depth[box] - 1) return at;
      return box;
    case "right":
      for (let at = box + 1; at < length; at++) if (depth[at] === depth[box]) return at;
      return box;
    case "left":
      for (let at = box - 1; at >= 0; at--) if (depth[at] === depth[box]) return at;
      return box;
  }
}

/** The box that shows `row` of the tree: as a frame or in a run; -1 when it is not drawn. */
export function boxOfRow(layout: Layout, row: number): number {
  for (let box = 0; box < layout.length; box++) {
    if (layout.row[box] === row || (row >= layout.row[box] && row < layout.runEnd[box])) return box;
  }
  return -1;
}

/** The frame of a box in another layout of the same tree; undefined: it is none there, or was none here. What is no frame is the same. */
export function sameFrame(layout: Layout, box: number | undefined, other: Layout): number | undefined {
  if (box === undefined || box < 0) return box;
  if (layout.runEnd[box] > 0) return undefined;
  const same = boxOfRow(other, layout.row[box]);
  return same < 0 || other.runEnd[same] > 0 ? undefined : same;
}

/** Up and down are as on the screen: up leads to callees in a flame and to callers in an icicle. */
export function stepOfKey(key: string, direction: "flame" | "icicle"): Step | undefined {
  switch (key) {
    case "ArrowLeft":
      return "left";
    case "ArrowRight":
      return "right";
    case "ArrowUp":
      return direction === "flame" ? "callee" : "caller";
    case "ArrowDown":
      return direction === "flame" ? "caller" : "callee";
    default:
      return undefined;
  }
}
