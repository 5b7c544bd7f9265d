import { Command } from "commander";
import type { InputFormat } from "../../profile/formats/input-formats.ts";
import { loaded } from "../loaded.ts";
import { fromOption, INPUT_HELP } from "./format-options.ts";

export interface ReportOptions {
  output?: string;
  open?: boolean;
  /** false with `--no-source`, true with `--source`; undefined: what may be shown to everybody. */
  source?: boolean;
  from?: InputFormat;
}

const EXAMPLES = `${INPUT_HELP}

Examples:
  stapflame report node-20260102-030405.pb.gz -o node.html
  perf script | stapflame report - -o perf.html

The page, and only the page, holds some source text around the busiest lines, where the profile tells files and lines
and this machine has those files. As root only files that everybody may read are read, unless --source is given: a
profile from elsewhere can name any file.`;

export function reportCommand(): Command {
  return new Command("report")
    .description("Write the flame graph page of a profile.")
    .argument("<profile>", "a profile in any of the formats below, or -")
    .option("-o, --output <file>", "the page (default: beside the profile, .html)")
    .addOption(fromOption())
    .option("--open", "open the page in the browser")
    .option("--source", "source text in the page, also of files that not everybody may read")
    .option("--no-source", "no source text in the page")
    .addHelpText("after", EXAMPLES)
    .action(async (path: string, options: ReportOptions) => {
      const { report } = await loaded(import("../report.ts"));
      await report(path, options);
    });
}
