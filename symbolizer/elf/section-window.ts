import { type ByteSource, clampRange } from "../byte-source.ts";

/** What is read ahead once a parser reads on where it stopped. A unit of DWARF has some ten to hundred kilobytes. */
const WINDOW_BYTES = 256 * 1024;
/** So much is worth a read of its own: half of a window read for it would be read again for the next one. */
const LARGE_BYTES = 32 * 1024;

/**
 * The part of a source from `start` on, as a source of its own that reads ahead: whoever goes on where the last read
 * ended gets the next 256 KiB in one piece. Single reads here and there pass through, to the pages that the file keeps.
 * `close` does nothing: the file is another's.
 */
export function sectionWindow(source: ByteSource, start: number, size: number): ByteSource {
  let window: Uint8Array = new Uint8Array(0);
  let windowStart = 0;
  let lastEnd = -1;
  return {
    size,
    read(offset, length) {
      const range = clampRange(size, offset, length);
      const wanted = range.end - range.start;
      if (wanted <= 0) return new Uint8Array(0);
      const within = range.start - windowStart;
      if (within >= 0 && within + wanted <= window.length) {
        lastEnd = range.end;
        return window.subarray(within, within + wanted);
      }
      const goesOn = range.start === lastEnd || (within >= 0 && within < window.length);
      // Behind a large piece nobody may go on.
      lastEnd = wanted > LARGE_BYTES ? -1 : range.end;
      if (!goesOn || wanted > LARGE_BYTES) return source.read(start + range.start, wanted);
      windowStart = range.start;
      window = source.read(start + windowStart, Math.min(WINDOW_BYTES, size - windowStart));
      return window.subarray(0, wanted);
    },
    readOwn(offset, length) {
      const range = clampRange(size, offset, length);
      return source.readOwn(start + range.start, range.end - range.start);
    },
    close() {},
  };
}
