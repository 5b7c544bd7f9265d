import type { CallTree } from "../../profile/call-tree.ts";
import { formatCount, formatShare, plural } from "./format.ts";
import { type Layout, zoomWeight } from "./layout.ts";
import type { SearchCount } from "./search.ts";

/** Sentences about the whole picture. */

/** How much is not drawn frame by frame because it is too narrow; `""` when all is. */
export function hiddenSentence(tree: CallTree, layout: Layout): string {
  const { frames, weight } = layout.hidden;
  if (frames === 0) return "";
  const share = formatShare(weight, zoomWeight(tree, layout.zoom));
  let slivers = 0;
  for (let box = 0; box < layout.length; box++) if (layout.runEnd[box] > 0) slivers++;
  const verb = frames === 1 ? "is" : "are";
  const where = slivers > 0 ? `, in ${plural(slivers, "grey sliver")}` : "";
  return `${plural(frames, "frame")} ${verb} too narrow to draw (${share} of what is shown)${where}.`;
}

/** That there is more above or below, because pages of today hide their scroll bars; `""` when there is not. */
export function levelsSentence(rows: number, visible: number): string {
  if (rows <= visible) return "";
  return `${formatCount(visible)} of ${formatCount(rows)} levels fit; scroll for more.`;
}

/** That paper does not show all levels; `""` when it does. */
export function printedSentence(rows: number, printed: number): string {
  if (rows <= printed) return "";
  return `The first ${formatCount(printed)} of ${formatCount(rows)} levels are printed; zoom in to print others.`;
}

/** The weight of something, and what a search found in it. */
export interface Searched {
  weight: number;
  count: SearchCount;
}

/**
 * What a search found: of all samples (`all`: their weight), of those that filters and changes leave, and of the zoomed
 * part, as far as these are others.
 */
export function searchSentence(all: number, { weight, count: whole }: Searched, zoomed?: Searched): string {
  if (whole.frames === 0) return "No function matches.";
  const found =
    whole.functions > 0
      ? `${plural(whole.functions, "function")} in ${plural(whole.frames, "frame")}`
      : plural(whole.frames, "process or thread", "processes or threads");
  const shares = [`${formatShare(whole.weight, all)} of all samples`];
  if (weight !== all) shares.push(`${formatShare(whole.weight, weight)} of those shown`);
  if (zoomed) shares.push(`${formatShare(zoomed.count.weight, zoomed.weight)} of the zoomed part`);
  return [found, ...shares].join(" · ");
}

/** Why there is nothing to see though there are samples. */
export const NOTHING_LEFT_SENTENCE =
  "No samples are left: no sample fits the filters, the range of time and the changes together. Take one of them back.";

/** The same in a comparison, where the other side has some. */
export const OTHER_SIDE_SENTENCE =
  "No samples are left on this side: what fits the filters and changes is on the other one. Choose its widths, with key b.";

/** Why there is no graph, for a profile without samples. */
export const EMPTY_SENTENCE =
  "No samples were recorded. The target may have been idle or ended at once: record for longer, while it works, or check above what was lost.";
