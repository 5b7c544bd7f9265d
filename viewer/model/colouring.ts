import type { CallTree } from "../../profile/call-tree.ts";
import { baseName } from "../../profile/frame-name.ts";
import {
  FRAME_KINDS,
  frameKindOf,
  frameModule,
  frameName,
  Inlining,
  isGroup,
  type TreeFrameKind,
} from "../../profile/frames.ts";
import { type ChangesOfRows, changeClasses, changeLegend, toneOfChange } from "./diff/change-tones.ts";
import { shortName } from "./display-name.ts";

import { formatShare, plural } from "./format.ts";
import { KIND_WORDS } from "./kind-words.ts";
import { packageOf } from "./package-name.ts";
import {
  categoryTones,
  type Emphasis,
  type FramePaint,
  kindTone,
  lostTone,
  nameTone,
  neutralTone,
  paintOf,
  rampTones,
  shadedKindTone,
  type Theme,
  type Tone,
} from "./palette.ts";
import type { ColourMode } from "./view-state.ts";

/** What the colours of one picture mean. */
export interface Colouring {
  /** The paint of a row of the tree that it was made for. */
  paint(row: number, emphasis: Emphasis): FramePaint;
  /** The paint of a sliver. */
  sliver(emphasis: Emphasis): FramePaint;
  /** The paint of the block of lost samples, below its hatching. */
  lost: FramePaint;
  /** CSS classes of a row for what is told by more than its colour; "" for none. */
  classes(row: number): string;
  legend: LegendEntry[];
}

export interface LegendEntry {
  words: string;
  /** Fill colour; "none": words alone; "": the dashed edge of inlined calls. */
  fill: string;
  /** What stands behind the words, e.g. a share; "" for nothing. */
  note: string;
  /** What else the swatch has. */
  mark?: "hatched" | "lined" | "lost";
  /** Several colours in a row, in the place of one, and what stands before them. */
  ramp?: string[];
  lead?: string;
}

export const COLOUR_MODE_WORDS: Record<ColourMode, string> = {
  change: "change",
  kind: "kind of code",
  module: "program or library",
  package: "package or namespace",
  self: "own share",
  name: "function name",
};

/**
 * The colouring of `tree`. Ranks (which modules have a colour of their own) are those of `whole`, the tree before filters
 * and zoom, so that a colour keeps its meaning. `changes` are those of the rows of `tree`, in a comparison.
 */
export function makeColouring(
  tree: CallTree,
  whole: CallTree,
  mode: ColourMode,
  theme: Theme,
  changes?: ChangesOfRows,
): Colouring {
  const { toneOf, legend } = toneSource(tree, whole, mode, theme, changes);
  const inlined = tree.inlining.some((bits) => (bits & Inlining.inlined) !== 0);
  return {
    paint: (row, emphasis) => paintOf(toneOf(row), theme, emphasis),
    sliver: (emphasis) => paintOf(neutralTone(theme), theme, emphasis),
    lost: paintOf(lostTone(theme), theme, "plain"),
    classes: (row) => (changes === undefined ? "" : changeClasses(changes, row)),
    legend: inlined ? [...legend, { words: "inlined", fill: "", note: "" }] : legend,
  };
}

interface ToneSource {
  toneOf(row: number): Tone;
  legend: LegendEntry[];
}

function toneSource(
  tree: CallTree,
  whole: CallTree,
  mode: ColourMode,
  theme: Theme,
  changes: ChangesOfRows | undefined,
): ToneSource {
  switch (mode) {
    case "change":
      if (changes === undefined) return byKind(tree, theme);
      return {
        toneOf: (row) => toneOfChange(changes, row, theme),
        legend: changeLegend(changes, tree.length, theme),
      };
    case "kind":
      return byKind(tree, theme);
    case "module":
      return byCategory(tree, whole, theme, moduleOf);
    case "package":
      return byCategory(tree, whole, theme, packageOfFrame);
    case "self":
      return bySelf(tree, theme);
    case "name":
      return byName(tree, theme);
  }
}

const fillOf = (tone: Tone, theme: Theme) => paintOf(tone, theme, "plain").fill;

