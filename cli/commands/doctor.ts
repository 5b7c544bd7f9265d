import { release } from "node:os";
import { Command } from "commander";
import { colorsFor } from "../colors.ts";
import { ExitCode } from "../failure.ts";
import { VERSION } from "../version.ts";

interface DoctorOptions {
  json?: boolean;
}

const EXAMPLES = `
Tries what a recording needs and tells, for each collector, whether it works here and if not, why and what would mend
it. Changes nothing. Exit code 0 when some collector works, 3 when none does.`;

export function doctorCommand(): Command {
  return new Command("doctor")
    .description("Tell what can be recorded on this machine, and what stands in the way.")
    .option("--json", "one object of JSON on standard output")
    .addHelpText("after", EXAMPLES)
    .action(async (options: DoctorOptions) => {
      const { COLLECTORS } = await import("../../collector/choose.ts");
      const rows = [];
      for (const collector of COLLECTORS) {
        rows.push({
          name: collector.name,
          description: collector.description,
          ...(await collector.available()),
        });
      }
      if (options.json) {
        const machine = {
          tool: `stapflame ${VERSION}`,
          platform: process.platform,
          arch: process.arch,
          kernel: release(),
        };
        process.stdout.write(`${JSON.stringify({ ...machine, collectors: rows })}\n`);
      } else {
        const { bold, green, red } = colorsFor(process.stdout);
        process.stdout.write(
          `stapflame ${VERSION} on ${process.platform} ${release()} ${process.arch}, Node ${process.version}\n\n`,
        );
        for (const row of rows) {
          process.stdout.write(
            `${row.available ? green("yes") : red("no ")}  ${bold(row.name)}  ${row.description}\n`,
          );
          if (!row.available)
            process.stdout.write(`       why: ${row.reason}\n       remedy: ${row.remedy}\n`);
          else for (const note of row.notes) process.stdout.write(`       note: ${note}\n`);
        }
      }
      if (!rows.some((row) => row.available)) process.exitCode = ExitCode.unavailable;
    });
}
