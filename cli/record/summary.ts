import { buildCallTree } from "../../profile/call-tree.ts";
import { baseName } from "../../profile/frame-name.ts";
import { frameKindOf, frameModule, frameName } from "../../profile/frames.ts";
import type { Profile } from "../../profile/profile.ts";
import type { RecordingInfo } from "../../profile/recording-info.ts";
import { functionTotals, topFunctions } from "../../profile/statistics.ts";
import type { Colors } from "../colors.ts";
import type { Terminal } from "../terminal.ts";
import { bytes, counted, ellipsis, hertz, percent, printable, seconds } from "../words.ts";

export interface WrittenFile {
  path: string;
  bytes: number;
}

export interface CommandResult {
  /** As a shell would give it. */
  exitCode: number;
  signal: NodeJS.Signals | undefined;
  /** Whether stapflame ended it. */
  ended: boolean;
}

/** All that is told when a recording is done. */
export interface Summary {
  info: RecordingInfo;
  /** Milliseconds of sampling. */
  elapsed: number;
  ended: string;
  why: string;
  samples: number;
  distinctStacks: number;
  /** User stacks that reach their root, and those of which nobody can tell whether they do, in samples; undefined: of none. */
  userStacks: { whole: number; untold: number } | undefined;
  top: TopFunction[];
  command: CommandResult | undefined;
  /** Mean nanoseconds that a sample took in the kernel, where the collector measures it. */
  sampleNanos: number | undefined;
  /** Bytes of kernel memory held while recording, and of results read from the kernel. */
  kernelMemoryBytes: number;
  bytesRead: number;
  /** Milliseconds from the end of sampling until all files were written. */
  afterSampling: number;
  profileFile: WrittenFile;
  htmlFile: WrittenFile | undefined;
}

export interface TopFunction {
  name: string;
  module: string;
  kind: string;
  self: number;
  total: number;
}

const TOP = 10;

/** The functions with the most samples of their own. */
export function topOf(profile: Profile): TopFunction[] {
  const tree = buildCallTree(profile, { groupBy: "none" });
  const totals = functionTotals(tree);
  return Array.from(topFunctions(tree, totals, TOP, "self"), (frame) => ({
    name: frameName(tree.frames, frame),
    module: frameModule(tree.frames, frame),
    kind: frameKindOf(tree.frames, frame),
    self: totals.self[frame],
    total: totals.total[frame],
  })).filter((row) => row.self > 0);
}

/** The summary for people; its last line is the path of the page, or of the profile where there is no page. */
export function printSummary(summary: Summary, terminal: Terminal): void {
  const { info, samples, top } = summary;
  const { bold, dim } = terminal.colors;
  terminal.result();
  const achieved = Number.isNaN(info.frequencyAchieved)
    ? ""
    : ` (achieved ${hertz(round(info.frequencyAchieved))})`;
  terminal.result(
    `${bold(`${counted(samples, "sample")}`)} of ${printable(info.target)} in ${seconds(summary.elapsed)}, ` +
      `${counted(summary.distinctStacks, "distinct stack")}, ${hertz(info.frequencyAsked)} asked${achieved}; ${summary.ended}`,
  );
  terminal.result(`Collector: ${info.collector} (${summary.why}), kernel ${info.kernel}`);
  if (summary.command) terminal.result(`Command: ${commandEnd(summary.command)}`);
  if (top.length > 0) {
    terminal.result();
    terminal.result(dim("    self   total  function"));
    for (const row of top) {
      const where = row.module === "" ? "" : dim(`  ${printable(baseName(row.module))}`);
      const name = ellipsis(printable(row.name), Math.max(20, terminal.width - 40));
      terminal.result(
        `  ${percent(row.self, samples).padStart(6)}  ${percent(row.total, samples).padStart(6)}  ${name}${where}`,
      );
    }
  } else {
    terminal.result(
      "No samples: the target did not run on a CPU while it was watched. A longer -d or a busier target gives some.",
    );
  }
  terminal.result();
  const stacks = stacksLine(summary);
  if (stacks !== undefined) terminal.result(stacks);
  for (const line of lossLines(info, terminal.colors)) terminal.result(line);
  terminal.result(`Profile: ${summary.profileFile.path} (${bytes(summary.profileFile.bytes)})`);
  if (summary.htmlFile)
    terminal.result(`Flame graph (${bytes(summary.htmlFile.bytes)}): ${summary.htmlFile.path}`);
}

