import { once } from "node:events";
import type { UnwindTableOptions } from "../commands/unwind-table.ts";
import { Failure } from "../failure.ts";
import { printable } from "../words.ts";
import { compileFile } from "./compiled-file.ts";
import { dumpTable } from "./dump.ts";
import { summaryOf, summaryText } from "./summary.ts";

/** `stapflame unwind-table`: shows a binary's table. Throws Failure. */
export async function runUnwindTable(file: string, options: UnwindTableOptions): Promise<void> {
  const compiled = compileFile(file, options.debugDir ?? []);
  if (compiled.found === undefined) {
    throw new Failure(
      `no unwind table can be made for ${printable(file)}: ${printable(compiled.missing)}`,
      "Give a program or a library of x86-64 or arm64 that has .eh_frame or .debug_frame, or one of Go.",
    );
  }
  const { table } = compiled.found;
  if (options.dump) for (const text of dumpTable(table, options.json === true)) await write(text);
  else if (options.json) await write(`${JSON.stringify(summaryOf(file, compiled.found))}\n`);
  else await write(summaryText(file, compiled.found));
}

/** Waits for a slow reader instead of piling text up. */
async function write(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, "drain");
}
