import { Command } from "commander";
import { loaded } from "../loaded.ts";
import { requireLinux } from "../record/plan.ts";
import { addOutputOptions, addSamplingOptions, type RecordOptions, TARGET_USAGE } from "./record-options.ts";

const EXAMPLES = `
Prints on standard output what "stapflame record" with the same options would bring into the kernel:
  bpf    the BPF programs, disassembled as "bpftool prog dump xlated" does, with the names of maps, helpers and jumps
  kmod   the C sources and the Kbuild file of the kernel module, one after another, each under "==> NAME <=="
  stap   the SystemTap script
  perf   the attributes of the perf events, in words
Runs nothing, loads nothing, starts no command and needs no privilege, so a collector that cannot work here can be shown
too. With --collector auto it is the one that a recording would take; which, is said on standard error. Options of
"record" for what to write are taken and passed over: in a command line only the word "record" need be changed.

Examples:
  stapflame script --collector bpf -a | less
  stapflame script --collector stap -F 99 -p 1234 > sample.stp
  stapflame script --collector kmod -a > module.txt
  diff <(stapflame script --collector bpf -a) <(stapflame script --collector bpf -a --per-thread)`;

export function scriptCommand(): Command {
  const command = new Command("script")
    .description("Print what a recording would bring into the kernel; run nothing.")
    .usage(TARGET_USAGE)
    .argument("[command...]", "a command that would be started, after --");
  return addOutputOptions(addSamplingOptions(command), true)
    .addHelpText("after", EXAMPLES)
    .action(async (words: string[], options: RecordOptions) => {
      requireLinux();
      const { runScript } = await loaded(import("../script.ts"));
      await runScript(words, options);
    });
}
