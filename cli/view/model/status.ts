import { frameKindOf, frameModule, frameName } from "../../../profile/frames.ts";
import type { Profile } from "../../../profile/profile.ts";
import { fromComments } from "../../../profile/recording-info.ts";
import { counted, hertz, percent, seconds } from "../../words.ts";
import type { Glyphs } from "../text/fit.ts";
import { bothEnds, type Line, span } from "../text/line.ts";
import { weightText } from "../text/weight.ts";
import { keyNames } from "./help.ts";
import type { Pane, Scene, Selection } from "./pane.ts";
import type { SearchResult } from "./search.ts";
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

/** The panes by name, `at` being the one that is seen; at the right end what the samples are grouped by. */
export function tabsLine(
  names: readonly string[],
  at: number,
  grouping: string,
  width: number,
  glyphs: Glyphs,
): Line {
  const tabs = names.map((name, index) =>
    span(` ${index + 1} ${name} `, index === at ? { reverse: true, bold: true } : {}),
  );
  return bothEnds(tabs, [span(`${grouping} `, { dim: true })], width, glyphs);
}

/** What a search found; `all` is the weight of all samples. */
export function searchSentence({ text, functions, places, weight }: SearchResult, all: number): string {
  if (places === 0) return `"${text}": no function matches`;
  return `"${text}": ${counted(functions, "function")} in ${counted(places, "place")}, ${percent(weight, all)} of all`;
}

/** The search while it is typed, and what it finds so far. */
export function promptLine(text: string, result: string): Line {
  return [
    span(`Search: ${text}`, { bold: true }),
    span(" ", { reverse: true }),
    span(`  ${result || "plain text, or /a regular expression/"}`),
  ];
}

/** The most important keys: those of the pane among those that work everywhere. */
export function keysLine(ofPane: Pane["keys"], ascii: boolean): Line {
  const keys = [["↑↓", "move"], ...ofPane, ["/", "search"], ["d", "details"], ["?", "help"], ["q", "quit"]];
  return keys.flatMap(([key, action]) => [
    span(keyNames(key, ascii), { bold: true }),
    span(` ${action}  `, { dim: true }),
  ]);
}
