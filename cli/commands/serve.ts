import { Command } from "commander";
import type { InputFormat } from "../../profile/formats/input-formats.ts";
import { loaded } from "../loaded.ts";
import { PACK_COMMAND } from "../serve/pack-command.ts";
import { parsePort } from "../values.ts";
import { fromOption, INPUT_HELP } from "./format-options.ts";

export interface ServeOptions {
  port: number;
  open?: boolean;
  from?: InputFormat;
}

const EXAMPLES = `${INPUT_HELP}

Prints one line with an address to open, then answers until Ctrl-C. The page is that of "stapflame report", but the
profile comes by parts while a bar shows how far it is, after a first picture of its widest frames: for profiles too big
for one HTML file. Several files give a list to choose from. A file that changes on disk is noticed; reload shows it.

Only programs on this machine can reach it (127.0.0.1 and ::1), and only who has the token in the address sees a profile.
There is no option for other hosts. From your own machine, through ssh:
  ssh -L 8000:127.0.0.1:8000 box stapflame serve --port 8000 node.pb.gz
and open the address there. "stapflame view" needs no browser at all.

Exit codes: 0 ended by Ctrl-C (or SIGTERM, SIGHUP), 1 no file can be read or the port is taken, 2 the command line makes
no sense.

Examples:
  stapflame serve node-20260102-030405.pb.gz --open
  stapflame serve --port 8000 monday.pb.gz tuesday.pb.gz`;

export function serveCommand(): Command {
  return new Command("serve")
    .description(
      "Show profiles in the browser through a server on this machine, for those too big for one page.",
    )
    .argument("<profile...>", "profiles in any of the formats below")
    .addOption(fromOption())
    .option("--port <n>", "TCP port; 0 is any that is free", parsePort, 0)
    .option("--open", "open the address in the browser")
    .addHelpText("after", EXAMPLES)
    .action(async (paths: string[], options: ServeOptions) => {
      const { runServe } = await loaded(import("../serve/run.ts"));
      await runServe(paths, options);
    });
}

/** What `serve` runs beside itself; no command for people. */
export function packCommand(): Command {
  return new Command(PACK_COMMAND)
    .argument("<profile>")
    .addOption(fromOption())
    .action(async (path: string, { from }: { from?: InputFormat }) => {
      const { packForParent } = await loaded(import("../serve/pack-process.ts"));
      await packForParent(path, from);
    });
}
