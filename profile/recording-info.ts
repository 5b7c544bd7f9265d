/**
 * What a reader of a profile must know about how it was recorded. Kept in the profile as `comment[]` lines of the
 * form `key: value` (see `toComments` / `fromComments`), so any pprof tool shows them (`pprof -comments`).
 */
export interface RecordingInfo {
  /** E.g. `stapflame 0.1.0`. */
  tool: string;
  /** E.g. `bpf`. */
  collector: string;
  /** Kernel release and machine, e.g. `6.12.1 x86_64`. */
  kernel: string;
  /** Host name. */
  host: string;
  /** The command line that recorded, for people. */
  commandLine: string;
  /** What was recorded, in words: `pid 123`, `all processes`, `node busy.mjs`. */
  target: string;
  /** SystemTap probe point, `timer.profile`. */
  event: string;
  /** Samples a second and CPU: asked for, and what the timers gave. NaN when unknown. */
  frequencyAsked: number;
  frequencyAchieved: number;
  /** Length of a time slice (`slice` label) in nanoseconds; 0 without slices. */
  sliceNanos: number;
  /** Samples that are not in the profile, by cause in words. Only causes that happened. */
  drops: { cause: string; count: number }[];
  /** Samples whose user stacks lack their roots, by cause in words. Only causes that happened; not all collectors know. */
  cutStacks: { cause: string; count: number }[];
  /** Everything else that limits what can be trusted, one sentence each (truncated stacks, missing symbols). */
  warnings: string[];
}

const PREFIX = "stapflame.";
/** How the comment begins that tells the length of a time slice. */
export const SLICE_NANOS_COMMENT = `${PREFIX}slice-nanos: `;

/** One `comment[]` line a fact; line breaks in values become spaces. */
export function toComments(info: RecordingInfo): string[] {
  const lines: string[] = [];
  const put = (key: string, value: string) =>
    lines.push(`${PREFIX}${key}: ${value.replace(/[\r\n]+/g, " ")}`);
  put("tool", info.tool);
  put("collector", info.collector);
  put("kernel", info.kernel);
  put("host", info.host);
  put("command-line", info.commandLine);
  put("target", info.target);
  put("event", info.event);
  put("frequency-asked", String(info.frequencyAsked));
  put("frequency-achieved", String(info.frequencyAchieved));
  put("slice-nanos", String(info.sliceNanos));
  for (const drop of info.drops) put("drop", `${drop.count} ${drop.cause}`);
  for (const cut of info.cutStacks) put("stack-cut", `${cut.count} ${cut.cause}`);
  for (const warning of info.warnings) put("warning", warning);
  return lines;
}

/** The recording's facts from `comment[]`; undefined when stapflame did not write them. Unknown lines are passed over. */
export function fromComments(comments: readonly string[]): RecordingInfo | undefined {
  const info: RecordingInfo = {
    tool: "",
    collector: "",
    kernel: "",
    host: "",
    commandLine: "",
    target: "",
    event: "",
    frequencyAsked: Number.NaN,
    frequencyAchieved: Number.NaN,
    sliceNanos: 0,
    drops: [],
    cutStacks: [],
    warnings: [],
  };
  let found = false;
  for (const comment of comments) {
    const separator = comment.indexOf(": ");
    if (!comment.startsWith(PREFIX) || separator < 0) continue;
    found = true;
    const value = comment.slice(separator + 2);
    switch (comment.slice(PREFIX.length, separator)) {
      case "tool":
        info.tool = value;
        break;
      case "collector":
        info.collector = value;
        break;
      case "kernel":
        info.kernel = value;
        break;
      case "host":
        info.host = value;
        break;
      case "command-line":
        info.commandLine = value;
        break;
      case "target":
        info.target = value;
        break;
      case "event":
        info.event = value;
        break;
      case "frequency-asked":
        info.frequencyAsked = Number(value);
        break;
      case "frequency-achieved":
        info.frequencyAchieved = Number(value);
        break;
      case "slice-nanos":
        info.sliceNanos = Number(value) || 0;
        break;
      case "drop":
        info.drops.push(...countOf(value));
        break;
      case "stack-cut":
        info.cutStacks.push(...countOf(value));
        break;
      case "warning":
        info.warnings.push(value);
        break;
    }
  }
  return found ? info : undefined;
}

/** `12 some cause`; nothing of anything else. */
function countOf(value: string): { cause: string; count: number }[] {
  const match = /^(\d+) (.*)$/.exec(value);
  return match ? [{ count: Number(match[1]), cause: match[2] }] : [];
}

/** Whether a comment is one of lost samples or cut stacks, which add up when profiles are merged. */
export function isCountComment(comment: string): boolean {
  return comment.startsWith(`${PREFIX}drop: `) || comment.startsWith(`${PREFIX}stack-cut: `);
}
