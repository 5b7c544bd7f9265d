import { Command, Option } from "commander";
import { requireLinux } from "../record/plan.ts";
import { parseDepth, parseDuration, parseEvent, parseFrequency, parseIds, parseSize } from "../values.ts";

/** The options of `record` as commander gives them. */
export interface RecordOptions {
  pid?: number[];
  tid?: number[];
  all?: boolean;
  cgroup?: string;
  duration?: number;
  frequency: number;
  event: string;
  kernelOnly?: boolean;
  userOnly?: boolean;
  idle?: boolean;
  perThread?: boolean;
  maxDepth: number;
  slice?: number;
  collector: "auto" | "bpf";
  kernelMemory: number;
  output?: string;
  /** A path, or false for `--no-html`. */
  html?: string | false;
  /** undefined: open when a person is there. */
  open?: boolean;
  json?: boolean;
  quiet?: boolean;
  verbose?: boolean;
}

const DEFAULT_FREQUENCY_HZ = 99;
const DEFAULT_DEPTH = 127;
const DEFAULT_KERNEL_MEMORY = 64 * 1024 * 1024;

const EXAMPLES = `
Everything that a target forks or clones while recording is recorded too. Ctrl-C (or SIGTERM) ends the recording early
and keeps everything; a second one aborts.

Examples:
  stapflame record -p 1234 -d 30s                    a running process for half a minute
  stapflame record -d 10s -- node server.mjs         a command from its first instruction; ended after 10 s
  stapflame record -a -F 49 --no-open                the whole machine until Ctrl-C
  stapflame record --cgroup system.slice/nginx.service -d 1m
  stapflame record -p 1234 -d 5s --json -q | jq .    for a script

What is recorded:
  Each CPU's clock samples the stack of what runs, -F times a second; the kernel counts equal stacks. The result is a
  pprof profile (also for "go tool pprof", speedscope, …) and a page that needs nothing but a browser.
  A recorded command's output stays its own: with a command, stapflame writes to standard error only (but for --json).`;

export function recordCommand(): Command {
  return new Command("record")
    .description("Sample running programs in the kernel; write a profile and a flame graph.")
    .usage("[options] -p PID | -t TID | -a | --cgroup PATH | -- COMMAND [ARGS…]")
    .argument("[command...]", "a command to start and record, after --")
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
      new Option("-F, --frequency <hz>", "samples a second on each CPU")
        .argParser(parseFrequency)
        .default(DEFAULT_FREQUENCY_HZ),
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
      new Option("--max-depth <frames>", "frames kept of a kernel and of a user stack, each")
        .argParser(parseDepth)
        .default(DEFAULT_DEPTH),
    )
    .addOption(
      new Option(
        "--slice <time>",
        "length of the time slices samples are counted by (a 60th of -d, or 1s)",
      ).argParser(parseDuration),
    )
    .addOption(new Option("--collector <name>", "who samples").choices(["auto", "bpf"]).default("auto"))
    .addOption(
      new Option("--kernel-memory <size>", "upper bound of kernel memory for tables")
        .argParser(parseSize)
        .default(DEFAULT_KERNEL_MEMORY, "64M"),
    )
    .optionsGroup("What to write:")
    .option("-o, --output <file>", "the profile (default NAME-YYYYMMDD-HHMMSS.pb.gz)")
    .option("--html <file>", "the page (default: beside the profile, .html)")
    .option("--no-html", "no page")
    .option("--open", "open the page in the browser (default: when a person is there)")
    .option("--no-open", "do not open it")
    .option("--json", "print a summary for programs, one line of JSON on standard output")
    .addOption(new Option("-q, --quiet", "print errors and warnings only").conflicts("verbose"))
    .option("-v, --verbose", "tell more: collector, kernel memory, symbols")
    .addHelpText("after", EXAMPLES)
    .action(async (command: string[], options: RecordOptions) => {
      requireLinux();
      const { runRecord } = await import("../record/run.ts");
      await runRecord(command, options);
    });
}
