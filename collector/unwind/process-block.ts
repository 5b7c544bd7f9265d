import type { UnwindSegment } from "../contract.ts";
import type { Mapping } from "../process/address-space.ts";
import {
  BLOCK,
  BLOCK_HEADER_BYTES,
  ENTRY,
  ENTRY_BYTES,
  MAX_ENTRIES,
  TABLE_BY_NATURE_NONE,
  TABLE_COMING,
  TABLE_MISSING,
} from "./memory-format.ts";

/** One entry of a process block, see memory-format.ts. */
export interface BlockEntry {
  start: number;
  end: number;
  origin: number;
  table: number;
}

/** Where a file's table lies. */
export interface PlacedTable {
  segments: readonly UnwindSegment[];
  /** Sorted by `base`: ELF addresses from `base` to `end`, and the place of the piece that tells of them. */
  pieces: readonly { base: number; end: number; place: number }[];
}

/** The entry of a mapping without a table. */
export function bareEntry({ start, end }: Mapping, table: number): BlockEntry {
  return { start, end, origin: 0, table };
}

/** The entries of a mapped file: one for each piece of its table that it shows, and such without a table between them. */
export function tableEntries(mapping: Mapping, { segments, pieces }: PlacedTable): BlockEntry[] {
  const { start, end, fileOffset } = mapping;
  const fileEnd = fileOffset + (end - start);
  const segment = segments.find(
    (each) => each.fileOffset < fileEnd && each.fileOffset + each.bytes > fileOffset,
  );
  if (!segment) return [bareEntry(mapping, TABLE_MISSING)];
  // What is added to an ELF address to find it in memory.
  const bias = start - fileOffset + segment.fileOffset - segment.address;
  const entries: BlockEntry[] = [];
  let at = start;
  for (const piece of pieces) {
    const from = Math.max(at, bias + piece.base);
    const until = Math.min(end, bias + piece.end);
    if (until <= from) continue;
    if (from > at) entries.push({ start: at, end: from, origin: 0, table: TABLE_MISSING });
    entries.push({ start: from, end: until, origin: bias + piece.base, table: piece.place });
    at = until;
  }
  if (at < end) entries.push({ start: at, end, origin: 0, table: TABLE_MISSING });
  return entries;
}

/** The bytes of a process block. Entries beyond what a block holds are left out: their addresses are in no known mapping then. */
export function encodeBlock(entries: readonly BlockEntry[], imageCheck: number): Uint8Array {
  const joined = joinBare(entries).slice(0, MAX_ENTRIES);
  const bytes = new Uint8Array(BLOCK_HEADER_BYTES + joined.length * ENTRY_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(BLOCK.count, joined.length, true);
  view.setUint32(BLOCK.imageCheck, imageCheck, true);
  for (const [index, { start, end, origin, table }] of joined.entries()) {
    const at = BLOCK_HEADER_BYTES + index * ENTRY_BYTES;
    view.setBigUint64(at + ENTRY.start, BigInt(start), true);
    view.setBigUint64(at + ENTRY.end, BigInt(end), true);
    view.setBigInt64(at + ENTRY.origin, BigInt(origin), true);
    view.setUint32(at + ENTRY.table, table, true);
  }
  return bytes;
}

const BARE = [TABLE_BY_NATURE_NONE, TABLE_MISSING, TABLE_COMING];

/** Adjacent entries for which there is no table, as one: run-time compilers may have thousands. */
function joinBare(entries: readonly BlockEntry[]): BlockEntry[] {
  const joined: BlockEntry[] = [];
  for (const entry of entries) {
    const last = joined.at(-1);
    const bare = BARE.includes(entry.table);
    if (last && bare && last.table === entry.table && last.end === entry.start) {
      joined[joined.length - 1] = { ...last, end: entry.end };
    } else joined.push(entry);
  }
  return joined;
}
