import { Command, InvalidArgumentError, Option } from "commander";
import type { InputFormat } from "../../profile/formats/input-formats.ts";
import { loaded } from "../loaded.ts";
import { fromOption } from "./format-options.ts";

export interface DiffCommandOptions {
  before?: string[];
  after?: string[];
  normalize: string;
  fdr: number;
  value?: string;
  from?: InputFormat;
  failOn?: string[];
  allChanges?: boolean;
  matchRename?: string[];
  ignoreTemplates?: boolean;
  json?: boolean;
  markdown?: boolean;
  output?: string;
  open?: boolean;
  top: number;
}

const EXAMPLES = `
Compares two profiles and tells which changes are more than chance. Nothing is significant by itself of two recordings
of the same program; what you see marked is expected to be false in at most --fdr of the cases.

Examples:
  stapflame diff old.pb.gz new.pb.gz
  stapflame diff old.pb.gz new.pb.gz -o diff.html                what became wider, narrower, new or gone, as a page
  stapflame diff --before old-*.pb.gz --after new-*.pb.gz        several runs a side: the surest
  stapflame diff old.pb.gz new.pb.gz --fail-on 'total(parse_*) > +5%' --fail-on 'self(/^mem/) > 0.5pp'
  stapflame diff old.pb.gz new.pb.gz --markdown >> "$GITHUB_STEP_SUMMARY"

How to get profiles to compare:
  stapflame record --repeat 5 --label before -d 10s -- ./program
  stapflame record --repeat 5 --label after  -d 10s -- ./program-changed

Exit codes:
  0  compared, and no --fail-on holds
  1  a --fail-on holds
  2  not compared: a file, a value, or profiles that have nothing to do with each other`;

export function diffCommand(): Command {
  return new Command("diff")
    .description("Compare two profiles: what changed, and what is only chance.")
    .usage("[options] BEFORE AFTER | --before FILE… --after FILE…")
    .argument("[before]", "a profile, in any format that stapflame reads")
    .argument("[after]", "another")
    .optionsGroup("What to compare:")
    .option("--before <file...>", "several runs of the side before")
    .option("--after <file...>", "several runs of the side after")
    .option(
      "--normalize <by>",
      "total (shares), time (CPUs busy), none, or frame=NAME (units of its work)",
      "total",
    )
    .option(
      "--value <type>",
      "sample type to compare, such as cpu or alloc_space (default: the last that all have)",
    )
    .addOption(
      new Option("--match-rename <old=new>", "a function that was renamed; may be repeated").argParser(
        collect,
      ),
    )
    .option("--ignore-templates", "take instances of a template for one function")
    .addOption(fromOption())
    .optionsGroup("What counts:")
    .addOption(
      new Option("--fdr <part>", "part of the changes called significant that may be chance")
        .argParser(parseRate)
        .default(0.05),
    )
    .addOption(
      new Option(
        "--fail-on <condition>",
        "exit code 1 when it holds for a significant change; may be repeated",
      ).argParser(collect),
    )
    .option("--all-changes", "--fail-on counts also what may be chance")
    .optionsGroup("What to write:")
    .option("--json", "all functions for programs, as one line")
    .option("--markdown", "a summary for a pull request")
    .option(
      "-o, --output <file>",
      "the page: a differential flame graph, all changes, one HTML file (default: none)",
    )
    .option("--open", "open the page in your browser")
    .addOption(new Option("--top <n>", "rows of the table").argParser(parseTop).default(10))
    .addHelpText("after", EXAMPLES)
    .action(
      async (
        before: string | undefined,
        after: string | undefined,
        options: DiffCommandOptions,
        command: Command,
      ) => {
        const { runDiff } = await loaded(import("../diff/run.ts"));
        await runDiff([before, after], options, () => command.outputHelp());
      },
    );
}

function collect(text: string, previous: string[] = []): string[] {
  return [...previous, text];
}

function parseRate(text: string): number {
  const rate = Number(text);
  if (!(rate > 0 && rate <= 0.5))
    throw new InvalidArgumentError("Give a part above 0 and up to 0.5, such as 0.05.");
  return rate;
}

function parseTop(text: string): number {
  if (!/^\d{1,4}$/.test(text)) throw new InvalidArgumentError("Give a whole number, such as 10.");
  return Number(text);
}
