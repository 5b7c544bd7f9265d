/**
 * The memory that holds unwind tables and the processes' mappings: written by user space, read by the kernel at sample
 * time. Little-endian. It is cut into shards; a place in it is a u32, `shard << 17 | byte offset / 8`, and nothing
 * spans two shards. The kernel side trusts none of it: each read is masked into its shard, each search has a fixed
 * number of steps.
 *
 * Shard 0 begins with the process index: slots of u64, `tgid:32 (low) | place of the process block:32 (high)`, found
 * by linear probing from `indexHash(tgid)`.
 *
 * A process block: u32 count of entries, u32 image check (`image-check.ts`), then the entries, sorted by start, not
 * overlapping, for executable mappings only:
 *
 *     u64 start    u64 end (exclusive)    u64 origin    u32 table    u32 0
 *
 * `origin` is the run-time address of the table's address 0. Of a table, whose rows lie in pieces, each piece has an
 * entry of its own. A piece is laid out by symbolizer/unwind, see `PIECE`.
 */
export const SHARD_BYTES = 1 << 20;
export const MAX_SHARDS = 256;
export const PLACE_SHARD_SHIFT = 17;
export const PLACE_UNIT_BYTES = 8;

export const INDEX_SLOTS = 8192;
export const INDEX_MAX_PROBES = 16;
export const INDEX_BYTES = INDEX_SLOTS * 8;
export const INDEX_HASH_MULTIPLIER = 0x9e3779b1;
/** 32 - log2(INDEX_SLOTS). */
export const INDEX_HASH_SHIFT = 19;
/** A slot that is free, but which searches go past. No thread group has the id 0. */
export const INDEX_TOMBSTONE = 1n << 63n;

export const BLOCK_HEADER_BYTES = 8;
/** Offsets in a process block's header. */
export const BLOCK = { count: 0, imageCheck: 4 } as const;
export const ENTRY_BYTES = 32;
/** Offsets in an entry. */
export const ENTRY = { start: 0, end: 8, origin: 16, table: 24 } as const;
/** A power of two: as many steps as a search has. */
export const MAX_ENTRIES = 4096;

/** What an entry's `table` may be besides the place of a piece: these places lie in the process index. */
export const TABLE_BY_NATURE_NONE = 0;
export const TABLE_MISSING = 1;
/** It is still being made: until then that mapping is as one that is not known. */
export const TABLE_COMING = 2;

/** Offsets of the u32 in a piece's header; the last four hold byte offsets from the header. */
export const PIECE = {
  rowCount: 0,
  pageCount: 4,
  ruleCount: 8,
  ruleBytes: 12,
  pages: 16,
  starts: 20,
  ruleIndexes: 24,
  rules: 28,
} as const;
export const PIECE_HEADER_BYTES = 32;
/** Addresses of a page: rows are found by the page, then by 16 steps of search within it. */
export const PAGE_SHIFT = 16;

export const RULE_BYTES = 16;
/** Offsets in a rule: u8, u8, u8, u8, i32, i32, i16, i16. */
export const RULE = {
  cfa: 0,
  ra: 1,
  fp: 2,
  register: 3,
  cfaOffset: 4,
  cfaAdd: 8,
  raOffset: 12,
  fpOffset: 14,
} as const;

/** How the canonical frame address is found, the stack pointer of the caller. */
export const CfaRule = {
  none: 0,
  stackPointer: 1,
  framePointer: 2,
  plt: 3,
  atStackPointer: 4,
  atFramePointer: 5,
  inexpressible: 6,
  signalFrame: 7,
  register: 8,
  // These are of another stack than the frame's own; symbolizer/unwind/rule.ts tells what is where in them.
  goroutine: 9,
  threadNote: 10,
  stackDepth: 11,
  goroutineCall: 12,
} as const;
/** How near to its frame's pc the code must be that `CfaRule.goroutineCall` finds called. */
export const NEAR_BYTES = 256;
/** How the return address is found; `register`: in one of the leaf, with `CfaRule.inexpressible`, and the CFA is of the stack pointer. */
export const RaRule = { atCfa: 0, outermost: 1, linkRegister: 2, register: 3 } as const;
/** How the caller's frame pointer is found. */
export const FpRule = { same: 0, atCfa: 1, lost: 2, atFramePointer: 3, isCfa: 4 } as const;

export function placeOf(shard: number, offset: number): number {
  return ((shard << PLACE_SHARD_SHIFT) | (offset / PLACE_UNIT_BYTES)) >>> 0;
}

export function shardOf(place: number): number {
  return place >>> PLACE_SHARD_SHIFT;
}

export function offsetOf(place: number): number {
  return (place & ((1 << PLACE_SHARD_SHIFT) - 1)) * PLACE_UNIT_BYTES;
}

/** Slot of the process index at which the search for `tgid` begins. */
export function indexHash(tgid: number): number {
  return Math.imul(tgid, INDEX_HASH_MULTIPLIER) >>> INDEX_HASH_SHIFT;
}
