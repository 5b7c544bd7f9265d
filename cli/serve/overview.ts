import { buildCallTree } from "../../profile/call-tree.ts";
import { frameName } from "../../profile/frames.ts";
import type { Profile } from "../../profile/profile.ts";
import type { Overview } from "../../viewer/served/messages.ts";

/** Frames narrower than this share of the whole (two pixels of a wide window) come with the profile itself. */
const MIN_SHARE = 1 / 800;
/** A bound for deep graphs: the picture is there for a second or a minute. */
const MAX_BOXES = 4000;
const MAX_LEVELS = 200;
const MAX_NAME = 200;

/** The widest frames of the call tree, in its order. */
export function overviewOf(profile: Profile): Overview {
  const { frames, frame, parent, depth, total, subtreeEnd, length } = buildCallTree(profile);
  const overview: Overview = { name: [], kind: [], depth: [], left: [], width: [] };
  const all = total[0];
  if (!(all > 0)) return overview;
  // Where the next child of the frame that is open at each level begins.
  const next: number[] = [];
  for (let row = 0; row < length && overview.name.length < MAX_BOXES; ) {
    const width = Math.max(0, total[row]) / all;
    const level = depth[row];
    const left = parent[row] < 0 ? 0 : next[level];
    next[level] = left + width;
    next[level + 1] = left;
    if (width < MIN_SHARE || level >= MAX_LEVELS) {
      row = subtreeEnd[row];
      continue;
    }
    overview.name.push(frameName(frames, frame[row]).slice(0, MAX_NAME));
    overview.kind.push(frames.kind[frame[row]]);
    overview.depth.push(level);
    overview.left.push(round(left));
    overview.width.push(round(width));
    row++;
  }
  return overview;
}

/** To a hundred-thousandth, which is a fraction of a pixel. */
function round(share: number): number {
  return Math.round(share * 1e5) / 1e5;
}
