import type { CallTree } from "../../profile/call-tree.ts";
import { baseName } from "../../profile/frame-name.ts";
import { frameKindOf, frameModule, frameName, Inlining, type TreeFrameKind } from "../../profile/frames.ts";
import type { ValueType } from "../../profile/profile.ts";
import type { SampledLines } from "../../profile/sampled-lines.ts";
import { displayName, fullName } from "./display-name.ts";
import { formatShare, formatWeight, plural } from "./format.ts";
import type { Layout } from "./layout.ts";
import { MAX_TOOLTIP_CHARACTERS } from "./limits.ts";

/** All that the page says about one frame, as text. */
export interface FrameFacts {
  name: string;
  kind: TreeFrameKind;
  /** Kind in words, `inlined` and the like. */
  marks: string[];
  /** Where the code is, one line each: module, source. */
  places: string[];
  /** (name, value) of weights and shares. */
  numbers: [name: string, value: string][];
  /** The lines with the most samples; "" when none is known. */
  hotLines: string;
  /** What a click does, where that is not obvious. */
  hint: string;
}

export const KIND_WORDS: Record<TreeFrameKind, string> = {
  root: "everything",
  process: "process",
  thread: "thread",
  kernel: "kernel",
  user: "program",
  library: "library",
  jit: "JIT-compiled",
  unknown: "unknown code",
};

/** Self and total of a row in a second unit (time). */
export interface SecondWeight {
  type: ValueType;
  self: number;
  total: number;
}

export function frameFacts(
  tree: CallTree,
  row: number,
  zoom: number,
  type: ValueType,
  second: SecondWeight | undefined,
  sampled?: SampledLines,
): FrameFacts {
  const { frames } = tree;
  const frame = tree.frame[row];
  const kind = frameKindOf(frames, frame);
  const module = frameModule(frames, frame);
  const file = frames.strings[frames.file[frame]];
  const line = frames.line[frame];
  const linkageName = frames.strings[frames.linkageName[frame]];
  const name = frameName(frames, frame);
  const places: string[] = [];
  if (module !== "") places.push(displayName(module));
  if (file !== "") places.push(displayName(line > 0 ? `${file}:${line}` : file));
  if (linkageName !== "" && linkageName !== name) places.push(fullName(linkageName, 200));
  const weigh = (weight: number, other: number | undefined) =>
    second && other !== undefined
      ? `${formatWeight(weight, type)} · ${formatWeight(other, second.type)}`
      : formatWeight(weight, type);
  return {
    name: kind === "root" ? "all samples" : fullName(name, MAX_TOOLTIP_CHARACTERS),
    kind,
    marks: kind === "root" ? [] : [KIND_WORDS[kind], ...inliningMarks(tree, row, sampled)],
    places,
    numbers: [
      ["Total", weigh(tree.total[row], second?.total)],
      ["Self", weigh(tree.self[row], second?.self)],
      ...shares(tree, tree.total[row], tree.parent[row], zoom),
    ],
    hotLines: sampled === undefined ? "" : hotLinesText(sampled, frames.strings, tree.total[row]),
    hint: "",
  };
}

/** `inlined`, `partly inlined`, with the share where that is known; nothing for a function that is called. */
function inliningMarks(tree: CallTree, row: number, sampled: SampledLines | undefined): string[] {
  switch (inliningOf(tree, row)) {
    case "called":
      return [];
    case "inlined":
      return ["inlined"];
    case "partly":
      return [
        sampled === undefined
          ? "partly inlined"
          : `inlined in ${formatShare(sampled.inlined, tree.total[row])} of its samples`,
      ];
  }
}

/** How the stacks through a row have its function: inlined into the caller in all, in some, or in none. */
export function inliningOf(tree: CallTree, row: number): "called" | "inlined" | "partly" {
  const bits = tree.inlining[row];
  if ((bits & Inlining.inlined) === 0) return "called";
  return bits === Inlining.inlined ? "inlined" : "partly";
}

/** Lines that the tooltip tells. */
const MAX_HOT_LINES = 3;

/** `parse.c:120 45.0%, :118 30.0%, scan.h:7 5.0%`: the file is told when it is another than before. */
function hotLinesText({ lines }: SampledLines, strings: readonly string[], total: number): string {
  let before = 0;
  return lines
    .filter(({ line }) => line > 0)
    .slice(0, MAX_HOT_LINES)
    .map(({ file, line, total: weight }) => {
      const name = file === before ? "" : displayName(baseName(strings[file]));
      before = file;
      return `${name}:${line} ${formatShare(weight, total)}`;
    })
    .join(", ");
}

/** Facts of a run of siblings too narrow to draw. */
export function runFacts(tree: CallTree, layout: Layout, box: number, type: ValueType): FrameFacts {
  const from = layout.row[box];
  const to = layout.runEnd[box];
  let weight = 0;
  for (let row = from; row < to; row = tree.subtreeEnd[row]) weight += tree.total[row];
  const heaviest = frameName(tree.frames, tree.frame[heaviestOfRun(tree, from, to)]);
  return {
    name: `${plural(to - from, "frame")} too narrow to draw`,
    kind: "unknown",
    marks: [],
    places: [],
    numbers: [
      ["Together", formatWeight(weight, type)],
      ...shares(tree, weight, tree.parent[from], layout.zoom),
    ],
    hotLines: "",
    hint: `Click to zoom into the widest: ${fullName(heaviest, 200)}`,
  };
}

/** The widest of the siblings in rows `from … to - 1`. */
export function heaviestOfRun(tree: CallTree, from: number, to: number): number {
  let best = from;
  for (let row = from; row < to; row = tree.subtreeEnd[row]) {
    if (tree.total[row] > tree.total[best]) best = row;
  }
  return best;
}

/** `Of all`, and of caller and zoomed frame where these are others. Callers of the zoomed frame have no share of it. */
function shares(tree: CallTree, weight: number, parent: number, zoom: number): [string, string][] {
  const result: [string, string][] = [["Of all", formatShare(weight, tree.total[0])]];
  if (parent > 0) result.push(["Of caller", formatShare(weight, tree.total[parent])]);
  if (zoom > 0 && weight <= tree.total[zoom]) {
    result.push(["Of zoomed frame", formatShare(weight, tree.total[zoom])]);
  }
  return result;
}

/** Characters of a name in the status line, which must leave room for the numbers. */
const MAX_STATUS_NAME = 80;

function shorten(name: string): string {
  return name.length <= MAX_STATUS_NAME ? name : `${name.slice(0, MAX_STATUS_NAME)}…`;
}

/** One line for the status bar and screen readers. */
export function factsSentence(facts: FrameFacts): string {
  const numbers = facts.numbers.map(([name, value]) => `${name.toLowerCase()} ${value}`).join(", ");
  const marks = facts.marks.length > 0 ? ` (${facts.marks.join(", ")})` : "";
  return `${shorten(facts.name)}${marks}: ${numbers}`;
}
