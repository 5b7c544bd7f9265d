import type { TreeFrameKind } from "../../profile/frames.ts";
import { oklch, toHex } from "./oklch.ts";

/**
 * The colours of frames, in OKLCH. The sets were found by search for the largest least distance (CIEDE2000) between any
 * two of them, as people with full colour vision, protanopia, deuteranopia and tritanopia see them, within tones that are
 * calm and leave the text readable; test/viewer/palette.test.ts checks both.
 */

export type Theme = "light" | "dark";

/** How a frame stands to search and zoom. `quiet`: a search is on and this is no match, or it is a caller of the zoom. */
export type Emphasis = "plain" | "match" | "quiet";

export interface FramePaint {
  fill: string;
  text: string;
}

/** Lightness 0 … 1, chroma, hue in degrees. */
export type Tone = readonly [lightness: number, chroma: number, hue: number];

interface ThemeTones {
  kinds: Record<TreeFrameKind, Tone>;
  /** For modules and packages, the most different ones first. */
  categories: readonly Tone[];
  /** From nothing to most. */
  ramp: readonly Tone[];
  /** Of what has no colour of its own. */
  neutral: Tone;
  /** Of what was lost: as good as the page, as it is a gap. */
  lost: Tone;
  changes: ChangeTones;
  /** Lightness and chroma of colours whose hue is the name's. */
  named: readonly [lightness: number, chroma: number];
  match: FramePaint;
}

/** Of comparisons: from slightly to much less or more, and what was not tested. Orange and blue are apart for everybody. */
export interface ChangeTones {
  less: readonly Tone[];
  more: readonly Tone[];
  untested: Tone;
}

/** Texts on light and on dark fills, and the lightness from which a fill counts as light. */
const TEXT_ON_LIGHT = "#1b1d22";
const TEXT_ON_DARK = "#f3f4f6";
const LIGHT_FROM = 0.6;

const TONES: Record<Theme, ThemeTones> = {
  light: {
    kinds: {
      user: [0.835, 0.12, 82],
      library: [0.76, 0.115, 250],
      jit: [0.9, 0.092, 150],
      kernel: [0.7, 0.12, 345],
      unknown: [0.68, 0.02, 72],
      process: [0.925, 0.014, 260],
      thread: [0.925, 0.014, 260],
      root: [0.925, 0.014, 260],
    },
    categories: [
      [0.847, 0.125, 262],
      [0.896, 0.121, 92],
      [0.721, 0.05, 291],
      [0.915, 0.125, 157],
      [0.718, 0.125, 273],
      [0.725, 0.124, 88],
      [0.768, 0.054, 151],
      [0.7, 0.067, 98],
    ],
    ramp: [
      [0.955, 0.012, 85],
      [0.925, 0.06, 90],
      [0.865, 0.11, 82],
      [0.785, 0.14, 66],
      [0.69, 0.165, 48],
      [0.5, 0.17, 30],
    ],
    neutral: [0.875, 0, 0],
    lost: [0.975, 0, 0],
    changes: {
      less: [
        [0.9, 0.045, 245],
        [0.835, 0.08, 248],
        [0.755, 0.115, 252],
        [0.66, 0.145, 257],
      ],
      more: [
        [0.91, 0.06, 72],
        [0.845, 0.11, 64],
        [0.765, 0.15, 54],
        [0.68, 0.175, 42],
      ],
      untested: [0.965, 0, 0],
    },
    named: [0.845, 0.085],
    match: { fill: "#1f3fbf", text: "#ffffff" },
  },
  dark: {
    kinds: {
      user: [0.456, 0.085, 62],
      library: [0.37, 0.089, 246],
      jit: [0.518, 0.06, 147],
      kernel: [0.53, 0.062, 338],
      unknown: [0.385, 0.02, 84],
      process: [0.3, 0.014, 260],
      thread: [0.3, 0.014, 260],
      root: [0.3, 0.014, 260],
    },
    categories: [
      [0.409, 0.11, 257],
      [0.51, 0.11, 111],
      [0.323, 0.088, 28],
      [0.535, 0.11, 294],
      [0.507, 0.067, 209],
      [0.406, 0.085, 93],
      [0.31, 0.108, 319],
      [0.522, 0.048, 37],
    ],
    ramp: [
      [0.29, 0.008, 260],
      [0.34, 0.04, 60],
      [0.41, 0.075, 55],
      [0.48, 0.11, 50],
      [0.555, 0.14, 45],
      [0.8, 0.14, 75],
    ],
    neutral: [0.36, 0, 0],
    lost: [0.24, 0, 0],
    changes: {
      less: [
        [0.375, 0.05, 250],
        [0.41, 0.085, 254],
        [0.455, 0.12, 258],
        [0.51, 0.155, 261],
      ],
      more: [
        [0.385, 0.05, 62],
        [0.43, 0.08, 56],
        [0.48, 0.11, 50],
        [0.535, 0.14, 44],
      ],
      untested: [0.255, 0, 0],
    },
    named: [0.46, 0.075],
    match: { fill: "#ffd43b", text: "#17181b" },
  },
};

