import { type FrameTable, frameModule, frameName } from "../frames.ts";
import { hashPair } from "../stack-builder.ts";

/**
 * A call path in a few letters, for addresses: a hash of the names and modules from the outermost frame down. It does
 * not depend on row numbers, so it leads to the same path in a page made anew, ordered or filtered otherwise. 64 bits:
 * among 5·10^6 paths two have the same with a chance below 10^-6, and then another frame is shown, no more.
 */
export interface PathHashes {
  high: Int32Array;
  low: Int32Array;
}

interface Tree {
  length: number;
  frames: FrameTable;
  frame: Int32Array;
  parent: Int32Array;
}

const HIGH_SEED = 0x2545f491;
const LOW_SEED = 0x1b873593;

/** The hash of the path to each node of a tree whose parents come before their children. */
export function pathHashes(tree: Tree): PathHashes {
  const { length, frames, frame, parent } = tree;
  const high = new Int32Array(length);
  const low = new Int32Array(length);
  const highOf = new Int32Array(frames.length);
  const lowOf = new Int32Array(frames.length);
  const isHashed = new Uint8Array(frames.length);
  for (let node = 0; node < length; node++) {
    const name = frame[node];
    if (isHashed[name] === 0) {
      isHashed[name] = 1;
      const text = `${frameName(frames, name)}\0${frameModule(frames, name)}`;
      highOf[name] = hashText(text, HIGH_SEED);
      lowOf[name] = hashText(text, LOW_SEED);
    }
    const above = parent[node];
    high[node] = hashPair(above < 0 ? HIGH_SEED : high[above], highOf[name]);
    low[node] = hashPair(above < 0 ? LOW_SEED : low[above], lowOf[name]);
  }
  return { high, low };
}

/** Eleven letters of base64url for the path of frames (rows of `frames`, outermost first). */
export function pathHash(frames: FrameTable, path: ArrayLike<number>): string {
  const length = path.length;
  const chain = {
    length,
    frames,
    frame: Int32Array.from(path),
    parent: Int32Array.from({ length }, (_, at) => at - 1),
  };
  return length === 0 ? "" : hashAt(pathHashes(chain), length - 1);
}

/** The node whose path has this hash; -1 when there is none, or `hash` is no hash. */
export function nodeOfHash(hashes: PathHashes, hash: string): number {
  const wanted = parseHash(hash);
  if (wanted === undefined) return -1;
  const { high, low } = hashes;
  for (let node = 0; node < high.length; node++) {
    if (high[node] === wanted.high && low[node] === wanted.low) return node;
  }
  return -1;
}

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

function hashAt({ high, low }: PathHashes, node: number): string {
  let rest = (BigInt(high[node] >>> 0) << 32n) | BigInt(low[node] >>> 0);
  let text = "";
  for (let digit = 0; digit < 11; digit++) {
    text = DIGITS[Number(rest & 63n)] + text;
    rest >>= 6n;
  }
  return text;
}

function parseHash(text: string): { high: number; low: number } | undefined {
  if (!/^[A-P][\w-]{10}$/.test(text)) return undefined;
  let bits = 0n;
  for (const digit of text) bits = (bits << 6n) | BigInt(DIGITS.indexOf(digit));
  return { high: Number(bits >> 32n) | 0, low: Number(bits & 0xffffffffn) | 0 };
}

/** FNV-1a over UTF-16 units from a seed. */
function hashText(text: string, seed: number): number {
  let hash = 0x811c9dc5 ^ seed;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hashPair(hash, seed);
}
