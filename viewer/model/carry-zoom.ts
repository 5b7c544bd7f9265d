import { isGroup } from "../../profile/frames.ts";
import { sameRow } from "./find-path.ts";
import type { ShownTree, TreeSource } from "./tree-source.ts";
import type { ViewState } from "./view-state.ts";

/** Where a zoom of one state is in the tree of another, which may be filtered, grouped or turned around; all where it is not. */
export function carryZoom(
  source: TreeSource,
  from: { shown: ShownTree; row: number },
  next: ViewState,
): Pick<ViewState, "zoom" | "zoomEnd"> {
  const before = from.shown;
  const isTurned = before.inverted !== (next.view === "inverted");
  const after = source.shown(isTurned ? { ...next, zoom: "" } : next);
  if (after.tree === before.tree) return { zoom: next.zoom, zoomEnd: next.zoomEnd };
  if (isTurned && !isGroup(before.tree.frames, before.tree.frame[from.row])) return { zoom: "", zoomEnd: "" };
  const found = isTurned ? -1 : source.paths.rowOf(after.tree, next.zoom);
  const same = found > 0 ? found : sameRow(before.tree, from.row, after.tree);
  return { zoom: source.paths.hashOf(after.tree, same), zoomEnd: "" };
}
