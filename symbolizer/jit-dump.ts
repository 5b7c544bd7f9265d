import type { ByteSource } from "./byte-source.ts";
import { CoverTree, lowerBound, upperBound } from "./cover-tree.ts";
import { Fields } from "./elf/layout.ts";
import { FramesBuilder } from "./frames-builder.ts";
import type { ResolvedFrames, Resolver } from "./resolver.ts";
import { type RunTimeName, runTimeName } from "./run-time-name.ts";
import { decodeName, untilNul } from "./symbol-text.ts";
import { v8File } from "./v8-name.ts";

export interface JitDumpResolver extends Resolver {
  /** What is wrong with the file, as the end of a sentence about it; undefined: nothing, as far as it was read. */
  damage: string | undefined;
}

/** "JiTD", in the byte order of who wrote it. */
const MAGIC = 0x4a695444;
const VERSION = 1;
const LAYOUT = { is64: true, littleEndian: true };
const HEADER_BYTES = 40;
/** Of each record: its kind, its length, a time. */
const RECORD_BYTES = 16;

/** The kinds of records that tell of names; there are others. */
const Kind = { load: 0, move: 1, lines: 2 } as const;
/** Bytes of each before what is of any length: a name and the code; nothing; lines. */
const LOAD_BYTES = 56;
const MOVE_BYTES = 64;
const LINES_BYTES = 32;
/** Of a line, before the name of its file. */
const LINE_BYTES = 16;

/** What comes behind these is not read. */
const MAX_DUMP_BYTES = 2 ** 30;
const MAX_NAME_BYTES = 4096;
/** Of a function's lines no more are read: enough for 40,000. */
const MAX_LINES_BYTES = 1 << 20;
/** In the place of a file's name: that of the line before. */
const SAME_FILE = 0xff;

/**
 * V8 tells where lines begin as if the code stood behind an ELF header, where `perf inject` puts it (its
 * src/diagnostics/perf-jit.cc).
 */
const V8_LINE_SHIFT = 0x40;

/**
 * Names and lines from a jitdump file, to which a run-time compiler writes a record for all code that it makes, and which it has mapped
 * (linux/tools/perf/Documentation/jitdump-specification.txt). As code is put where other code was, the later record wins. A file ends
 * anywhere: it is still being written. Headers of records are streamed; of the rest what tells of the addresses asked for is read.
 */
export function jitDumpResolver(source: ByteSource): JitDumpResolver {
  const resolver: JitDumpResolver = {
    damage: undefined,
    resolve(addresses) {
      const tree = new CoverTree(addresses.length);
      // Where in the file the latest record begins that covers all leaves below a node, and that of its lines; larger is later.
      const latest = new Float64Array(tree.nodeCount).fill(-1);
      const linesOf = new Float64Array(tree.nodeCount).fill(-1);
      resolver.damage = eachCode(source, ({ start, size, offset, lines }) => {
        const low = lowerBound(addresses, start);
        const high = lowerBound(addresses, start + size);
        if (low >= high) return;
        tree.cover(low, high, (node) => {
          latest[node] = offset;
          linesOf[node] = lines;
        });
      });
      const winners: { offset: number; lines: number }[] = [];
      for (let i = 0; i < addresses.length; i++) {
        let winner = 0;
        tree.path(i, (node) => {
          if (winner === 0 || latest[node] > latest[winner]) winner = node;
        });
        winners.push({ offset: latest[winner], lines: linesOf[winner] });
      }
      return named(source, addresses, winners);
    },
  };
  return resolver;
}

/** Code as a record tells of it. */
interface Code {
  start: number;
  size: number;
  /** Of the record in the file. */
  offset: number;
  /** Of the record with its lines, which comes before it; -1: none. */
  lines: number;
  isMove: boolean;
  /** By which a record of moved code tells which it is. */
  index: number;
}

/** Calls `visit` for all code that was made or moved, in the order of the file; returns what is wrong with it. */
function eachCode(source: ByteSource, visit: (code: Code) => void): string | undefined {
  const beginning = source.read(0, HEADER_BYTES);
  if (beginning.length < HEADER_BYTES) return "has no header";
  const header = fieldsOf(beginning);
  if (header.u32(0) !== MAGIC) return "does not begin as one of this machine's byte order does";
  if (header.u32(4) !== VERSION) return `is of version ${header.u32(4)}`;
  let linesAddress = Number.NaN;
  let linesOffset = -1;
  for (let offset = header.u32(8); ; ) {
    const bytes = source.read(offset, MOVE_BYTES);
    if (bytes.length < RECORD_BYTES) return undefined;
    const record = fieldsOf(bytes);
    const kind = record.u32(0);
    const length = record.u32(4);
    if (length < RECORD_BYTES || offset < HEADER_BYTES) return `is damaged from byte ${offset} on`;
    // Half of it is written so far.
    if (offset + length > source.size) return undefined;
    if (offset > MAX_DUMP_BYTES) return "is very large; only its first GiB was used";
    if (kind === Kind.lines && length >= LINES_BYTES) {
      linesAddress = record.u64(16);
      linesOffset = offset;
    } else if (kind === Kind.load && length >= LOAD_BYTES) {
      const start = record.u64(32);
      const lines = linesAddress === start ? linesOffset : -1;
      linesAddress = Number.NaN;
      visit({ start, size: record.u64(40), offset, lines, isMove: false, index: record.u64(48) });
    } else if (kind === Kind.move && length >= MOVE_BYTES) {
      const start = record.u64(40);
      visit({
        start,
        size: record.u64(48),
        offset,
        lines: -1,
        isMove: true,
        index: record.u64(56),
      });
    }
    offset += length;
  }
}

