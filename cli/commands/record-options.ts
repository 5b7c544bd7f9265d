import { type Command, Option } from "commander";
import type { CollectorName } from "../../collector/contract.ts";
import {
  collectFolders,
  parseDepth,
  parseDuration,
  parseEvent,
  parseFrequency,
  parseIds,
  parseRepeat,
  parseSize,
  parseStackSize,
} from "../values.ts";

/** The options of `record`, and of `script`, as commander gives them. */
export interface RecordOptions {
  pid?: number[];
  tid?: number[];
  all?: boolean;
  cgroup?: string;
  duration?: number;
  /** undefined: what the collector takes where nothing is asked for. */
  frequency?: number;
  event: string;
  kernelOnly?: boolean;
  userOnly?: boolean;
  idle?: boolean;
  perThread?: boolean;
  maxDepth?: number;
  slice?: number;
  collector: CollectorName | "auto";
  /** Path of a kernel module built beforehand. */
  module?: string;
  /** How user stacks are walked: by unwind tables, by frame pointers, or by the former where that can be. */
  unwind: "auto" | "tables" | "fp";
  /** Bytes of user stack that are copied with each sample, by `perf`. */
  stackSize?: number;
  kernelMemory: number;
  /** false with `--no-inlines`; undefined, as true: frames of inlined calls too. */
  inlines?: boolean;
  /** Folders in which debug files are looked for first. */
  debugDir?: string[];
  /** false with `--no-source`, true with `--source`; undefined: what may be shown to everybody. */
  source?: boolean;
  output?: string;
  /** How many recordings to make; undefined: one. */
  repeat?: number;
  /** What the profiles are called, without ending. */
  label?: string;
  /** A path, or false for `--no-html`. */
  html?: string | false;
  /** undefined: open when a person is there. */
  open?: boolean;
  json?: boolean;
  quiet?: boolean;
  verbose?: boolean;
}

const COLLECTOR_CHOICES: readonly RecordOptions["collector"][] = ["auto", "bpf", "kmod", "stap", "perf"];
const UNWIND_CHOICES: readonly RecordOptions["unwind"][] = ["auto", "tables", "fp"];
const DEFAULT_KERNEL_MEMORY = 64 * 1024 * 1024;

export const TARGET_USAGE = "[options] -p PID | -t TID | -a | --cgroup PATH | -- COMMAND [ARGS…]";

/** What to record and how to sample: all that a collector is told. */
export function addSamplingOptions(command: Command): Command {
  return command
    .passThroughOptions()
    .optionsGroup("What to record:")
    .addOption(
      new Option("-p, --pid <pid,…>", "processes, as your PID namespace numbers them").argParser(parseIds),
    )
    .addOption(new Option("-t, --tid <tid,…>", "single threads").argParser(parseIds))
    .option("-a, --all", "all processes of the machine")
    .option("--cgroup <path>", "all processes of a cgroup (version 2) and of those below it")
    .optionsGroup("How to sample:")
    .addOption(
      new Option("-d, --duration <time>", "500ms, 30s, 5m, 1h (until Ctrl-C or the target's end)").argParser(
        parseDuration,
      ),
    )
    .addOption(
      new Option(
        "-F, --frequency <hz>",
        "samples a second on each CPU (99; with stap 1000, its native rate)",
      ).argParser(parseFrequency),
    )
    .addOption(
      new Option("-e, --event <probe>", "SystemTap probe point to sample at")
        .argParser(parseEvent)
        .default("timer.profile"),
    )
    .addOption(
      new Option("--kernel-only", "only time in the kernel, kernel frames only").conflicts("userOnly"),
    )
    .addOption(new Option("--user-only", "only time in user code").conflicts("kernelOnly"))
    .option("--idle", "count idle CPUs too (with -a)")
    .option("--per-thread", "tell threads apart")
    .addOption(
      new Option(
        "--max-depth <frames>",
        "frames kept of a kernel and of a user stack, each (127; of user stacks by unwind tables 255)",
      ).argParser(parseDepth),
    )
    .addOption(
      new Option(
        "--slice <time>",
        "length of the time slices samples are counted by (a 60th of -d, or 1s)",
      ).argParser(parseDuration),
    )
    .addOption(new Option("--collector <name>", "who samples").choices(COLLECTOR_CHOICES).default("auto"))
    .option("--module <file>", "a kernel module that `stapflame build` made; tells the collector too")
    .addOption(
      new Option(
        "--unwind <way>",
        "user stacks by unwind tables or by frame pointers (fp); auto: tables if possible",
      )
        .choices(UNWIND_CHOICES)
        .default("auto"),
    )
    .addOption(
      new Option(
        "--stack-size <size>",
        "with perf: user stack copied with each sample to be unwound (32K; up to 65528)",
      ).argParser(parseStackSize),
    )
    .addOption(
      new Option("--kernel-memory <size>", "upper bound of kernel memory for tables and buffers")
        .argParser(parseSize)
        .default(DEFAULT_KERNEL_MEMORY, "64M"),
    );
}

/** Names and source text. `hidden`: they are taken, but not shown by --help. */
function addNamingOptions(command: Command, hidden: boolean): Command {
  const options = [
    new Option("--no-inlines", "no frames for calls that the compiler inlined: quicker"),
    new Option("--debug-dir <dir>", "where to look for debug files first; may be repeated").argParser(
      collectFolders,
    ),
    new Option("--source", "source text in the page, also of files that not everybody may read"),
    new Option("--no-source", "no source text in the page"),
  ];
  command.optionsGroup("How to name:");
  for (const option of options) command.addOption(hidden ? option.hideHelp() : option);
  return command;
}

/** Where results go, and how much is said. `hidden`: they are taken, but not shown by --help. */
export function addOutputOptions(command: Command, hidden = false): Command {
  const options = [
    new Option(
      "-o, --output <file>",
      "the profile, or the page if it ends in .html (default NAME-YYYYMMDD-HHMMSS.pb.gz)",
    ),
    new Option(
      "--repeat <n>",
      "so many recordings, one after another, without pages (see stapflame diff)",
    ).argParser(parseRepeat),
    new Option("--label <name>", "call the profiles NAME.pb.gz, with --repeat NAME-1.pb.gz …"),
    new Option("--html <file>", "the page (default: beside the profile, .html)"),
    new Option("--no-html", "no page"),
    new Option("--open", "open the page in the browser (default: when a person is there)"),
    new Option("--no-open", "do not open it"),
    new Option("--json", "print a summary for programs, one line of JSON on standard output"),
    new Option("-q, --quiet", "print errors and warnings only").conflicts("verbose"),
    new Option("-v, --verbose", "tell more: collector, kernel memory, symbols"),
  ];
  addNamingOptions(command, hidden);
  command.optionsGroup("What to write:");
  for (const option of options) command.addOption(hidden ? option.hideHelp() : option);
  return command;
}
