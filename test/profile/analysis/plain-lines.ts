import type { CallTree } from "../../../profile/call-tree.ts";
import { FRAME_KINDS, frameName, Inlining, kindCode, type ProfileFrames } from "../../../profile/frames.ts";
import type { Profile } from "../../../profile/profile.ts";
import { type GroupBy, groupSamples } from "../../../profile/sample-groups.ts";
import type { SampledLine, SampledLines } from "../../../profile/sampled-lines.ts";

/**
 * A judge of `Analysis.lines`, which goes by the stacks' own frames: the lines of the samples through `row` of `tree`, which must be a tree of all samples of `profile`, made with the
 * same `frames`, `groupBy` and `valueIndex`. One pass over stacks and one over samples.
 *
 *     main (calls parse on line 9)          row `parse`: line 21  total 3, self 0
 *     └── parse (calls read on line 21) 3                line 22  total 2, self 2
 *     └── parse (is on line 22)         2
 */
export function sampledLines(
  profile: Profile,
  frames: ProfileFrames,
  tree: CallTree,
  row: number,
  groupBy: GroupBy,
  valueIndex = 0,
): SampledLines {
  const { groups, path } = pathOf(tree, row);
  if (path.length === 0) return { lines: [], inlined: 0 };
  const { entry, isLast } = passages(profile, frames, path);

  const { samples, lines, functions } = profile;
  const isTaken = groupTest(profile, groupBy, groups);
  const values = samples.values[valueIndex];
  const found = new Map<string, SampledLine>();
  let inlined = 0;
  for (let sample = 0; sample < samples.length; sample++) {
    const stack = samples.stack[sample];
    if (stack < 0 || entry[stack] < 0 || !isTaken(sample)) continue;
    if (frames.inlining[entry[stack]] === Inlining.inlined) inlined += values[sample];
    const at = frames.line[entry[stack]];
    const file = at < 0 ? 0 : functions.file[lines.function[at]];
    const line = at < 0 ? 0 : lines.line[at];
    const key = `${file}:${line}`;
    let sum = found.get(key);
    if (sum === undefined) {
      sum = { file, line, self: 0, total: 0 };
      found.set(key, sum);
    }
    sum.total += values[sample];
    if (isLast[stack]) sum.self += values[sample];
  }
  const sorted = [...found.values()].sort((a, b) => b.total - a.total || a.file - b.file || a.line - b.line);
  return { lines: sorted, inlined };
}

/** Names of the groups above `row`, and the function frames from the outermost down to `row`. */
function pathOf(tree: CallTree, row: number): { groups: string[]; path: number[] } {
  const groups: string[] = [];
  const path: number[] = [];
  const firstFunctionKind = kindCode("kernel");
  for (let at = row; at > 0; at = tree.parent[at]) {
    const frame = tree.frame[at];
    const kind = tree.frames.kind[frame];
    if (kind >= firstFunctionKind) path.push(frame);
    else groups.push(groupKey(FRAME_KINDS[kind], frameName(tree.frames, frame)));
  }
  return { groups: groups.reverse(), path: path.reverse() };
}

function groupKey(kind: string, name: string): string {
  return `${kind} ${name}`;
}

/** Whether a sample lies below the groups of a path. */
function groupTest(
  profile: Profile,
  groupBy: GroupBy,
  wanted: readonly string[],
): (sample: number) => boolean {
  if (wanted.length === 0) return () => true;
  const { group, paths } = groupSamples(profile, groupBy);
  const isWanted = paths.map((frames) =>
    wanted.every(
      (key, level) => level < frames.length && groupKey(frames[level].kind, frames[level].name) === key,
    ),
  );
  return (sample) => isWanted[group[sample]];
}

/**
 * Which entry of `frames.frame` is the last frame of `path` in each stack that goes through the path; -1: it does not.
 * `isLast`: nothing of the stack lies beyond it.
 */
function passages(
  { stacks }: Profile,
  frames: ProfileFrames,
  path: readonly number[],
): { entry: Int32Array; isLast: Uint8Array } {
  const entry = new Int32Array(stacks.length).fill(-1);
  const isLast = new Uint8Array(stacks.length);
  /** Frames of the path that the stack has begun with; -1: it has left the path. */
  const matched = new Int32Array(stacks.length).fill(-1);
  for (let row = 0; row < stacks.length; row++) {
    const parent = stacks.parent[row];
    if (parent >= 0 && entry[parent] >= 0) {
      entry[row] = entry[parent];
      continue;
    }
    let level = parent < 0 ? 0 : matched[parent];
    if (level < 0) continue;
    const location = stacks.location[row];
    const end = frames.start[location + 1];
    let at = frames.start[location];
    while (at < end && level < path.length && frames.frame[at] === path[level]) {
      at++;
      level++;
    }
    if (level === path.length) {
      entry[row] = at - 1;
      isLast[row] = at === end ? 1 : 0;
    } else if (at === end) {
      matched[row] = level;
    }
  }
  return { entry, isLast };
}
