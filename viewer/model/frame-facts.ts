import type { CallTree } from "../../profile/call-tree.ts";
import { baseName } from "../../profile/frame-name.ts";
import { frameKindOf, frameModule, frameName, Inlining, type TreeFrameKind } from "../../profile/frames.ts";
import type { ValueType } from "../../profile/profile.ts";
import type { SampledLines } from "../../profile/sampled-lines.ts";
import type { ChangesOfRows } from "./diff/change-tones.ts";
import { changeNumbers, insertedSentence, verdictMark, verdictSentence } from "./diff/change-words.ts";
import { displayName, fullName } from "./display-name.ts";
import { formatShare, formatWeight, plural } from "./format.ts";
import { KIND_WORDS } from "./kind-words.ts";
import { type Layout, type Zoom, zoomBase, zoomWeight } from "./layout.ts";
import { MAX_PLACE_CHARACTERS, MAX_TOOLTIP_CHARACTERS } from "./limits.ts";

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
  /** In a comparison, whether it is a change and why, in sentences; else none. */
  verdict: string[];
}

/** Self and total of a row in a second unit (time). */
export interface SecondWeight {
  type: ValueType;
  self: number;
  total: number;
}

/** What rows mean in a tree that is not simply all samples from the root down. */
export interface TreeMeaning {
  /** The weight that shares are of; default: of the tree. */
  all?: number;
  /** Whether rows below others are their callers. */
  inverted?: boolean;
  /** In a comparison. */
  changes?: ChangesOfRows | undefined;
}

export function frameFacts(
  tree: CallTree,
  row: number,
  zoom: Zoom,
  type: ValueType,
  second: SecondWeight | undefined,
  sampled?: SampledLines,
  meaning: TreeMeaning = {},
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
  if (module !== "") places.push(fullName(module, MAX_PLACE_CHARACTERS));
  if (file !== "") places.push(placeText(file, line));
  if (linkageName !== "" && linkageName !== name) places.push(fullName(linkageName, MAX_PLACE_CHARACTERS));
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
      [meaning.inverted ? "Without callers" : "Self", weigh(tree.self[row], second?.self)],
      ...shares(tree, tree.total[row], tree.parent[row], zoom, meaning),
    ],
    hotLines: sampled === undefined ? "" : hotLinesText(sampled, frames.strings, tree.total[row]),
    hint: "",
    verdict: [],
    ...(meaning.changes && comparedFacts(meaning.changes, row, kind)),
  };
}

/** What a comparison tells of a row in the place of its weights. */
function comparedFacts(
  { comparison, of }: ChangesOfRows,
  row: number,
  kind: TreeFrameKind,
): Pick<FrameFacts, "marks" | "numbers" | "verdict"> {
  const change = of(row);
  return {
    marks: [kind === "root" ? "" : KIND_WORDS[kind], verdictMark(change)].filter((mark) => mark !== ""),
    numbers: changeNumbers(comparison, change),
    verdict: [verdictSentence(comparison, change), insertedSentence(change)].filter((text) => text !== ""),
  };
}

/** `file:line`; of very long paths the start. */
export function placeText(file: string, line: number): string {
  const path = fullName(file, MAX_PLACE_CHARACTERS);
  return line > 0 ? `${path}:${line}` : path;
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
      const name = file === before ? "" : fullName(baseName(strings[file]), MAX_PLACE_CHARACTERS);
      before = file;
      return `${name}:${line} ${formatShare(weight, total)}`;
    })
    .join(", ");
}

/** Facts of a sliver: siblings too narrow to draw one by one. */
export function sliverFacts(
  tree: CallTree,
  layout: Layout,
  box: number,
  type: ValueType,
  meaning: TreeMeaning = {},
): FrameFacts {
  const from = layout.row[box];
  const end = layout.runEnd[box];
  const weight = zoomWeight(tree, { row: from, end });
  return {
    name: `${plural(end - from, "frame")}, ${formatShare(weight, meaning.all ?? tree.total[0])}`,
    kind: "unknown",
    marks: ["too narrow to draw"],
    places: [],
    numbers: [
      ["Together", formatWeight(weight, type)],
      ...shares(tree, weight, tree.parent[from], layout.zoom, meaning),
    ],
    hotLines: "",
    hint: "Click to zoom in there.",
    verdict: [],
  };
}

/** What a click on a box zooms into; of a sliver, its caller, and where that has the full width already, the sliver. */
export function zoomTarget(tree: CallTree, layout: Layout, box: number): Zoom {
  const row = layout.row[box];
  const end = layout.runEnd[box];
  if (end === 0) return { row, end: 0 };
  const caller = tree.parent[row];
  return caller === zoomBase(tree, layout.zoom) ? { row, end } : { row: caller, end: 0 };
}

/** How many frames right above a box are not drawn, in words; "" when all are. */
export function undrawnWords(layout: Layout, box: number): string {
  const count = layout.undrawn[box];
  return count === 0 ? "" : `${plural(count, "narrower frame")} not drawn`;
}

/** `Of all`, and of caller and zoomed part where these are others. Callers of the zoomed part have no share of it. */
function shares(
  tree: CallTree,
  weight: number,
  parent: number,
  zoom: Zoom,
  { all = tree.total[0], inverted = false }: TreeMeaning,
): [string, string][] {
  const result: [string, string][] = [["Of all", formatShare(weight, all)]];
  if (parent > 0)
    result.push([inverted ? "Of callee" : "Of caller", formatShare(weight, tree.total[parent])]);
  const zoomed = zoomWeight(tree, zoom);
  if (zoom.end > 0 && weight <= zoomed) result.push(["Of zoomed part", formatShare(weight, zoomed)]);
  else if (zoom.row > 0 && weight <= zoomed) result.push(["Of zoomed frame", formatShare(weight, zoomed)]);
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

/** What screen readers say of a box: name, kind, share and weight. */
export function describeFrame(
  tree: CallTree,
  layout: Layout,
  box: number,
  { all = tree.total[0], inverted = false, changes }: TreeMeaning = {},
): string {
  const row = layout.row[box];
  const end = layout.runEnd[box];
  if (end > 0) {
    const share = formatShare(zoomWeight(tree, { row, end }), all);
    return `${plural(end - row, "frame")} too narrow to draw, ${share} of all`;
  }
  const { frames } = tree;
  const kind = frameKindOf(frames, tree.frame[row]);
  const compared = changes && [
    verdictMark(changes.of(row)),
    ...changeNumbers(changes.comparison, changes.of(row)).map(
      ([name, value]) => `${name.toLowerCase()} ${value}`,
    ),
  ];
  const words = [
    kind === "root" ? "all samples" : shorten(displayName(frameName(frames, tree.frame[row]))),
    kind === "root" ? "" : KIND_WORDS[kind],
    ...inliningMarks(tree, row, undefined),
    ...(compared ?? [
      `${formatShare(tree.total[row], all)} of all`,
      inverted ? "" : `itself ${formatShare(tree.self[row], all)}`,
    ]),
    undrawnWords(layout, box),
  ];
  return words.filter((text) => text !== "").join(", ");
}
