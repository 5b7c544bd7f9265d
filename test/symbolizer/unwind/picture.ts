import { memorySource } from "../../../symbolizer/byte-source.ts";
import { readElf } from "../../../symbolizer/elf/elf-file.ts";
import type { Found } from "../../../symbolizer/found.ts";
import { compileUnwindTable } from "../../../symbolizer/unwind/compile-table.ts";
import { lookUp, type UnwindTable } from "../../../symbolizer/unwind/unwind-table.ts";
import { value } from "../debug-files/workshop.ts";
import { FrameWriter, type WrittenFile, writeFile } from "./cfi-writer.ts";
import { wordsOf } from "./words.ts";

export function compiled(file: WrittenFile): Found<UnwindTable> {
  return compileUnwindTable(readElf(memorySource(writeFile(file))));
}

/** A table of one `.eh_frame` (or other sections). */
export function tableOf(...writers: FrameWriter[]): UnwindTable {
  return value(compiled({ sections: writers.map((writer) => writer.section()) }));
}

/** A row a line: "1000 rsp+8 same c-8", "1040 none". */
export function picture(table: UnwindTable): string[] {
  return Array.from(table.rowStarts, (start) => {
    const { cfa, fp, ra } = wordsOf(lookUp(table, start), table.machine);
    const address = start.toString(16);
    return cfa === "none" || cfa === "inexpressible" ? `${address} ${cfa}` : `${address} ${cfa} ${fp} ${ra}`;
  });
}

/** The rows of one function of 64 bytes at 0x1000 with these instructions, but for the one behind its end. */
export function rowsOf(instructions: number[], cie = {}, machine = 62): string[] {
  const writer = new FrameWriter().cie(cie).fde({ start: 0x1000, bytes: 64, instructions });
  const table = value(compiled({ sections: [writer.section()], machine }));
  return picture(table).filter((row) => row !== "1040 none");
}