/** Names and lines of the code at each address; an offset of -1: none is known. */
function named(
  source: ByteSource,
  addresses: Float64Array,
  winners: readonly { offset: number; lines: number }[],
): ResolvedFrames {
  const originals = originalsOf(source, winners);
  const codes = winners.map((winner) => originals.get(winner.offset) ?? winner);
  const names = new Map<number, RunTimeName>();
  for (const { offset } of codes) {
    if (offset < 0 || names.has(offset)) continue;
    const entry = decodeName(untilNul(source.read(offset + LOAD_BYTES, MAX_NAME_BYTES)));
    if (entry !== "") names.set(offset, runTimeName(entry));
  }
  const isOfV8 = [...names.values()].some(({ v8 }) => v8 !== undefined);
  const frames = new FramesBuilder();
  let table: LineTable | undefined;
  for (const [i, { offset, lines }] of codes.entries()) {
    const name = names.get(offset);
    if (name !== undefined) {
      if (table?.offset !== lines) table = lines < 0 ? undefined : readLines(source, lines, isOfV8);
      // A function is of one file; what was inlined from another is not a line of its own.
      const file = name.file || (table?.lines[0]?.file ?? "");
      const at = addresses[i] - startOf(source, winners[i].offset) + startOf(source, offset);
      const line = table && name.hasOwnLines ? lineAt(table, at) : undefined;
      const isOwn = line?.file === file;
      frames.add(name.name, file, isOwn ? line.line : 0, isOwn ? line.column : 0, name.startLine);
    }
    frames.endAddress();
  }
  return frames.finish();
}

/** By the offset of each record among the winners that tells of moved code: where that code was told of. */
function originalsOf(
  source: ByteSource,
  winners: readonly { offset: number }[],
): Map<number, { offset: number; lines: number }> {
  const originals = new Map<number, { offset: number; lines: number }>();
  const moves = new Map<number, number[]>();
  for (const offset of new Set(winners.map((winner) => winner.offset))) {
    if (offset < 0) continue;
    const record = fieldsOf(source.read(offset, MOVE_BYTES));
    if (record.u32(0) !== Kind.move) continue;
    const index = record.u64(56);
    moves.set(index, [...(moves.get(index) ?? []), offset]);
    originals.set(offset, { offset: -1, lines: -1 });
  }
  if (moves.size === 0) return originals;
  eachCode(source, ({ isMove, index, offset, lines }) => {
    if (isMove) return;
    // The latest before the move: indices may come again.
    for (const move of moves.get(index) ?? []) if (offset < move) originals.set(move, { offset, lines });
  });
  return originals;
}

/** Where code lies by its record. */
function startOf(source: ByteSource, offset: number): number {
  const record = fieldsOf(source.read(offset, MOVE_BYTES));
  return record.u64(record.u32(0) === Kind.move ? 40 : 32);
}

interface Line {
  /** From which on it counts. */
  address: number;
  line: number;
  column: number;
  file: string;
}

interface LineTable {
  /** Of its record in the file. */
  offset: number;
  /** By address, and of one address in the order of the file. */
  lines: Line[];
  addresses: Float64Array;
}

function readLines(source: ByteSource, offset: number, isOfV8: boolean): LineTable {
  const length = fieldsOf(source.read(offset, RECORD_BYTES)).u32(4);
  const bytes = source.read(offset, Math.min(length, MAX_LINES_BYTES));
  const view = fieldsOf(bytes);
  const count = view.u64(24);
  const lines: Line[] = [];
  let file = "";
  for (let at = LINES_BYTES; lines.length < count && at + LINE_BYTES < bytes.length; ) {
    const name = untilNul(bytes.subarray(at + LINE_BYTES));
    if (name.length !== 1 || name[0] !== SAME_FILE) {
      const text = decodeName(name.subarray(0, MAX_NAME_BYTES));
      file = isOfV8 ? v8File(text) : text;
    }
    lines.push({
      address: view.u64(at) - (isOfV8 ? V8_LINE_SHIFT : 0),
      line: view.i32(at + 8),
      // Others write what tells blocks of a line apart in the place of a column.
      column: isOfV8 ? Math.max(0, view.i32(at + 12)) : 0,
      file,
    });
    at += LINE_BYTES + name.length + 1;
  }
  lines.sort((a, b) => a.address - b.address);
  return { offset, lines, addresses: Float64Array.from(lines, (line) => line.address) };
}

function lineAt({ lines, addresses }: LineTable, at: number): Line | undefined {
  const line = lines[upperBound(addresses, at) - 1];
  return line !== undefined && line.line > 0 ? line : undefined;
}

function fieldsOf(bytes: Uint8Array): Fields {
  return new Fields(bytes, LAYOUT);
}