function byKind(tree: CallTree, theme: Theme): ToneSource {
  const { frames, frame } = tree;
  const present = new Set<TreeFrameKind>();
  for (let row = 0; row < tree.length; row++) present.add(frameKindOf(frames, frame[row]));
  const legend = FRAME_KINDS.filter((kind) => present.has(kind) && kind !== "root" && kind !== "thread").map(
    (kind) => ({
      words: kind === "process" ? "process, thread" : KIND_WORDS[kind],
      fill: fillOf(kindTone(kind, theme), theme),
      note: "",
    }),
  );
  const known = new Map<number, Tone>();
  return {
    toneOf(row) {
      const tone =
        known.get(frame[row]) ??
        shadedKindTone(frameKindOf(frames, frame[row]), frameName(frames, frame[row]), theme);
      known.set(frame[row], tone);
      return tone;
    },
    legend,
  };
}

function byName(tree: CallTree, theme: Theme): ToneSource {
  const { frames, frame } = tree;
  return {
    toneOf: (row) =>
      isGroup(frames, frame[row])
        ? kindTone("process", theme)
        : nameTone(frameName(frames, frame[row]), theme),
    legend: [{ words: "Each name has its own colour, the same in every graph.", fill: "none", note: "" }],
  };
}

type CategoryOf = (tree: CallTree, frame: number) => string;

const moduleOf: CategoryOf = ({ frames }, frame) => {
  const module = frameModule(frames, frame);
  return module === "" ? "unknown" : baseName(module);
};

const packageOfFrame: CategoryOf = ({ frames }, frame) =>
  packageOf(frameName(frames, frame), frameKindOf(frames, frame), frameModule(frames, frame));

/** The categories with the most samples of their own have a colour each; all others are neutral together. */
function byCategory(tree: CallTree, whole: CallTree, theme: Theme, categoryOf: CategoryOf): ToneSource {
  const tones = categoryTones(theme);
  const ranked = rankedCategories(whole, categoryOf);
  const toneOfCategory = new Map(
    ranked.slice(0, tones.length).map(([category], rank) => [category, tones[rank]]),
  );
  const rest = ranked.slice(tones.length);
  const legend = ranked.slice(0, tones.length).map(([category, weight], rank) => ({
    words: shortName(category, 40),
    fill: fillOf(tones[rank], theme),
    note: formatShare(weight, whole.total[0]),
  }));
  if (rest.length > 0) {
    const weight = rest.reduce((sum, [, each]) => sum + each, 0);
    legend.push({
      words: plural(rest.length, "other"),
      fill: fillOf(neutralTone(theme), theme),
      note: formatShare(weight, whole.total[0]),
    });
  }
  const known = new Map<number, Tone>();
  return {
    toneOf(row) {
      const frame = tree.frame[row];
      let tone = known.get(frame);
      if (tone === undefined) {
        tone = isGroup(tree.frames, frame)
          ? kindTone("process", theme)
          : (toneOfCategory.get(categoryOf(tree, frame)) ?? neutralTone(theme));
        known.set(frame, tone);
      }
      return tone;
    },
    legend,
  };
}

/** Categories with the weight of the samples that end in them, heaviest first, equals by name. */
function rankedCategories(tree: CallTree, categoryOf: CategoryOf): [category: string, weight: number][] {
  const self = new Float64Array(tree.frames.length);
  for (let row = 0; row < tree.length; row++) self[tree.frame[row]] += tree.self[row];
  const weights = new Map<string, number>();
  for (let frame = 0; frame < self.length; frame++) {
    if (isGroup(tree.frames, frame)) continue;
    const category = categoryOf(tree, frame);
    weights.set(category, (weights.get(category) ?? 0) + self[frame]);
  }
  return [...weights].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
}

/** Shares of all samples from which a step of the ramp is taken; below the first: nothing of its own worth telling. */
const RAMP_FROM = [0, 0.0001, 0.001, 0.01, 0.03, 0.1];
const RAMP_WORDS = ["own share: none", "from 0.01%", "0.1%", "1%", "3%", "10% of all"];

function bySelf(tree: CallTree, theme: Theme): ToneSource {
  const ramp = rampTones(theme);
  const all = tree.total[0];
  return {
    toneOf(row) {
      const share = all > 0 ? tree.self[row] / all : 0;
      let step = ramp.length - 1;
      while (step > 0 && share < RAMP_FROM[step]) step--;
      return ramp[step];
    },
    legend: ramp.map((tone, step) => ({
      words: RAMP_WORDS[step],
      fill: fillOf(tone, theme),
      note: "",
    })),
  };
}
