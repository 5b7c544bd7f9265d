import { debugFileFinder } from "../debug-files/finder.ts";
import { indexCache } from "../debug-files/index-cache.ts";
import { type Found, missing } from "../found.ts";
import { type TableAnswer, type TableSources, tableOfFile, type UnwindFile } from "./table-of-file.ts";

/** What a compiling thread is begun with: all that can be sent to one. */
export interface CompileSettings {
  /** Whether tables are kept, and those of earlier runs taken. */
  cache: boolean;
  /** Folders in the manner of /usr/lib/debug, looked in before it. */
  debugFolders: readonly string[];
}

/** From the asker to the thread. */
export interface CompileRequest {
  id: number;
  file: UnwindFile;
}

/** And back. */
export interface CompileReply {
  id: number;
  answer: Found<TableAnswer>;
}

/** Answers requests one by one, in whatever thread it is called. */
export function compileJob(settings: CompileSettings): (file: UnwindFile) => Found<TableAnswer> {
  const sources: TableSources = {
    cache: settings.cache ? indexCache() : undefined,
    finder: debugFileFinder({ debugFolders: settings.debugFolders }),
  };
  return (file) => {
    try {
      return tableOfFile(file, sources);
    } catch (error) {
      // A fault of ours, or memory that ran out: the recording goes on without this table, and it is said.
      return missing(
        `has no table, for its compilation failed (${error instanceof Error ? error.message : error})`,
      );
    }
  };
}
