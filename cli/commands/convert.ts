import { Command } from "commander";

export interface ConvertOptions {
  perThread?: boolean;
}

const EXAMPLES = `
The ending of OUT tells the format. For now there is:
  .folded   a line a stack: process;root;…;leaf COUNT (as flamegraph.pl, inferno and speedscope read it)
"-" as OUT writes folded stacks to standard output.

Example:
  stapflame convert node-20260102-030405.pb.gz node.folded`;

export function convertCommand(): Command {
  return new Command("convert")
    .description("Write a profile in another format.")
    .argument("<in>", "a pprof file (.pb.gz)")
    .argument("<out>", "a file whose ending names the format, or -")
    .option("--per-thread", "put the thread below the process")
    .addHelpText("after", EXAMPLES)
    .action(async (input: string, output: string, options: ConvertOptions) => {
      const { convert } = await import("../convert.ts");
      await convert(input, output, options);
    });
}
