import { Command } from "commander";
import { writeFolded } from "../../profile/formats/folded.ts";
import { writeFileAtomically } from "../../profile/node/atomic-file.ts";
import { usageFailure } from "../failure.ts";
import { fileFailure } from "../file-failure.ts";
import { readProfile } from "../read-profile.ts";

interface ConvertOptions {
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
      if (output !== "-" && !output.endsWith(".folded")) {
        throw usageFailure(`cannot tell the format from ${output}`, "Give a name that ends in .folded.");
      }
      const chunks = writeFolded(await readProfile(input), { perThread: options.perThread === true });
      try {
        // A pipe takes what it is given in its own time: writing to the device waits for it.
        await writeFileAtomically(output === "-" ? "/dev/stdout" : output, chunks);
      } catch (error) {
        throw fileFailure("write", output, error);
      }
    });
}