/** How far a name moves the colour of its kind, so that neighbours stay apart: less than kinds are apart. */
const KIND_SPREAD = { lightness: 0.016, hue: 5 };

/** What `quiet` leaves of the chroma, and how far it moves the lightness to the neutral one. */
const QUIET = { chroma: 0.3, towardsNeutral: 0.6 };

/** Process, thread and root: they are no code, and have no shades. */
const GROUPS = new Set<TreeFrameKind>(["process", "thread", "root"]);

export function kindTone(kind: TreeFrameKind, theme: Theme): Tone {
  return TONES[theme].kinds[kind];
}

/** The tone of a kind, in the name's own shade. */
export function shadedKindTone(kind: TreeFrameKind, name: string, theme: Theme): Tone {
  const [lightness, chroma, hue] = kindTone(kind, theme);
  if (GROUPS.has(kind)) return [lightness, chroma, hue];
  const hash = hashName(name);
  return [
    lightness + signed(hash >>> 16) * KIND_SPREAD.lightness,
    chroma,
    hue + signed(hash & 0xffff) * KIND_SPREAD.hue,
  ];
}

/** The same name has the same hue in every graph. */
export function nameTone(name: string, theme: Theme): Tone {
  const hash = hashName(name);
  const [lightness, chroma] = TONES[theme].named;
  return [lightness + signed(hash >>> 16) * 0.025, chroma, ((hash & 0xffff) / 0xffff) * 360];
}

export function categoryTones(theme: Theme): readonly Tone[] {
  return TONES[theme].categories;
}

export function rampTones(theme: Theme): readonly Tone[] {
  return TONES[theme].ramp;
}

export function changeTones(theme: Theme): ChangeTones {
  return TONES[theme].changes;
}

export function neutralTone(theme: Theme): Tone {
  return TONES[theme].neutral;
}

export function lostTone(theme: Theme): Tone {
  return TONES[theme].lost;
}

/** The paints that were made of a tone; a tone that is used again is the same object. */
const paints: Record<Theme, Record<"plain" | "quiet", WeakMap<Tone, FramePaint>>> = {
  light: { plain: new WeakMap(), quiet: new WeakMap() },
  dark: { plain: new WeakMap(), quiet: new WeakMap() },
};

/** Fill and text colour, of WCAG AA contrast (4.5 : 1) for every tone of the palettes. */
export function paintOf(tone: Tone, theme: Theme, emphasis: Emphasis): FramePaint {
  if (emphasis === "match") return TONES[theme].match;
  const known = paints[theme][emphasis];
  const paint = known.get(tone) ?? madePaint(tone, theme, emphasis);
  known.set(tone, paint);
  return paint;
}

function madePaint(tone: Tone, theme: Theme, emphasis: "plain" | "quiet"): FramePaint {
  const [lightness, chroma, hue] = emphasis === "quiet" ? quietened(tone, theme) : tone;
  return {
    fill: toHex(oklch(lightness, chroma, hue)),
    text: lightness >= LIGHT_FROM ? TEXT_ON_LIGHT : TEXT_ON_DARK,
  };
}

function quietened([lightness, chroma, hue]: Tone, theme: Theme): Tone {
  const [neutral] = TONES[theme].neutral;
  return [lightness + (neutral - lightness) * QUIET.towardsNeutral, chroma * QUIET.chroma, hue];
}

/** 16 bits to -1 … 1. */
function signed(bits: number): number {
  return (bits / 0xffff) * 2 - 1;
}

/** FNV-1a over UTF-16 units, finished so that names that differ in the last letter differ in all bits. */
export function hashName(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}
