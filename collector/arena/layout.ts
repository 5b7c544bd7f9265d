import type { StackDepths } from "../contract.ts";
import { DEEPEST_WITHOUT_LOOP } from "../limits.ts";

/**
 * The arena: where the sampling program counts stacks. One per CPU and side (two sides, so that one is read while the
 * other is written). Only the CPU's own timer interrupt writes to the active side, so nothing is locked.
 *
 *     header    | index: slots of u64          | records ……………………… free |  slack for one record
 *     head, n   | tag:32, (offset / 8 + 1):32  |            head ▲       |
 *
 * A record, in words of 8 bytes; its key is words 3 and on:
 *
 *     0 count   1 first ns   2 last ns   3 tgid, tid   4–5 comm   6 slice:32, kernel depth:12,
 *                                                                  why the user stack ended:4 (unwind/stack-end.ts),
 *                                                                  user depth:16
 *     7 … kernel addresses, leaf first, then user addresses, leaf first
 *
 * A stack is compared word for word before it is counted as one already there: two stacks are never merged. When the
 * index is crowded, a record is appended without an index entry; the reader adds it up. So the only loss is a full
 * arena, and that is counted.
 */
const HEADER_BYTES = 64;
/**
 * Where the header keeps the words of the key that is being counted. It could as well be a variable of the program; but
 * what is read back from here has no history for the verifier, which then needs to check each loop only once.
 */
export const WORDS_OFFSET = 8;
export const INDEX_OFFSET = HEADER_BYTES;
/** Places of the index that are looked at for a stack before it is appended unindexed. */
export const MAX_PROBES = 16;
/** Words of a record before its key, and before its addresses. */
export const KEY_WORD = 3;
export const ADDRESS_WORD = 7;
/** No record is smaller than its fixed words and one address: one index slot for each two such records is plenty. */
const RECORD_BYTES_PER_SLOT = 64;

export interface ArenaLayout {
  /** Room for records: a power of two. */
  dataBytes: number;
  indexSlots: number;
  dataOffset: number;
  /** The whole arena: a multiple of the page size, as maps shared by mmap are laid out. */
  totalBytes: number;
  depths: StackDepths;
  /** Words of user stacks that are copied instead (StackEnd.copied), at the most; 0 where none are. */
  copiedWords: number;
}

/**
 * Lays out an arena whose records have `dataBytes` (a power of two), and stacks as deep as is told, or copies of
 * `copiedWords`.
 */
export function layOutArena(dataBytes: number, depths: StackDepths, copiedWords = 0): ArenaLayout {
  const { kernel, user } = depths;
  const indexSlots = dataBytes / RECORD_BYTES_PER_SLOT;
  const dataOffset = INDEX_OFFSET + indexSlots * 8;
  const slack = mostWords({ kernel, user: Math.max(user, copiedWords) }) * 8;
  return {
    dataBytes,
    indexSlots,
    dataOffset,
    totalBytes: dataOffset + dataBytes + slack,
    depths,
    copiedWords,
  };
}

/** Words of a record, at most. */
export function mostWords({ kernel, user }: StackDepths): number {
  return ADDRESS_WORD + kernel + user;
}

/** KMALLOC_MAX_SIZE: no element of a BPF array is larger on older kernels. */
const MAX_DATA_BYTES = 1 << 21;
/** Of stacks that only newer kernels walk, and that fill arenas sooner. */
const MAX_DATA_BYTES_OF_DEEP = 1 << 24;
const MIN_DATA_BYTES = 1 << 14;
/** Few copies of user stacks have more than this. */
const COPY_BYTES = 1 << 12;
/** Of an arena, copies may have so much, so that they take no room from stacks that are counted (in the module: sample.h). */
export const COPIES_SHARE = 1 / 2;

/**
 * The largest arena so that `arenas` of them stay within `budgetBytes`, no larger than a recording at `frequencyHz`
 * with all stacks distinct and deep, or copied, could fill between two drains. Undefined if even the smallest do not fit.
 */
export function chooseArena(
  budgetBytes: number,
  arenas: number,
  frequencyHz: number,
  depths: StackDepths,
  copiedWords = 0,
): ArenaLayout | undefined {
  const recordBytes = Math.max(mostWords(depths) * 8, copiedWords > 0 ? COPY_BYTES / COPIES_SHARE : 0);
  // Twice the samples of a second: drains come several times a second, but the recorder may be kept from the CPU.
  const wanted = Math.max(MIN_DATA_BYTES, 2 * frequencyHz * recordBytes);
  const most = depths.user > DEEPEST_WITHOUT_LOOP ? MAX_DATA_BYTES_OF_DEEP : MAX_DATA_BYTES;
  let dataBytes = MIN_DATA_BYTES;
  const layOut = (bytes: number) => layOutArena(bytes, depths, copiedWords);
  if (layOut(dataBytes).totalBytes * arenas > budgetBytes) return undefined;
  while (dataBytes < wanted && dataBytes < most && layOut(dataBytes * 2).totalBytes * arenas <= budgetBytes) {
    dataBytes *= 2;
  }
  return layOut(dataBytes);
}
