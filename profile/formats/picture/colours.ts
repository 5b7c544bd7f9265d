import type { TreeFrameKind } from "../../frames.ts";

/** A colour as `#rrggbb`. */
export type Paint = (name: string, kind: TreeFrameKind) => string;

interface Range {
  /** Degrees; a name's hue lies between them. */
  from: number;
  to: number;
  /** Percent. */
  saturation: number;
  lightness: number;
}

/**
 * Hues of the kinds: orange, sky blue, green and purple, which colour-blind people tell apart; the same that the page
 * has by default. All are light enough for black text (WCAG AA: a test looks at every one).
 */
const RANGES: Record<TreeFrameKind, Range> = {
  user: { from: 22, to: 48, saturation: 90, lightness: 74 },
  library: { from: 198, to: 218, saturation: 72, lightness: 78 },
  jit: { from: 140, to: 165, saturation: 48, lightness: 74 },
  kernel: { from: 300, to: 335, saturation: 55, lightness: 82 },
  unknown: { from: 48, to: 48, saturation: 14, lightness: 84 },
  process: { from: 220, to: 220, saturation: 14, lightness: 88 },
  thread: { from: 220, to: 220, saturation: 14, lightness: 88 },
  root: { from: 220, to: 220, saturation: 8, lightness: 90 },
};

export const RUN_COLOUR = "#c9ccd2";
export const TEXT_COLOUR = "#111318";
export const BACKGROUND = "#ffffff";

/** The same name and kind have the same colour in every picture. */
export const paintByKind: Paint = (name, kind) => {
  const { from, to, saturation, lightness } = RANGES[kind];
  const hash = hashName(name);
  const hue = from + ((hash & 0xffff) / 0xffff) * (to - from);
  const shift = ((hash >>> 16) / 0xffff) * 6 - 3;
  return hsl(hue, saturation, lightness + shift);
};

/** FNV-1a over UTF-16 units, finished so that names that differ in the last letter differ in all bits. */
function hashName(name: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < name.length; at++) hash = Math.imul(hash ^ name.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}

/** Degrees and percents to `#rrggbb` (CSS Color 4, section 7.1). */
function hsl(hue: number, saturation: number, lightness: number): string {
  const l = lightness / 100;
  const chroma = (saturation / 100) * Math.min(l, 1 - l);
  const part = (n: number) => {
    const k = (n + hue / 30) % 12;
    return Math.round(255 * (l - chroma * Math.max(-1, Math.min(k - 3, 9 - k, 1))));
  };
  return `#${((part(0) << 16) | (part(8) << 8) | part(4)).toString(16).padStart(6, "0")}`;
}
