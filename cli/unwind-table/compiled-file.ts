import { debugFileFinder } from "../../symbolizer/debug-files/finder.ts";
import { ElfError } from "../../symbolizer/elf/elf-error.ts";
import { readElf } from "../../symbolizer/elf/elf-file.ts";
import { buildIdOf } from "../../symbolizer/elf/notes.ts";
import { fileSource } from "../../symbolizer/file-source.ts";
import { type Found, found, missing } from "../../symbolizer/found.ts";
import { compileUnwindTable } from "../../symbolizer/unwind/compile-table.ts";
import { packUnwindTable, type TablePiece } from "../../symbolizer/unwind/pack-table.ts";
import { debugFrameFile } from "../../symbolizer/unwind/table-of-file.ts";
import type { UnwindTable } from "../../symbolizer/unwind/unwind-table.ts";
import { vdsoSource } from "../../symbolizer/vdso.ts";

/** What stands for the vdso, as in /proc/PID/maps. */
const VDSO = "[vdso]";

/** A file's table, compiled anew. */
export interface CompiledFile {
  buildId: string;
  table: UnwindTable;
  pieces: TablePiece[];
  /** Path of the debug file that `.debug_frame` was taken from; "" where none was. */
  debugFile: string;
  /** CPU time of reading, compiling and packing. */
  cpuMilliseconds: number;
}

/** Missing with a sentence without its subject. Never throws on what the files hold. */
export function compileFile(path: string, debugFolders: readonly string[]): Found<CompiledFile> {
  const before = process.cpuUsage();
  const opened = path === VDSO ? vdsoSource() : fileSource(path);
  if (opened.found === undefined) return opened;
  try {
    const elf = readElf(opened.found);
    const debugFile = debugFrameFile(elf, { path }, debugFileFinder({ debugFolders }));
    try {
      const compiled = compileUnwindTable(elf, debugFile?.elf);
      if (compiled.found === undefined) return compiled;
      const pieces = packUnwindTable(compiled.found);
      const { user, system } = process.cpuUsage(before);
      return found({
        buildId: buildIdOf(elf) ?? "",
        table: compiled.found,
        pieces,
        debugFile: debugFile?.path ?? "",
        cpuMilliseconds: (user + system) / 1000,
      });
    } finally {
      debugFile?.elf.source.close();
    }
  } catch (error) {
    if (error instanceof ElfError) return missing(error.message);
    throw error;
  } finally {
    opened.found.close();
  }
}
