import type { CallTree } from "../../profile/call-tree.ts";
import { frameKindOf, frameName } from "../../profile/frames.ts";
import { shortName } from "../model/display-name.ts";
import { plural } from "../model/format.ts";
import { inliningOf } from "../model/frame-facts.ts";
import type { Layout } from "../model/layout.ts";
import { MAX_LABEL_CHARACTERS, MIN_LABEL_WIDTH } from "../model/limits.ts";
import { type Emphasis, type FramePaint, framePaint, runPaint, type Theme } from "../model/palette.ts";
import { anyMatch, type SearchMatches } from "../model/search.ts";
import type { FrameLook } from "./frame-drawing.ts";

/** Frames narrower than this (pixels) are drawn without the gap around them, or nothing would be left. */
const THIN = 4;

/** Labels, colours and classes of the boxes of a layout. */
export function frameLook(
  tree: CallTree,
  layout: Layout,
  search: SearchMatches | undefined,
  theme: Theme,
): FrameLook {
  const { frames, frame, depth } = tree;
  const zoomDepth = depth[layout.zoom];
  const isRun = (box: number) => layout.runEnd[box] > 0;
  const isMatch = (box: number) => {
    if (!search) return false;
    const row = layout.row[box];
    return isRun(box) ? anyMatch(search, row, layout.runEnd[box]) : search.matched[row] === 1;
  };
  const isCaller = (box: number) => layout.depth[box] < zoomDepth;
  const emphasis = (box: number): Emphasis => {
    if (isMatch(box)) return "match";
    return search !== undefined || isCaller(box) ? "quiet" : "plain";
  };
  const paints = new Map<number, FramePaint>();
  return {
    row: (box) => layout.row[box],
    label(box) {
      if (layout.right[box] - layout.left[box] < MIN_LABEL_WIDTH) return "";
      const row = layout.row[box];
      if (isRun(box)) return `${plural(layout.runEnd[box] - row, "narrow frame")}`;
      return row === 0 ? "all" : shortName(frameName(frames, frame[row]), MAX_LABEL_CHARACTERS);
    },
    paint(box) {
      let paint = paints.get(box);
      if (!paint) {
        const row = frame[layout.row[box]];
        paint = isRun(box)
          ? runPaint(theme, emphasis(box))
          : framePaint(frameName(frames, row), frameKindOf(frames, row), theme, emphasis(box));
        paints.set(box, paint);
      }
      return paint;
    },
    classes(box) {
      const classes: string[] = [frameKindOf(frames, frame[layout.row[box]])];
      if (isRun(box)) classes.push("run");
      else if (inliningOf(tree, layout.row[box]) !== "called") classes.push("inlined");
      if (isMatch(box)) classes.push("match");
      if (isCaller(box)) classes.push("caller");
      if (layout.right[box] - layout.left[box] < THIN) classes.push("thin");
      return classes.join(" ");
    },
  };
}
