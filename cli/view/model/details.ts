import { frameKindOf, frameModule, frameName, type TreeFrameKind } from "../../../profile/frames.ts";
import { fromComments } from "../../../profile/recording-info.ts";
import { counted, hertz, percent, seconds } from "../../words.ts";
import { type Glyphs, wrap } from "../text/fit.ts";
import { type Line, span } from "../text/line.ts";
import { weightText } from "../text/weight.ts";
import { frameSpans, share } from "./frame-text.ts";
import type { Selection } from "./pane.ts";
import type { Subject, Subjects } from "./subject.ts";

const KIND_WORDS: Record<TreeFrameKind, string> = {
  root: "everything",
  process: "process",
  thread: "thread",
  kernel: "kernel",
  user: "program",
  library: "library",
  jit: "compiled at run time",
  unknown: "unknown code",
};

const LABEL_CELLS = 12;
/** C++ names with their templates may be hundreds of lines long. */
const MAX_NAME_LINES = 200;

/** All that is known of a frame, as lines that may be more than a screen. Of the root: how it was recorded. */
export function detailLines(
  subjects: Subjects,
  subject: Subject,
  { frame, self, total, ofCaller, chain }: Selection,
  width: number,
  glyphs: Glyphs,
): Line[] {
  const { tree, type } = subject;
  const { frames } = tree;
  const kind = frameKindOf(frames, frame);
  const all = tree.total[0];
  const fact = (label: string, text: string) => factLines(label, text, width, glyphs);
  const lines: Line[] = wrap(frameName(frames, frame), width, MAX_NAME_LINES, glyphs).map((text) => [
    span(text, { bold: true }),
  ]);
  lines.push([]);
  if (kind === "root") return [...lines, ...recordingLines(subjects, subject, fact)];

  const file = frames.strings[frames.file[frame]];
  const line = frames.line[frame];
  const linkageName = frames.strings[frames.linkageName[frame]];
  lines.push(
    ...fact("Kind", KIND_WORDS[kind]),
    ...fact("Module", frameModule(frames, frame)),
    ...fact("Source", line > 0 && file !== "" ? `${file}:${line}` : file),
    ...fact("Linker's", linkageName === frameName(frames, frame) ? "" : linkageName),
    ...fact("Self", `${weightText(self, type)}, ${percent(self, all)} of all`),
    ...fact("Total", `${weightText(total, type)}, ${percent(total, all)} of all`),
    ...fact("", ofCaller > 0 ? `${percent(total, ofCaller)} of the caller's` : ""),
  );
  if (subject.functions.totals.total[frame] !== total || subject.functions.totals.self[frame] !== self) {
    const { totals } = subject.functions;
    lines.push(
      ...fact(
        "Everywhere",
        `self ${weightText(totals.self[frame], type)} (${percent(totals.self[frame], all)}), ` +
          `total ${weightText(totals.total[frame], type)} (${percent(totals.total[frame], all)}), recursion counted once`,
      ),
    );
  }
  if (chain.length > 1) {
    lines.push([], [span("Callers first", { dim: true })]);
    for (const link of chain) lines.push([span("  "), ...frameSpans(frames, link, link === frame)]);
  }
  return lines;
}

type Fact = (label: string, text: string) => Line[];

function recordingLines({ profile }: Subjects, { tree, type }: Subject, fact: Fact): Line[] {
  const info = fromComments(profile.comments);
  const { durationNanos } = profile;
  const lines = [
    ...fact("Samples", weightText(tree.total[0], type)),
    ...fact("Duration", durationNanos > 0 ? seconds(durationNanos / 1e6) : ""),
    ...fact("Started", profile.timeNanos > 0 ? new Date(profile.timeNanos / 1e6).toISOString() : ""),
  ];
  if (info === undefined) {
    return [
      ...lines,
      [],
      [span("The profile does not say how it was recorded or whether samples were lost.")],
    ];
  }
  const rate = (frequency: number) =>
    Number.isFinite(frequency) ? hertz(Math.round(frequency * 10) / 10) : "";
  lines.push(
    ...fact("Target", info.target),
    ...fact("Command", info.commandLine),
    ...fact("Asked for", rate(info.frequencyAsked)),
    ...fact("Achieved", rate(info.frequencyAchieved)),
    ...fact("Event", info.event),
    ...fact("Collector", info.collector),
    ...fact("Kernel", info.kernel),
    ...fact("Host", info.host),
    ...fact("Recorded by", info.tool),
    [],
  );
  if (info.drops.length === 0) lines.push([span("No samples were lost.")]);
  for (const { count, cause } of info.drops) {
    lines.push([
      span(`${counted(count, "sample")} lost (${share(count, count + tree.total[0]).trim()}): ${cause}`, {
        ink: "warning",
      }),
    ]);
  }
  for (const { count, cause } of info.cutStacks) {
    lines.push(...fact("Cut stacks", `${counted(count, "sample")}, ${cause}`));
  }
  for (const warning of info.warnings) lines.push(...fact("Note", warning));
  return lines;
}

/** A label and a text of any length; nothing for "". */
function factLines(label: string, text: string, width: number, glyphs: Glyphs): Line[] {
  if (text === "") return [];
  return wrap(text, Math.max(10, width - LABEL_CELLS), MAX_NAME_LINES, glyphs).map((part, index) => [
    span((index === 0 ? label : "").padEnd(LABEL_CELLS), { dim: true }),
    span(part),
  ]);
}
