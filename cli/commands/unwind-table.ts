import { Command } from "commander";
import { loaded } from "../loaded.ts";
import { collectFolders } from "../values.ts";

export interface UnwindTableOptions {
  dump?: boolean;
  json?: boolean;
  debugDir?: string[];
}

const EXAMPLES = `
A recording walks the user stacks of code without frame pointers by such tables: for each address where the caller's
stack pointer (CFA), frame pointer and return address are. They are compiled from .eh_frame, and from .debug_frame, of
the file or of its debug file, where that has nothing; of stripped Go programs from the table of Go's runtime; and of
x86-64 code that none of them touches, as hand-written assembler, from what the code itself does with its stack.
FILE may be "[vdso]", the code that the kernel maps into each process.

Without options: what the table holds, what it could not express and why, its size in the kernel, and the CPU time that
compiling it took. A row says how code is unwound from its address up to the next row's.

With --dump, the rows, in the words of readelf --debug-dump=frames-interp:
  LOC               CFA       rbp     ra
  000000000002f020  rsp+16    s       c-8
  000000000002f030  plt 11    s       c-8
  000000000002fe00  none
CFA:
  rsp+16       the register and a number; in arm64 code sp and x29
  plt 11       rsp+8, from byte 11 of each 16 on rsp+16: an entry of a procedure linkage table
  *(rbp-8)+8   what lies in memory there, and a number
  signal       a signal frame: the interrupted registers lie in memory at the places told
  *(*(t-8)…    on another stack (Go's runtime): what lies in memory, from the thread pointer t on
  none         nothing is known: frame pointers are followed
  ?            the information is there, but a table can't express it
rbp (x29), ra (the return address):
  s            as it was; of ra: in the link register
  c-16         in memory at CFA - 16;  v+8  it is CFA + 8;  *(rbp+0)  in memory there
  u            lost; of ra: this is the outermost frame
  rdi          of ra: in that register, which is known in the leaf only
  called       of ra: noted 8 bytes behind CFA's place, if it follows a call of this code; else this is the outermost frame

With --json: {"file", "machine", "buildId", "sections", "functions", "rows", "mergedRows", "gaps", "rules", "bytes",
"pieces": [{"base", "end", "bytes"}], "followedBytes", "inexpressible", "lostFramePointer", "leftOut", "cut", "full", "cpuMilliseconds"};
"followedBytes" are of code that tells its rules itself; "rows" is before, "mergedRows" after equal neighbours were merged; "gaps" are those that say that nothing is known; the
four with reasons are objects of numbers by reason, and of what there is none is left out.
With both: one line a row, {"address": "0x…", "cfa", "fp", "ra"}, the last two null where nothing is known.

Exit code 1 when the file has no such information or can't be read.

Examples:
  stapflame unwind-table /usr/bin/node
  stapflame unwind-table --dump ./server | less
  stapflame unwind-table --json /lib/x86_64-linux-gnu/libc.so.6 | jq .inexpressible`;

export function unwindTableCommand(): Command {
  return new Command("unwind-table")
    .description("Show the table by which stacks are unwound through a binary's code.")
    .argument("<file>", 'a program or library, or "[vdso]"')
    .option("--dump", "the rows themselves")
    .option("--json", "one object of JSON; with --dump one line of JSON a row")
    .option("--debug-dir <dir>", "where to look for debug files first; may be repeated", collectFolders)
    .addHelpText("after", EXAMPLES)
    .action(async (file: string, options: UnwindTableOptions) => {
      const { runUnwindTable } = await loaded(import("../unwind-table/run.ts"));
      await runUnwindTable(file, options);
    });
}
