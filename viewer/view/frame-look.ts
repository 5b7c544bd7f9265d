import type { CallTree } from "../../profile/call-tree.ts";
import { frameKindOf, frameName } from "../../profile/frames.ts";
import { LOST } from "../model/chart-data.ts";
import type { Colouring } from "../model/colouring.ts";
import { shortName } from "../model/display-name.ts";
import { foldTemplates } from "../model/fold-templates.ts";
import { plural } from "../model/format.ts";
import { inliningOf } from "../model/frame-facts.ts";
import { withoutImportPath } from "../model/import-path.ts";
import { type Layout, zoomBase } from "../model/layout.ts";
import { MAX_LABEL_CHARACTERS, MIN_LABEL_WIDTH } from "../model/limits.ts";
import type { LostBlock } from "../model/lost-samples.ts";
import type { Emphasis, FramePaint } from "../model/palette.ts";
import { anyMatch, type SearchMatches } from "../model/search.ts";
import type { FrameLook } from "./frame-drawing.ts";

/** Frames narrower than this (pixels) are drawn without the gap around them, or nothing would be left. */
const THIN = 4;

/** Labels, colours and classes of the boxes of a layout, and of the block of lost samples beside them. */
export function frameLook(
  tree: CallTree,
  layout: Layout,
  search: SearchMatches | undefined,
  colouring: Colouring,
  fold: boolean,
  lost?: LostBlock,
): FrameLook {
  const { frames, frame, depth } = tree;
  const base = zoomBase(tree, layout.zoom);
  const callersEnd = layout.zoom.end > 0 ? depth[base] + 1 : depth[base];
  const widthOf = (box: number) => layout.right[box] - layout.left[box];
  const isSliver = (box: number) => layout.runEnd[box] > 0;
  const isMatch = (box: number) => {
    if (!search) return false;
    const row = layout.row[box];
    return isSliver(box) ? anyMatch(search, row, layout.runEnd[box]) : search.matched[row] === 1;
  };
  const isCaller = (box: number) => layout.depth[box] < callersEnd;
  const emphasis = (box: number): Emphasis => {
    if (isMatch(box)) return "match";
    return search !== undefined || isCaller(box) ? "quiet" : "plain";
  };
  const paints = new Map<number, FramePaint>();
  return {
    row: (box) => (box === LOST ? -1 : layout.row[box]),
    label(box) {
      if (box === LOST) return lost?.label ?? "";
      if (widthOf(box) < MIN_LABEL_WIDTH) return "";
      const row = layout.row[box];
      if (isSliver(box)) return plural(layout.runEnd[box] - row, "narrow frame");
      const kind = frameKindOf(frames, frame[row]);
      if (kind === "root") return "all";
      const whole = frameName(frames, frame[row]);
      const name = kind === "process" || kind === "thread" ? whole : withoutImportPath(whole);
      return shortName(fold ? foldTemplates(name) : name, MAX_LABEL_CHARACTERS);
    },
    paint(box) {
      if (box === LOST) return colouring.lost;
      let paint = paints.get(box);
      if (!paint) {
        paint = isSliver(box)
          ? colouring.sliver(emphasis(box))
          : colouring.paint(layout.row[box], emphasis(box));
        paints.set(box, paint);
      }
      return paint;
    },
    classes(box) {
      if (box === LOST) return lost?.isThin ? "lost thin" : "lost";
      let classes: string = frameKindOf(frames, frame[layout.row[box]]);
      if (isSliver(box)) classes += " sliver";
      else {
        if (inliningOf(tree, layout.row[box]) !== "called") classes += " inlined";
        const more = colouring.classes(layout.row[box]);
        if (more !== "") classes += ` ${more}`;
      }
      if (isMatch(box)) classes += " match";
      if (isCaller(box)) classes += " caller";
      if (widthOf(box) < THIN) classes += " thin";
      return classes;
    },
  };
}
