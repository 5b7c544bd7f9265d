import type { UnwindMachine } from "./machine.ts";
import type { TablePiece } from "./pack-table.ts";
import type { UnwindStats } from "./unwind-stats.ts";
import type { ExecutableSegment } from "./unwind-table.ts";

/** A table as the kernel's programs take it, with what places it in a process. */
export interface PackedTable {
  machine: UnwindMachine;
  /** Lower-case hex; "" for a file without. */
  buildId: string;
  /** In ascending order of address. */
  pieces: TablePiece[];
  segments: ExecutableSegment[];
  stats: UnwindStats;
  /** Rows of all pieces, after equal neighbours were merged. */
  mergedRows: number;
}

/** Changes with whatever makes the same file come to another table or to other bytes. */
export const PACKED_TABLE_VERSION = 9;

/** The table in one piece, for the cache: length of the description, the description as JSON, the pieces one behind the other. */
export function writePackedTable(table: PackedTable): Uint8Array {
  const { pieces, ...rest } = table;
  const described = {
    ...rest,
    pieces: pieces.map(({ base, end, bytes }) => ({ base, end, size: bytes.length })),
  };
  const json = Buffer.from(JSON.stringify(described));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(json.length);
  return Buffer.concat([length, json, ...pieces.map(({ bytes }) => bytes)]);
}

/** What `writePackedTable` wrote; undefined for anything else. */
export function readPackedTable(content: Uint8Array): PackedTable | undefined {
  const buffer = Buffer.from(content.buffer, content.byteOffset, content.length);
  if (buffer.length < 4) return undefined;
  let at = 4 + buffer.readUInt32LE();
  if (at > buffer.length) return undefined;
  let described: unknown;
  try {
    described = JSON.parse(buffer.toString("utf8", 4, at));
  } catch {
    return undefined;
  }
  if (!isDescription(described)) return undefined;
  const pieces: TablePiece[] = [];
  for (const { base, end, size } of described.pieces) {
    if (!(size >= 0) || at + size > buffer.length) return undefined;
    // A copy, so that each can be handed to another thread by itself.
    pieces.push({ base, end, bytes: new Uint8Array(buffer.subarray(at, at + size)) });
    at += size;
  }
  return at === buffer.length ? { ...described, pieces } : undefined;
}

type Description = Omit<PackedTable, "pieces"> & { pieces: { base: number; end: number; size: number }[] };

function isDescription(value: unknown): value is Description {
  return (
    isRecord(value) &&
    (value.machine === "x86-64" || value.machine === "arm64") &&
    typeof value.buildId === "string" &&
    typeof value.mergedRows === "number" &&
    isListOf(value.segments, ["fileOffset", "address", "bytes"]) &&
    isListOf(value.pieces, ["base", "end", "size"]) &&
    isStats(value.stats)
  );
}

function isStats(value: unknown): value is UnwindStats {
  return (
    isRecord(value) &&
    Array.isArray(value.sections) &&
    value.sections.every((name) => typeof name === "string") &&
    ["fdes", "cut", "rows", "followedBytes"].every((key) => typeof value[key] === "number") &&
    ["leftOut", "inexpressible", "lostFramePointer"].every((key) => areCounts(value[key])) &&
    typeof value.full === "boolean"
  );
}

function areCounts(value: unknown): boolean {
  return isRecord(value) && Object.values(value).every((count) => typeof count === "number");
}

function isListOf(value: unknown, numbers: readonly string[]): boolean {
  return (
    Array.isArray(value) &&
    value.every((each) => isRecord(each) && numbers.every((key) => Number.isSafeInteger(each[key])))
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
