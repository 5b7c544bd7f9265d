import { frameKindOf, frameModule, frameName } from "../../../profile/frames.ts";
import type { Profile } from "../../../profile/profile.ts";
import { fromComments } from "../../../profile/recording-info.ts";
import { counted, hertz, percent, seconds } from "../../words.ts";
import type { Glyphs } from "../text/fit.ts";
import { bothEnds, type Line, span } from "../text/line.ts";
import { weightText } from "../text/weight.ts";
import type { Scene, Selection } from "./pane.ts";
import type { Subject } from "./subject.ts";

/** What was recorded, and at the right end what was lost. */
export function titleLine(profile: Profile, { tree, type }: Subject, width: number, glyphs: Glyphs): Line {
  const info = fromComments(profile.comments);
  const duration = profile.durationNanos > 0 ? ` in ${seconds(profile.durationNanos / 1e6)}` : "";
  const facts = [
    info?.target ?? "",
    `${weightText(tree.total[0], type)}${duration}`,
    info && Number.isFinite(info.frequencyAsked) ? `${hertz(info.frequencyAsked)} per CPU` : "",
    info?.host ?? "",
  ].filter((text) => text !== "");
  const lost = info?.drops.reduce((sum, { count }) => sum + count, 0) ?? 0;
  return bothEnds(
    [span(" stapflame  ", { bold: true }), span(facts.join(` ${glyphs.dot} `))],
    lost > 0 ? [span(`${counted(lost, "sample")} lost `, { bold: true })] : [],
    width,
    glyphs,
    { reverse: true },
  );
}

/** Where a person stands: name, place in the source, weights; the name gives way when the line is too long. */
export function placeLine({ subject, glyphs }: Scene, selection: Selection | undefined, width: number): Line {
  if (selection === undefined) return [span("No samples were recorded: the target may have been idle.")];
  const { tree, type } = subject;
  const { frames } = tree;
  const { frame, self, total } = selection;
  const file = frames.strings[frames.file[frame]];
  const line = frames.line[frame];
  const where = file === "" ? frameModule(frames, frame) : line > 0 ? `${file}:${line}` : file;
  const weigh = (weight: number) => `${percent(weight, tree.total[0])} ${weightText(weight, type)}`;
  const left: Line = [span(frameName(frames, frame), { bold: true })];
  if (where !== "" && frameKindOf(frames, frame) !== "root") left.push(span(`  ${where}`, { dim: true }));
  return bothEnds(left, [span(`total ${weigh(total)}, self ${weigh(self)}`)], width, glyphs);
}
