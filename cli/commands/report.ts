import { basename } from "node:path";
import { Command } from "commander";
import { writeFileAtomically } from "../../profile/node/atomic-file.ts";
import { fromComments } from "../../profile/recording-info.ts";
import { fileFailure } from "../file-failure.ts";
import { renderPage } from "../page.ts";
import { readProfile } from "../read-profile.ts";
import { openPage } from "../record/open-page.ts";

interface ReportOptions {
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
      const profile = await readProfile(path);
      const output = options.output ?? `${path.replace(/\.(pb\.gz|pb|pprof)$/, "")}.html`;
      const title = fromComments(profile.comments)?.target || basename(path);
      const page = renderPage(profile, `${title} – stapflame`);
      try {
        await writeFileAtomically(output, [page]);
      } catch (error) {
        throw fileFailure("write", output, error);
      }
      process.stdout.write(`${output}\n`);
      if (options.open) await openPage(output);
    });
}
