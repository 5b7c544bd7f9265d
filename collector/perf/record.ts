/** Records in a ring buffer of sampling events: header, body, and behind all but samples a `sample_id`. */
export const RECORD = {
  headerBytes: 8,
  lost: 2,
  throttle: 5,
  unthrottle: 6,
  sample: 9,
  lostSamples: 13,
} as const;

const HIGH = 0x1_0000_0000;
/** Word of a sample's time: behind header, ip, pid and tid. */
const SAMPLE_TIME_WORD = 6;
/** Bytes from a sample_id's time to its end. */
const TIME_BYTES = 8;

/** An unsigned 64-bit field: exact up to 2^53, which times and user addresses are below of. */
export function u64(words: Uint32Array, at: number): number {
  return words[at + 1] * HIGH + words[at];
}

/** When a record was written, in nanoseconds; 0 where it is too short to tell. */
export function recordTime(type: number, words: Uint32Array, at: number, bytes: number): number {
  if (type === RECORD.sample)
    return bytes >= (SAMPLE_TIME_WORD + 2) * 4 ? u64(words, at + SAMPLE_TIME_WORD) : 0;
  return bytes >= RECORD.headerBytes + TIME_BYTES ? u64(words, at + (bytes - TIME_BYTES) / 4) : 0;
}
