import { Command } from "commander";
import type { InputFormat } from "../../profile/formats/input-formats.ts";
import { loaded } from "../loaded.ts";
import { parseCount } from "../values.ts";
import { fromOption, INPUT_HELP } from "./format-options.ts";

export interface ViewOptions {
  top: number;
  plain?: boolean;
  json?: boolean;
  from?: InputFormat;
}

const EXAMPLES = `${INPUT_HELP}

In a terminal this is a text UI: call tree, inverted tree, functions and a flame graph of coloured cells. ? tells its
keys; the most important are the arrows, 1 to 4 for the views, e for the heaviest path, / to search, d for details,
q to leave. It needs no mouse and works over ssh, in tmux and in screen.

Where input or output is no terminal (a pipe, a file), with TERM=dumb or --plain, it prints the heaviest functions and
stacks as plain lines instead, "self" being what a function did itself and "total" what it or its callees did, recursion
counted once. With --json the same as one object:
  {"file", "sampleType": {"type", "unit"}, "total", "durationMs", "target", "dropped", "warnings",
   "functions": [{"name", "module", "kind", "file", "line", "self", "total"}],
   "stacks": [{"self", "frames": [{"name", "module", "kind"}]}]}
Frames come callers first. What the profile does not tell is null, "" or 0. The weights are of its first sample type.

Environment:
  NO_COLOR                no colours; boxes of the flame graph are told apart by lines
  TERM, COLORTERM         256 colours where they say so, else 16
  LC_ALL, LC_CTYPE, LANG  only ASCII where they name no UTF-8 locale

Exit codes: 0 all went well, 1 the profile cannot be read, 2 the command line makes no sense.

Examples:
  stapflame view node-20260102-030405.pb.gz
  stapflame view node.pb.gz --top 5 | cat
  stapflame view node.pb.gz --json | jq '.functions[0].name'
  perf script | stapflame view -`;

export function viewCommand(): Command {
  return new Command("view")
    .description("Show a profile in the terminal: call tree, functions, flame graph.")
    .argument("<profile>", "a profile in any of the formats below, or -")
    .addOption(fromOption())
    .option("--top <n>", "functions and stacks in plain output", parseCount, 20)
    .option("--plain", "plain lines, also in a terminal")
    .option("--json", "one JSON object, for programs")
    .addHelpText("after", EXAMPLES)
    .action(async (path: string, options: ViewOptions) => {
      const { runView } = await loaded(import("../view/run.ts"));
      await runView(path, options);
    });
}
