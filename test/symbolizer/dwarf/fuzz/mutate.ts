import type { FuzzInput, Sections } from "./input.ts";

/** Numbers in [0, 1). */
export type Random = () => number;

/** At most so many changes an input: most find their way into deep code with few. */
const MAX_CHANGES = 6;
/** Sections grow no further by insertion. */
const MAX_SECTION = 1 << 16;
/** Values at which counts, lengths and offsets tend to break. */
const EXTREMES = [
  0, 1, 2, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xfffffff0, 0xffffffff,
];

/** Small changes of an input. `others`: what pieces are taken from. The same `random` gives the same input. */
export function mutate(input: FuzzInput, others: readonly FuzzInput[], random: Random): FuzzInput {
  const files: [Sections, Sections] = [{ ...input.files[0] }, { ...input.files[1] }];
  const changes = 1 + Math.floor(random() * MAX_CHANGES);
  for (let i = 0; i < changes; i++) {
    const file = files[random() < 0.5 && Object.keys(files[1]).length > 0 ? 1 : 0];
    const names = Object.keys(file);
    if (names.length === 0) break;
    const name = pick(names, random);
    const bytes = file[name];
    if (bytes.length === 0) continue;
    file[name] = pick(CHANGES, random)(bytes, random, { file, others });
  }
  return { ...input, files };
}

interface Surroundings {
  file: Sections;
  others: readonly FuzzInput[];
}
type Change = (bytes: Uint8Array, random: Random, around: Surroundings) => Uint8Array;

/** Each gives new bytes: those of the seed are never written to. The common ones stand here more than once. */
const CHANGES: readonly Change[] = [
  flipBit,
  flipBit,
  setByte,
  setByte,
  setWord,
  setWord,
  setHeaderWord,
  pointInside,
  pointInside,
  endlessLeb,
  truncate,
  removePiece,
  repeatPiece,
  splice,
  swap,
];

function flipBit(bytes: Uint8Array, random: Random): Uint8Array {
  const copy = bytes.slice();
  copy[below(copy.length, random)] ^= 1 << below(8, random);
  return copy;
}

function setByte(bytes: Uint8Array, random: Random): Uint8Array {
  const copy = bytes.slice();
  copy[below(copy.length, random)] = random() < 0.5 ? pick(EXTREMES, random) : below(256, random);
  return copy;
}

/** Any number of 2, 4 or 8 bytes becomes an extreme one. */
function setWord(bytes: Uint8Array, random: Random): Uint8Array {
  return withWord(bytes, below(bytes.length, random), pick(EXTREMES, random), pick([2, 4, 8], random));
}

/** The same near the section's begin, where lengths, versions, counts and offsets stand. */
function setHeaderWord(bytes: Uint8Array, random: Random): Uint8Array {
  const value = random() < 0.5 ? pick(EXTREMES, random) : below(bytes.length * 2, random);
  return withWord(bytes, below(Math.min(32, bytes.length), random), value, pick([1, 2, 4], random));
}

/** A reference leads elsewhere in the section: cycles, entries read from their middle. */
function pointInside(bytes: Uint8Array, random: Random): Uint8Array {
  return withWord(bytes, below(bytes.length, random), below(bytes.length, random), pick([1, 2, 4], random));
}

/** A LEB128 that goes on and on, or just to its last allowed byte. */
function endlessLeb(bytes: Uint8Array, random: Random): Uint8Array {
  const copy = bytes.slice();
  const at = below(copy.length, random);
  copy.fill(random() < 0.5 ? 0xff : 0x80, at, at + 1 + below(20, random));
  return copy;
}

function truncate(bytes: Uint8Array, random: Random): Uint8Array {
  return bytes.slice(0, below(bytes.length, random));
}

function removePiece(bytes: Uint8Array, random: Random): Uint8Array {
  const at = below(bytes.length, random);
  return joined(bytes.subarray(0, at), bytes.subarray(at + 1 + below(16, random)));
}

function repeatPiece(bytes: Uint8Array, random: Random): Uint8Array {
  const at = below(bytes.length, random);
  const piece = bytes.subarray(at, at + 1 + below(64, random));
  const times = 1 + below(32, random);
  if (bytes.length + times * piece.length > MAX_SECTION) return bytes;
  const repeated = Array.from({ length: times }, () => piece);
  return joined(bytes.subarray(0, at), ...repeated, bytes.subarray(at));
}

/** A piece of another program's section of any name comes in. */
function splice(bytes: Uint8Array, random: Random, { others }: Surroundings): Uint8Array {
  const other = pick(others, random);
  const from = pick(Object.values(other.files[0]), random);
  if (from.length === 0 || bytes.length + from.length > MAX_SECTION) return bytes;
  const start = below(from.length, random);
  const at = below(bytes.length, random);
  const piece = from.subarray(start, start + 1 + below(256, random));
  return joined(bytes.subarray(0, at), piece, bytes.subarray(at + (random() < 0.5 ? piece.length : 0)));
}

/** The section becomes what another one is. */
function swap(_: Uint8Array, random: Random, { file }: Surroundings): Uint8Array {
  return pick(Object.values(file), random);
}

function withWord(bytes: Uint8Array, at: number, value: number, width: number): Uint8Array {
  const copy = bytes.slice();
  for (let i = 0; i < width && at + i < copy.length; i++) {
    // The upper half of eight bytes is all ones or all zeros.
    copy[at + i] = i < 4 ? (value >>> (8 * i)) & 0xff : value > 0x7fffffff ? 0xff : 0;
  }
  return copy;
}

function joined(...pieces: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

function below(end: number, random: Random): number {
  return Math.floor(random() * end);
}

function pick<T>(list: readonly T[], random: Random): T {
  return list[below(list.length, random)];
}
