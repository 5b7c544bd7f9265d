import { buildCallTree, type CallTree } from "../../profile/call-tree.ts";
import { frameKindOf, frameModule, frameName, type TreeFrameKind } from "../../profile/frames.ts";
import type { Profile } from "../../profile/profile.ts";
import { functionTotals, topFunctions } from "../../profile/statistics.ts";

export interface HeavyFrame {
  name: string;
  /** Path of the file; "" where there is none. */
  module: string;
  kind: TreeFrameKind;
}

export interface HeavyFunction extends HeavyFrame {
  /** Source file, "" where it is not known, and line, 0 where it is not. */
  file: string;
  line: number;
  self: number;
  total: number;
}

export interface HeavyStack {
  self: number;
  /** From the process to the function that was running. */
  frames: HeavyFrame[];
}

/** What a profile says in a page of text. Weights are of the first sample type. */
export interface Heaviest {
  total: number;
  functions: HeavyFunction[];
  /** How many functions there are with weight of their own. */
  functionCount: number;
  stacks: HeavyStack[];
  stackCount: number;
}

/** The `top` functions and stacks of the greatest weight, heaviest first. */
export function heaviest(profile: Profile, top: number): Heaviest {
  const tree = buildCallTree(profile);
  const totals = functionTotals(tree);
  const functions = topFunctions(tree, totals, tree.frames.length, "self");
  const stacks = stacksByWeight(tree);
  return {
    total: tree.total[0],
    functionCount: functions.length,
    functions: Array.from(functions.subarray(0, top), (frame) => ({
      ...frameOf(tree, frame),
      file: tree.frames.strings[tree.frames.file[frame]],
      line: tree.frames.line[frame],
      self: totals.self[frame],
      total: totals.total[frame],
    })),
    stackCount: stacks.length,
    stacks: Array.from(stacks.subarray(0, top), (row) => ({
      self: tree.self[row],
      frames: pathOf(tree, row),
    })),
  };
}

/** The rows in which samples end, heaviest first, equals in the order of the tree. */
function stacksByWeight({ self, length }: CallTree): Int32Array {
  const rows: number[] = [];
  for (let row = 0; row < length; row++) if (self[row] !== 0) rows.push(row);
  return Int32Array.from(rows).sort((a, b) => self[b] - self[a] || a - b);
}

function pathOf(tree: CallTree, row: number): HeavyFrame[] {
  const path: HeavyFrame[] = [];
  for (let at = row; at > 0; at = tree.parent[at]) path.push(frameOf(tree, tree.frame[at]));
  return path.reverse();
}

function frameOf({ frames }: CallTree, frame: number): HeavyFrame {
  return {
    name: frameName(frames, frame),
    module: frameModule(frames, frame),
    kind: frameKindOf(frames, frame),
  };
}
