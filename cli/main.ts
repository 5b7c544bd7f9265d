#!/usr/bin/env node
import { Command, CommanderError } from "commander";
import { colorsFor } from "./colors.ts";
import { buildCommand } from "./commands/build.ts";
import { convertCommand } from "./commands/convert.ts";
import { diffCommand } from "./commands/diff.ts";
import { doctorCommand } from "./commands/doctor.ts";
import { recordCommand } from "./commands/record.ts";
import { reportCommand } from "./commands/report.ts";
import { scriptCommand } from "./commands/script.ts";
import { packCommand, serveCommand } from "./commands/serve.ts";
import { symbolizeCommand } from "./commands/symbolize.ts";
import { unwindTableCommand } from "./commands/unwind-table.ts";
import { viewCommand } from "./commands/view.ts";
import { ExitCode, Failure } from "./failure.ts";
import { VERSION } from "./version.ts";

const EPILOGUE = `
Exit codes:
  0    all went well (a recorded command's own exit code is in the summary)
  1    something failed: a file, the kernel, the target
  2    the command line makes no sense
  3    no collector can work here; "stapflame doctor" tells why
  130  aborted: by a second Ctrl-C, or by one while a module was being built; nothing was written

Environment:
  NO_COLOR            no colours;  FORCE_COLOR  colours also where there is no terminal
  STAPFLAME_NO_CACHE  names are looked up anew, and not kept for the next time
  DEBUGINFOD_URLS     servers that are asked for debug information that is not here, by
                      http_proxy, https_proxy, all_proxy and no_proxy as with curl

"stapflame COMMAND --help" tells all about a command.`;

function program(): Command {
  return new Command("stapflame")
    .description("Samples running programs inside the Linux kernel and leaves a flame graph.")
    .version(VERSION, "-V, --version")
    .enablePositionalOptions()
    .configureHelp({ sortSubcommands: false, showGlobalOptions: false })
    .showSuggestionAfterError()
    .addHelpText("after", EPILOGUE)
    .addCommand(recordCommand())
    .addCommand(reportCommand())
    .addCommand(viewCommand())
    .addCommand(serveCommand())
    .addCommand(convertCommand())
    .addCommand(diffCommand())
    .addCommand(symbolizeCommand())
    .addCommand(unwindTableCommand())
    .addCommand(doctorCommand())
    .addCommand(scriptCommand())
    .addCommand(buildCommand())
    .addCommand(packCommand(), { hidden: true });
}

/** Every command answers a wrong command line by throwing, so that the words and the exit code are ours. */
function throwOnMisuse(command: Command): void {
  command.exitOverride().configureOutput({ outputError: () => {} });
  for (const child of command.commands) throwOnMisuse(child);
}

async function main(): Promise<number> {
  // `stapflame … | head` closes our output early, and so does a terminal that is closed: that is no error.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE" || error.code === "EIO") process.exit(ExitCode.ok);
    throw error;
  });
  const root = program();
  throwOnMisuse(root);
  try {
    await root.parseAsync(process.argv);
    return ExitCode.ok;
  } catch (error) {
    return explain(error);
  }
}

/** Prints a failure as two sentences and gives its exit code. */
function explain(error: unknown): number {
  const { red } = colorsFor(process.stderr);
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return ExitCode.ok;
    // `stapflame` alone has shown its help by now.
    if (error.code !== "commander.help") process.stderr.write(`${red("error:")} ${misuse(error.message)}\n`);
    return ExitCode.usage;
  }
  if (error instanceof Failure) {
    process.stderr.write(`${red("error:")} ${error.message}. ${error.remedy}\n`);
    return error.exitCode;
  }
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`${red("error:")} ${message}. This is a fault in stapflame: please report it.\n`);
  if (process.env.STAPFLAME_DEBUG && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  return ExitCode.failed;
}

/** Commander's message as our two sentences: what is wrong, and its suggestion or where to look. */
function misuse(message: string): string {
  const [what, suggestion] = message.replace(/^error: /, "").split("\n");
  const remedy = suggestion ? suggestion.replace(/^\((.*)\)$/, "$1") : "The options are told by --help.";
  return `${what}${/[.?]$/.test(what) ? "" : "."} ${remedy}`;
}

const code = await main();
// A command may have set a code of its own on success.
if (code !== ExitCode.ok) process.exitCode = code;
