import { Command, Option } from "commander";
import type { InputFormat } from "../../profile/formats/input-formats.ts";
import { OUTPUT_FORMAT_NAMES, type OutputFormat } from "../../profile/formats/output-formats.ts";
import { loaded } from "../loaded.ts";
import { parseScale, parseWidth } from "../values-picture.ts";
import { fromOption, INPUT_HELP } from "./format-options.ts";

export interface ConvertOptions {
  from?: InputFormat;
  to?: OutputFormat;
  sampleType?: string;
  perThread?: boolean;
  title?: string;
  width?: number;
  icicle?: boolean;
  static?: boolean;
  scale?: number;
}

const HELP = `${INPUT_HELP}

What is written (told by the ending of OUT; "-" is standard output, folded unless --to says otherwise; .gz packs):
  pprof       .pb.gz, .pb          all there is to a profile
  folded      .folded, .collapsed  process;root;…;leaf COUNT a line, sorted
  speedscope  .speedscope.json     a profile for each sample type, the process as the outermost frame
  firefox     .firefox.json        for profiler.firefox.com (version 48, which it upgrades)
  svg         .svg                 a flame graph that zooms by click and searches by Ctrl-F; --static without script
  png         .png                 the same as a picture; --scale 1 for coarse screens
  html        .html                the page, as "stapflame report" writes it, without source text
What the format has no room for (addresses, build IDs, …) is said on standard error, if the profile has it.

Examples:
  stapflame convert node-20260102-030405.pb.gz node.svg
  perf script | stapflame convert - perf.pb.gz
  stapflame convert perf.txt.gz - | grep -c malloc
  stapflame convert app.cpuprofile app.speedscope.json
  stapflame convert --to firefox app.pb.gz app.json

Exit codes: 0 written, 1 a file could not be read or written, 2 the command line makes no sense.
A file that was there is replaced only when the new one is whole.`;

export function convertCommand(): Command {
  return new Command("convert")
    .description("Write a profile in another format.")
    .argument("<in>", "a profile in any of the formats below, or -")
    .argument("<out>", "a file whose ending names the format, or -")
    .addOption(fromOption())
    .addOption(
      new Option("--to <format>", "write this format, whatever OUT is called").choices(OUTPUT_FORMAT_NAMES),
    )
    .option("--sample-type <name>", "which values, for folded, firefox and pictures (default: the first)")
    .option("--per-thread", "put the thread below the process, in folded, speedscope and pictures")
    .option("--title <text>", "title of a picture, page or speedscope file (default: what was recorded)")
    .addOption(new Option("--width <pixels>", "width of a picture (default: 1200)").argParser(parseWidth))
    .option("--icicle", "pictures with the root at the top")
    .option("--static", "an SVG without script")
    .addOption(
      new Option("--scale <number>", "pixels of a PNG for each of its layout: 1 to 4 (default: 2)").argParser(
        parseScale,
      ),
    )
    .addHelpText("after", HELP)
    .action(async (input: string, output: string, options: ConvertOptions) => {
      const { convert } = await loaded(import("../convert.ts"));
      await convert(input, output, options);
    });
}
