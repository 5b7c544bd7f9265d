import { type FrameKey, framesOfKey } from "../../profile/analysis/frame-key.ts";
import type { CallTree } from "../../profile/call-tree.ts";

/** The row of a function with the greatest total, the first of equals; -1 when the tree has none. */
export function heaviestRow(tree: CallTree, key: FrameKey): number {
  const wanted = framesOfKey(tree.frames, key);
  let best = -1;
  for (let row = 1; row < tree.length; row++) {
    if (wanted[tree.frame[row]] === 1 && (best < 0 || tree.total[row] > tree.total[best])) best = row;
  }
  return best;
}
