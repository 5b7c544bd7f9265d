import { Command } from "commander";
import { loaded } from "../loaded.ts";
import { collectFolders } from "../values.ts";

export interface SymbolizeOptions {
  executable: string;
  inlines: boolean;
  demangle: boolean;
  debugDir?: string[];
  json?: boolean;
}

const EXAMPLES = `
Addresses are hexadecimal, with or without 0x: virtual addresses of the file, as nm, objdump and addr2line have them.
Without any, they are read from standard input, one a line, and answered as they come: by the line from a person or
a co-process, by the block from a pipe or file. Empty lines are passed over.

Prints a line a frame, in the order asked. The function that the address lies in comes first; where the compiler put
it into its caller, that follows, and so on up to the function that the code belongs to:
  0x401136  skip at src/parse.c:14:3
            inlined into parse at src/parse.c:42:9
What is not known is left out; of an address without a name it says "unknown".

With --json, one line an address: {"address": "0x…", "frames": [{"function", "linkageName", "file", "line", "column",
"inlined"}]}, innermost frame first; what is not known is null, an address without a name has no frames.
"inlined" tells that the frame was put into the next. A line of standard input that holds no address is answered with
an "error" besides (as text: behind it), and the exit code is 1 in the end; on the command line it is a mistake (2).

Examples:
  stapflame symbolize -e ./server 401136 0x4011a0
  nm ./server | cut -d" " -f1 | stapflame symbolize -e ./server --json
  stapflame symbolize -e ./server --debug-dir /srv/debug --no-inlines < addresses.txt`;

export function symbolizeCommand(): Command {
  return new Command("symbolize")
    .description("Tell function, file and line of a binary's addresses, with the calls that were inlined.")
    .argument("[address...]", "hexadecimal addresses (default: from standard input)")
    .requiredOption("-e, --executable <file>", "the program, library, kernel or debug file")
    .option("--no-inlines", "only the function that the code belongs to")
    .option("--no-demangle", "names as the linker has them")
    .option("--debug-dir <dir>", "where to look for debug files first; may be repeated", collectFolders)
    .option("--json", "one line of JSON an address")
    .addHelpText("after", EXAMPLES)
    .action(async (addresses: string[], options: SymbolizeOptions) => {
      const { runSymbolize } = await loaded(import("../symbolize/run.ts"));
      await runSymbolize(addresses, options);
    });
}
