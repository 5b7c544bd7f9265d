import { Command } from "commander";
import { loaded } from "../loaded.ts";
import { requireLinux } from "../record/plan.ts";
import { addOutputOptions, addSamplingOptions, type RecordOptions, TARGET_USAGE } from "./record-options.ts";

const EXAMPLES = `
Everything that a target forks or clones while recording is recorded too. Ctrl-C (or SIGTERM) ends the recording early
and keeps everything; a second one aborts.

Examples:
  stapflame record -p 1234 -d 30s                    a running process for half a minute
  stapflame record -d 10s -- node server.mjs         a command from its first instruction; ended after 10 s
  stapflame record -a -F 49 --no-open                the whole machine until Ctrl-C
  stapflame record --cgroup system.slice/nginx.service -d 1m
  stapflame record -p 1234 -d 5s --json -q | jq .    for a script
  stapflame record --collector kmod -p 1234          by a kernel module instead of BPF
  stapflame record --repeat 5 --label before -d 10s -- ./app    five profiles for "stapflame diff"
  stapflame record --module box.ko -p 1234           by one built elsewhere ("stapflame build")

Collectors (--collector auto takes the first that works here, "stapflame doctor" tells all):
  bpf    BPF programs: needs nothing but a kernel (5.8 or newer) that allows BPF
  kmod   a kernel module of ours: needs kernel headers and gcc, once for each kernel, or --module
  stap   a SystemTap script: needs SystemTap; with --module only its staprun
  perf   perf events of your own processes: needs no privilege, only kernel.perf_event_paranoid of 2 or less
While a module is being compiled, which may take a minute, a command is not started yet, and a first Ctrl-C aborts.

What is recorded:
  Each CPU's clock samples the stack of what runs, -F times a second; the kernel counts equal stacks. The result is a
  pprof profile (also for "go tool pprof", speedscope, …) and a page that needs nothing but a browser.
  Programs with debug information get a frame for each inlined call, files and lines. The page, and only the page, holds
  some source text around the busiest lines, of files that everybody may read or that a command of yours was built from.
  A recorded command's output stays its own: with a command, stapflame writes to standard error only (but for --json).`;

export function recordCommand(): Command {
  const command = new Command("record")
    .description("Sample running programs in the kernel; write a profile and a flame graph.")
    .usage(TARGET_USAGE)
    .argument("[command...]", "a command to start and record, after --");
  return addOutputOptions(addSamplingOptions(command))
    .addHelpText("after", EXAMPLES)
    .action(async (words: string[], options: RecordOptions) => {
      requireLinux();
      const { runRecord } = await loaded(import("../record/run.ts"));
      await runRecord(words, options);
    });
}
