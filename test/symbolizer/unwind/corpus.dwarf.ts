import { afterAll, expect, test } from "vitest";
import { compileUnwindTable } from "../../../symbolizer/unwind/compile-table.ts";
import { unwindMachineOf } from "../../../symbolizer/unwind/machine.ts";
import { open } from "../debug-files/workshop.ts";
import { corpusFiles } from "../dwarf/corpus/corpus.ts";
import { compare, printComparisons } from "./compare-file.ts";
import { switchingFunctions } from "./go-switching.ts";

/** Programs of every compiler and form of debug information: every row that readelf tells must be ours. */
afterAll(printComparisons);

const files = corpusFiles("small").filter(({ path }) => !path.endsWith(".debug"));
test.each(files.map((file) => [file.name, file] as const))("%s", (name, { path, judgedBy }) => {
  const elf = open(path);
  if (unwindMachineOf(elf) === undefined) {
    const refused = compileUnwindTable(elf);
    expect(refused.missing).toBe("is for a machine that no unwind tables are made for");
    return;
  }
  // Debian 12's LLVM knows no zstd.
  const others = name.startsWith("Go") ? switchingFunctions(path) : undefined;
  compare(name, path, name.endsWith("zstd") ? judgedBy : path, others);
});
