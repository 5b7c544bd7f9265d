import { baseName } from "../../../profile/frame-name.ts";
import { type FrameTable, frameKindOf, frameModule, frameName } from "../../../profile/frames.ts";
import { percent } from "../../words.ts";
import type { Glyphs } from "../text/fit.ts";
import { fitLine, type Line, type Look, PLAIN, type Span, span } from "../text/line.ts";

export const BAR_CELLS = 10;
/** From this width on there is room for weights beside shares, in columns of so many cells. */
export const WIDE_COLUMNS = 100;
export const WEIGHT_CELLS = 11;

/** Name and module of a frame; `matches` marks what a search found. */
export function frameSpans(frames: FrameTable, frame: number, matches: boolean): Line {
  const kind = frameKindOf(frames, frame);
  const look: Look = matches ? { fill: "match", bold: true } : kind === "root" ? PLAIN : { ink: kind };
  const module = frameModule(frames, frame);
  const name = span(frameName(frames, frame), look);
  return module === "" ? [name] : [name, span("  "), span(baseName(module), { dim: true })];
}

/** The line that a person stands on, over the whole width; bars stay as they are, to be read as elsewhere. */
export function lineHere(line: Line, width: number, glyphs: Glyphs): Line {
  return fitLine(line, width, glyphs).map(({ text, look }) =>
    look.ink === "bar" ? { text, look } : { text, look: { reverse: true, bold: look.fill === "match" } },
  );
}

/** A share as six cells: `100.0%`, `  0.3%`. */
export function share(part: number, whole: number): string {
  return percent(part, whole).padStart(6);
}

/** A bar of `BAR_CELLS` for a whole: what a row did itself, then what it called. */
export function bar(self: number, total: number, whole: number, glyphs: Glyphs): Span {
  const cells = (part: number) =>
    whole > 0 ? Math.max(0, Math.min(BAR_CELLS, Math.round((part / whole) * BAR_CELLS))) : 0;
  const all = cells(total);
  const own = Math.min(all, cells(self));
  return span((glyphs.self.repeat(own) + glyphs.called.repeat(all - own)).padEnd(BAR_CELLS), { ink: "bar" });
}
