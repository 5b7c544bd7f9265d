import type { TreeFrameKind } from "../../profile/frames.ts";
import { oklch, toHex } from "./oklch.ts";

export type Theme = "light" | "dark";

/** How a frame stands to the search. `quiet`: a search is on and this is not a match. */
export type Emphasis = "plain" | "match" | "quiet";

export interface FramePaint {
  fill: string;
  text: string;
}

/**
 * Hues (OKLCH degrees) of the kinds: orange, sky blue, bluish green and reddish purple of Okabe and Ito's palette,
 * which colour-blind people tell apart (https://jfly.uni-koeln.de/color/). A name's hue lies in its kind's range.
 */
const HUES: Record<TreeFrameKind, { from: number; to: number; chroma: number }> = {
  user: { from: 52, to: 84, chroma: 1 },
  library: { from: 222, to: 252, chroma: 0.85 },
  jit: { from: 150, to: 178, chroma: 0.9 },
  kernel: { from: 338, to: 364, chroma: 0.9 },
  unknown: { from: 90, to: 90, chroma: 0.08 },
  process: { from: 260, to: 260, chroma: 0.14 },
  thread: { from: 260, to: 260, chroma: 0.14 },
  root: { from: 260, to: 260, chroma: 0.1 },
};

interface ThemeTones {
  lightness: number;
  /** Added or taken by the name's hash, so that neighbours of like hue stay apart. */
  lightnessSpread: number;
  chroma: number;
  /** What `quiet` leaves of the chroma. */
  quietChroma: number;
  neutralLightness: number;
  text: string;
  match: FramePaint;
}

/** Text on every fill these can give has WCAG AA contrast (4.5 : 1); a test walks all of them. */
const TONES: Record<Theme, ThemeTones> = {
  light: {
    lightness: 0.845,
    lightnessSpread: 0.03,
    chroma: 0.105,
    quietChroma: 0.25,
    neutralLightness: 0.9,
    text: "#1b1d22",
    match: { fill: "#1f3fbf", text: "#ffffff" },
  },
  dark: {
    lightness: 0.47,
    lightnessSpread: 0.025,
    chroma: 0.08,
    quietChroma: 0.25,
    neutralLightness: 0.38,
    text: "#f3f4f6",
    match: { fill: "#ffd43b", text: "#17181b" },
  },
};

const NEUTRAL = new Set<TreeFrameKind>(["process", "thread", "root"]);

/** Fill and text colour of a frame; the same name and kind get the same colour in every graph. */
export function framePaint(name: string, kind: TreeFrameKind, theme: Theme, emphasis: Emphasis): FramePaint {
  const tones = TONES[theme];
  if (emphasis === "match") return tones.match;
  const { from, to, chroma } = HUES[kind];
  const hash = hashName(name);
  const hue = from + ((hash & 0xffff) / 0xffff) * (to - from);
  const shift = ((hash >>> 16) / 0xffff) * 2 - 1;
  const lightness = NEUTRAL.has(kind)
    ? tones.neutralLightness
    : tones.lightness + shift * tones.lightnessSpread;
  const strength = emphasis === "quiet" ? tones.quietChroma : 1;
  return { fill: toHex(oklch(lightness, tones.chroma * chroma * strength, hue)), text: tones.text };
}

/** A run of frames too narrow to draw: neutral, apart from every kind. */
export function runPaint(theme: Theme, emphasis: Emphasis): FramePaint {
  const tones = TONES[theme];
  if (emphasis === "match") return tones.match;
  return { fill: toHex(oklch(tones.neutralLightness, 0, 0)), text: tones.text };
}

/** The colour that stands for a kind in the legend: the middle of its range. */
export function kindColour(kind: TreeFrameKind, theme: Theme): string {
  const { from, to, chroma } = HUES[kind];
  const tones = TONES[theme];
  const lightness = NEUTRAL.has(kind) ? tones.neutralLightness : tones.lightness;
  return toHex(oklch(lightness, tones.chroma * chroma, (from + to) / 2));
}

/** FNV-1a over UTF-16 units, finished so that names that differ in the last letter differ in all bits. */
export function hashName(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}
