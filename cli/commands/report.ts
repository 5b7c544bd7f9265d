import { Command } from "commander";

export interface ReportOptions {
  output?: string;
  open?: boolean;
}

const EXAMPLES = `
Example:
  stapflame report node-20260102-030405.pb.gz -o node.html

Any pprof profile will do, also one that stapflame did not record.`;

export function reportCommand(): Command {
  return new Command("report")
    .description("Write the flame graph page of a profile.")
    .argument("<profile>", "a pprof file (.pb.gz)")
    .option("-o, --output <file>", "the page (default: beside the profile, .html)")
    .option("--open", "open the page in the browser")
    .addHelpText("after", EXAMPLES)
    .action(async (path: string, options: ReportOptions) => {
      const { report } = await import("../report.ts");
      await report(path, options);
    });
}
