/**
 * What `note-mapping.ts` keeps of a process's executable mappings, as they are made, and `find-mapped.ts` looks up: an
 * element for each process of the map `mapped`, by thread group id (u64). Byte offsets; u64 each.
 */
export const MAPPED = {
  /** Address of the process's memory descriptor: another after an exec. */
  mm: 0,
  /** When its first thread was started: another for another process with the same id. */
  startTime: 8,
  count: 16,
  entries: 24,
} as const;
/** Offsets in an entry. `end` is 0 in one that is free. */
export const MAPPED_ENTRY = { start: 0, end: 8, fileOffset: 16, file: 24 } as const;
/** A file, as the key of the map `files` has it. */
export const FILE_KEY = { inode: 0, size: 8, device: 16 } as const;
export const FILE_KEY_BYTES = 24;
export const MAPPED_ENTRY_BYTES = MAPPED_ENTRY.file + FILE_KEY_BYTES;
/** Those of a program and its first libraries; what is mapped beyond is known when /proc was read. */
export const MOST_MAPPED = 16;
export const MAPPED_BYTES = MAPPED.entries + MOST_MAPPED * MAPPED_ENTRY_BYTES;