/** `User stacks: 99.8% whole; cut: 3 samples, no unwind table`. */
function stacksLine({ info: { cutStacks }, userStacks }: Summary): string | undefined {
  if (userStacks === undefined) return undefined;
  const { whole, untold } = userStacks;
  const all = cutStacks.reduce((sum, { count }) => sum + count, whole + untold);
  if (all === 0) return undefined;
  if (whole === all) return "User stacks: all whole";
  const cuts = cutStacks.map(({ cause, count }) => `${counted(count, "sample")}, ${cause}`);
  const parts = [`${percent(whole, all)} whole`];
  if (cuts.length > 0) parts.push(`cut: ${cuts.join("; ")}`);
  if (untold > 0) parts.push(`not told: ${counted(untold, "sample")} of 32-bit programs, by frame pointers`);
  return `User stacks: ${parts.join("; ")}`;
}

function lossLines(info: RecordingInfo, { yellow }: Colors): string[] {
  const drops = info.drops.map(
    (drop) => `${yellow("Dropped:")} ${counted(drop.count, "sample")}, ${drop.cause}`,
  );
  const warnings = info.warnings.map((warning) => `${yellow("Note:")} ${warning}`);
  return drops.length === 0 ? ["Dropped: none", ...warnings] : [...drops, ...warnings];
}

function commandEnd({ exitCode, signal, ended }: CommandResult): string {
  if (ended) return "ended by stapflame when the recording was over";
  return signal ? `was ended by ${signal}` : `exit code ${exitCode}`;
}

/** The summary for programs: one JSON object. Rates that are not known are null; `sampleNanos` is only where it is measured. */
export function summaryJson(summary: Summary): string {
  const { info, command } = summary;
  return JSON.stringify({
    tool: info.tool,
    collector: info.collector,
    collectorChosen: summary.why,
    kernel: info.kernel,
    target: info.target,
    event: info.event,
    durationMs: Math.round(summary.elapsed),
    ended: summary.ended,
    samples: summary.samples,
    distinctStacks: summary.distinctStacks,
    userStacks: summary.userStacks && {
      whole: summary.userStacks.whole,
      cut: info.cutStacks,
      untold: summary.userStacks.untold,
    },
    frequencyAsked: info.frequencyAsked,
    frequencyAchieved: Number.isNaN(info.frequencyAchieved) ? null : round(info.frequencyAchieved),
    dropped: info.drops,
    warnings: info.warnings,
    top: summary.top,
    command: command && {
      exitCode: command.exitCode,
      signal: command.signal ?? null,
      endedByStapflame: command.ended,
    },
    sampleNanos: summary.sampleNanos === undefined ? undefined : Math.round(summary.sampleNanos),
    kernelMemoryBytes: summary.kernelMemoryBytes,
    bytesReadFromKernel: summary.bytesRead,
    afterSamplingMs: Math.round(summary.afterSampling),
    profile: summary.profileFile,
    html: summary.htmlFile ?? null,
  });
}

/** What it took, for `-v`. */
export function accounting({ sampleNanos, kernelMemoryBytes, bytesRead, afterSampling }: Summary): string {
  const cost =
    sampleNanos === undefined ? "" : `one sample took ${Math.round(sampleNanos)} ns in the kernel, `;
  const memory = `kernel memory ${bytes(kernelMemoryBytes)}, read from the kernel ${bytes(bytesRead)}`;
  return `${cost}${memory}, files written ${seconds(afterSampling)} after sampling`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
