import type { ByteSource } from "./byte-source.ts";
import { CoverTree, lowerBound } from "./cover-tree.ts";
import { type ResolvedFrames, type Resolver, singleFrames } from "./resolver.ts";
import { runTimeName } from "./run-time-name.ts";
import { decodeName } from "./symbol-text.ts";

/** perf maps only ever grow. Of a longer one the end is read, since later lines win anyway. */
const MAX_PERF_MAP_BYTES = 512 * 1024 * 1024;
const PIECE_BYTES = 1 << 20;
/** A JavaScript function's line ends in its file's path; longer names than this no one reads. */
const MAX_PERF_NAME_BYTES = 4096;

export interface PerfMapResolver extends Resolver {
  /** Lines that were not `START SIZE NAME`, over all calls. */
  malformedLines: number;
  /** Whether the beginning was left out because the file is longer than `MAX_PERF_MAP_BYTES`. */
  cut: boolean;
}

/**
 * Names from a perf map: text of lines `START SIZE NAME`, the numbers hexadecimal, the name to the end of the line
 * (linux/tools/perf/Documentation/jit-interface.txt). A run-time compiler that reuses memory appends, so where lines
 * overlap the later one wins. The file is streamed and nothing of it kept: memory goes with the addresses asked for.
 */
export function perfMapResolver(source: ByteSource, maxBytes = MAX_PERF_MAP_BYTES): PerfMapResolver {
  const resolver: PerfMapResolver = {
    malformedLines: 0,
    cut: source.size > maxBytes,
    resolve(addresses): ResolvedFrames {
      const tree = new CoverTree(addresses.length);
      // Offset in the file of the latest name that covers all leaves below a node; larger is later.
      const latest = new Float64Array(tree.nodeCount).fill(-1);
      resolver.malformedLines += scanPerfMap(source, maxBytes, (start, size, nameOffset) => {
        const low = lowerBound(addresses, start);
        const high = lowerBound(addresses, start + size);
        if (low < high) tree.cover(low, high, (node) => (latest[node] = nameOffset));
      });
      const names: (string | undefined)[] = [];
      for (let i = 0; i < addresses.length; i++) {
        let winner = -1;
        tree.path(i, (node) => {
          if (latest[node] > winner) winner = latest[node];
        });
        names.push(winner < 0 ? undefined : readLineRest(source, winner));
      }
      return readable(singleFrames(names));
    },
  };
  return resolver;
}

function readable(frames: ResolvedFrames): ResolvedFrames {
  const names = frames.name.map(runTimeName);
  return {
    ...frames,
    name: names.map(({ name }) => name),
    file: names.map(({ file }) => file),
    startLine: Int32Array.from(names, ({ startLine }) => startLine),
  };
}

/**
 * Calls `entry` for each well-formed line in the order of the file and returns how many were not. `nameOffset` is where
 * in the file the name begins.
 */
function scanPerfMap(
  source: ByteSource,
  maxBytes: number,
  entry: (start: number, size: number, nameOffset: number) => void,
): number {
  const begin = Math.max(0, source.size - maxBytes);
  // When the beginning is left out, the first line is most likely half a line.
  let state: State = begin > 0 ? State.skipLine : State.start;
  let malformed = 0;
  let start = 0;
  let value = 0;
  let digits = 0;
  const fail = (byte: number) => {
    malformed++;
    state = byte === NEWLINE ? State.start : State.skipLine;
    value = 0;
    digits = 0;
  };
  for (let offset = begin; offset < source.size; ) {
    const bytes = source.read(offset, PIECE_BYTES);
    if (bytes.length === 0) break;
    for (let i = 0; i < bytes.length; i++) {
      const byte = bytes[i];
      if (state === State.skipLine) {
        const newline = bytes.indexOf(NEWLINE, i);
        if (newline < 0) break;
        i = newline;
        state = State.start;
      } else if (state === State.name) {
        // The first byte of the name; the rest of the line need not be looked at.
        if (byte === NEWLINE) fail(byte);
        else {
          if (value > 0) entry(start, value, offset + i);
          state = State.skipLine;
          value = 0;
          digits = 0;
        }
      } else {
        const digit = hexDigit(byte);
        if (digit >= 0) {
          value = value * 16 + digit;
          if (++digits > 16) fail(byte);
        } else if (byte === SPACE && digits > 0) {
          if (state === State.start) start = value;
          state = state === State.start ? State.size : State.name;
          if (state === State.size) value = 0;
          digits = 0;
        } else if (byte === LOWER_X && digits === 1 && value === 0) {
          digits = 0; // `0x`, which perf's strtoull takes too
        } else if (!(byte === NEWLINE && state === State.start && digits === 0)) {
          fail(byte);
        }
      }
    }
    offset += bytes.length;
  }
  return malformed;
}

/** Where in a line the scan stands; pieces of the file end anywhere. */
const State = { start: 0, size: 1, name: 2, skipLine: 3 } as const;
type State = (typeof State)[keyof typeof State];

const NEWLINE = 0x0a;
const SPACE = 0x20;
const LOWER_X = 0x78;

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

function readLineRest(source: ByteSource, offset: number): string {
  const bytes = source.read(offset, MAX_PERF_NAME_BYTES);
  const newline = bytes.indexOf(NEWLINE);
  return decodeName(newline < 0 ? bytes : bytes.subarray(0, newline));
}
