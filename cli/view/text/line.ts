import type { TreeFrameKind } from "../../../profile/frames.ts";
import { cut, type Glyphs } from "./fit.ts";
import { textWidth } from "./width.ts";

/** How a piece of a line looks, apart from any terminal. */
export interface Look {
  /** Colour of the text. */
  ink?: TreeFrameKind | "bar" | "warning";
  /** Colour behind the text; the text is then dark. */
  fill?: TreeFrameKind | "match";
  /** One of three tones of `fill`, so that neighbours can be told apart. */
  shade?: number;
  bold?: boolean;
  dim?: boolean;
  underline?: boolean;
  reverse?: boolean;
}

export interface Span {
  text: string;
  look: Look;
}

/** One line of the screen. Its spans' cells add up to at most the width of the screen. */
export type Line = Span[];

export const PLAIN: Look = {};

/** Between the two ends of a line. */
const GAP_CELLS = 2;

export function span(text: string, look: Look = PLAIN): Span {
  return { text, look };
}

export function lineText(line: Line): string {
  return line.map(({ text }) => text).join("");
}

export function lineWidth(line: Line): number {
  return line.reduce((width, { text }) => width + textWidth(text), 0);
}

/** The line cut or filled with blanks to exactly `width` cells. `look` is added to all of it. */
export function fitLine(line: Line, width: number, glyphs: Glyphs, look: Look = PLAIN): Line {
  const fitted: Line = [];
  let left = width;
  for (const piece of line) {
    if (left <= 0) break;
    const text = cut(piece.text, left, glyphs);
    fitted.push({ text, look: { ...piece.look, ...look } });
    left -= textWidth(text);
  }
  if (left > 0) fitted.push({ text: " ".repeat(left), look });
  return fitted;
}

/** One line with a piece at either end. Where there is no room for both, the left one is cut. */
export function bothEnds(left: Line, right: Line, width: number, glyphs: Glyphs, look: Look = PLAIN): Line {
  const rightWidth = lineWidth(right);
  if (rightWidth === 0 || rightWidth > width) return fitLine(left, width, glyphs, look);
  return [
    ...fitLine(left, Math.max(0, width - rightWidth - GAP_CELLS), glyphs, look),
    ...fitLine([span(" ".repeat(GAP_CELLS)), ...right], rightWidth + GAP_CELLS, glyphs, look),
  ];
}
