import type { Mapping } from "./address-space.ts";
import { mappedKind } from "./mapped-file.ts";

/** Memory without a file as /proc/PID/maps, MMAP2 records and prctl(PR_SET_VMA_ANON_NAME) call it. */
const ANONYMOUS = /^(|\/\/anon|\[anon:.*\])$/;

/**
 * A mapping, by its neighbours. Some programs copy the middle of their own code into memory of huge pages that takes its place (Node.js with
 * --use-largepages, Intel's iodlr, HHVM): memory without a file that fills a hole in the mapping of one file is that file's still.
 */
export function asMapped(mapping: Mapping, before: Mapping | undefined, after: Mapping | undefined): Mapping {
  if (before === undefined || after === undefined || !ANONYMOUS.test(mapping.file)) return mapping;
  const { inode, file } = before;
  const isFilled = before.end === mapping.start && mapping.end === after.start;
  const isOneFile = after.inode === inode && after.file === file && mappedKind(file) === "file";
  const isOnePiece = after.fileOffset - before.fileOffset === after.start - before.start;
  if (!isFilled || !isOneFile || !isOnePiece) return mapping;
  return { ...mapping, inode, file, fileOffset: before.fileOffset + (mapping.start - before.start) };
}
