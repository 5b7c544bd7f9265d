import { Command } from "commander";
import { loaded } from "../loaded.ts";

export interface DoctorOptions {
  json?: boolean;
}

const EXAMPLES = `
Tries what a recording needs and tells, for each collector, whether it works here and if not, why and what would mend
it. Compiles and loads nothing. Exit code 0 when some collector works, 3 when none does.

A recording by kernel module that was killed leaves its module behind, idle. Doctor finds such modules and, as root,
removes them; otherwise it tells how. One that a recording uses is left alone.

With --json: { tool, platform, arch, kernel,
  collectors: [{ name, description, available, notes | reason, remedy }],
  leftModules: [{ name, collector, inUse, removed, reason?, remedy? }] }`;

export function doctorCommand(): Command {
  return new Command("doctor")
    .description("Tell what can be recorded on this machine, and what stands in the way; tidy up.")
    .option("--json", "one object of JSON on standard output")
    .addHelpText("after", EXAMPLES)
    .action(async (options: DoctorOptions) => {
      const { runDoctor } = await loaded(import("../doctor.ts"));
      await runDoctor(options);
    });
}
