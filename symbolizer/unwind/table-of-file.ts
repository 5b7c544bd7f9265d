import { type ByteSource, memorySource } from "../byte-source.ts";
import type { DebugFile } from "../debug-files/debug-file.ts";
import type { DebugFileFinder } from "../debug-files/finder.ts";
import type { IndexCache } from "../debug-files/index-cache.ts";
import { ElfError } from "../elf/elf-error.ts";
import { type ElfFile, readElf } from "../elf/elf-file.ts";
import { buildIdOf } from "../elf/notes.ts";
import { sectionBytes } from "../elf/section-bytes.ts";
import { fileSource } from "../file-source.ts";
import { type Found, found, missing } from "../found.ts";
import { compileUnwindTable } from "./compile-table.ts";
import { packUnwindTable } from "./pack-table.ts";
import { PACKED_TABLE_VERSION, type PackedTable, readPackedTable, writePackedTable } from "./packed-table.ts";
import { tableOfCode } from "./table-of-code.ts";

/** A file whose table is wanted. */
export interface UnwindFile {
  /** How we get at it: a path that we can open, a descriptor (the caller's to close, after the answer), or its bytes. */
  content: string | number | Uint8Array;
  /** Path as its process has it, by which a separate debug file is looked for; undefined: none is. */
  path?: string;
  /** `content` is x86-64 code alone, as it lies in memory; addresses count from its first byte. */
  isCode?: boolean;
  /** Root of the process's container ("/proc/PID/root"): looked in first. */
  root?: string;
}

export interface TableSources {
  /** Keeps tables by build ID; undefined: nothing is kept. */
  cache: IndexCache | undefined;
  /** Finds `.debug_frame` on this machine, for code that `.eh_frame` says nothing of. */
  finder: Pick<DebugFileFinder, "local"> | undefined;
}

/** A table, and whether it was kept from before. */
export interface TableAnswer {
  table: PackedTable;
  fromCache: boolean;
}

/** Compiles and packs a file's table, or takes it from the cache. Never throws on what files hold. */
export function tableOfFile(file: UnwindFile, sources: TableSources): Found<TableAnswer> {
  if (file.isCode && file.content instanceof Uint8Array) return tableOfCode(file.content);
  const opened = openContent(file.content);
  if (opened.found === undefined) return opened;
  let debugFile: DebugFile | undefined;
  try {
    const elf = readElf(opened.found);
    const buildId = buildIdOf(elf) ?? "";
    debugFile = debugFrameFile(elf, file, sources.finder);
    // With a debug file the same binary may have another table.
    const kind = debugFile === undefined ? "unwind-table" : "unwind-table-debug";
    const kept = sources.cache?.load(buildId, kind, PACKED_TABLE_VERSION);
    const known = kept === undefined ? undefined : readPackedTable(kept);
    if (known !== undefined) return found({ table: known, fromCache: true });
    const compiled = compileUnwindTable(elf, debugFile?.elf);
    if (compiled.found === undefined) return compiled;
    const { machine, segments, stats, rowStarts } = compiled.found;
    const pieces = packUnwindTable(compiled.found);
    const table = { machine, buildId, pieces, segments, stats, mergedRows: rowStarts.length };
    if (buildId !== "") sources.cache?.save(buildId, kind, PACKED_TABLE_VERSION, writePackedTable(table));
    return found({ table, fromCache: false });
  } catch (error) {
    if (error instanceof ElfError) return missing(error.message);
    throw error;
  } finally {
    debugFile?.elf.source.close();
    opened.found.close();
  }
}

/** The separate debug file of a binary, if it has `.debug_frame` and the binary has none. The caller closes it. */
export function debugFrameFile(
  elf: ElfFile,
  { path, root }: Pick<UnwindFile, "path" | "root">,
  finder: Pick<DebugFileFinder, "local"> | undefined,
): DebugFile | undefined {
  if (finder === undefined || path === undefined || sectionBytes(elf).has(".debug_frame")) return undefined;
  const answer = finder.local({ elf, path, ...(root !== undefined && { root }) });
  if (answer.found === undefined) return undefined;
  if (sectionBytes(answer.found.elf).has(".debug_frame")) return answer.found;
  answer.found.elf.source.close();
  return undefined;
}

function openContent(content: UnwindFile["content"]): Found<ByteSource> {
  return content instanceof Uint8Array ? found(memorySource(content)) : fileSource(content);
}
