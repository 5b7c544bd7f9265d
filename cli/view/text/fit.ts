import { visibleText } from "./visible.ts";
import { characterWidth, isPrintableAscii } from "./width.ts";

/** Characters looked at for each cell: a name may pile thousands of combining marks on one letter. */
const CHARACTERS_A_CELL = 8;

/** What lines are drawn with. */
export interface Glyphs {
  ascii: boolean;
  ellipsis: string;
  open: string;
  closed: string;
  /** A cell of a bar: time of its own, time in what it called. */
  self: string;
  called: string;
  /** A cell of frames too narrow to draw. */
  narrow: string;
  /** The left edge of a box where there are no colours. */
  edge: string;
  /** Between callers and callees, and between facts. */
  calls: string;
  dot: string;
  rule: string;
}

export const UNICODE_GLYPHS: Glyphs = {
  ascii: false,
  ellipsis: "…",
  open: "▾",
  closed: "▸",
  self: "█",
  called: "▒",
  narrow: "░",
  edge: "│",
  calls: "→",
  dot: "·",
  rule: "─",
};

export const ASCII_GLYPHS: Glyphs = {
  ascii: true,
  ellipsis: "~",
  open: "-",
  closed: "+",
  self: "#",
  called: "=",
  narrow: ":",
  edge: "|",
  calls: ">",
  dot: "-",
  rule: "-",
};

/** Untrusted text made visible and cut to at most `width` cells, with an ellipsis where something is missing. */
export function cut(text: string, width: number, glyphs: Glyphs): string {
  const limit = width * CHARACTERS_A_CELL + CHARACTERS_A_CELL;
  const start = text.length > limit ? text.slice(0, limit) : text;
  const seen = visibleText(start, glyphs.ascii);
  const isWhole = start.length === text.length;
  if (isPrintableAscii(seen)) {
    if (isWhole && seen.length <= width) return seen;
    return width > 0 ? seen.slice(0, width - 1) + glyphs.ellipsis : "";
  }
  let used = 0;
  let end = 0;
  let endWithEllipsis = 0;
  for (const character of seen) {
    used += characterWidth(character.codePointAt(0) ?? 0);
    if (used > width) break;
    end += character.length;
    if (used < width) endWithEllipsis = end;
  }
  if (isWhole && end === seen.length) return seen;
  return width > 0 ? seen.slice(0, endWithEllipsis) + glyphs.ellipsis : "";
}

/** Text over several lines of at most `width` cells, made visible; at most `limit` lines. */
export function wrap(text: string, width: number, limit: number, glyphs: Glyphs): string[] {
  const seen = visibleText(text.slice(0, width * limit * CHARACTERS_A_CELL), glyphs.ascii);
  const lines: string[] = [];
  let line = "";
  let used = 0;
  for (const character of seen) {
    const cells = characterWidth(character.codePointAt(0) ?? 0);
    if (used + cells > width && line !== "") {
      lines.push(line);
      if (lines.length === limit)
        return [...lines.slice(0, -1), cut(`${line}${glyphs.ellipsis}`, width, glyphs)];
      line = "";
      used = 0;
    }
    line += character;
    used += cells;
  }
  if (line !== "") lines.push(line);
  return lines;
}
