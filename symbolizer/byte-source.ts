/**
 * Random access to bytes that need not be in memory: a file, another process's memory, a test's array. Parsers read
 * through this port only, so a binary of a gigabyte costs what is read of it.
 */
export interface ByteSource {
  /** Length in bytes when the source was opened; reads never go beyond it. */
  readonly size: number;
  /**
   * Bytes from `offset`: `length` of them, fewer (perhaps none) where the source ends first. What is returned stays
   * valid after later reads, and is not to be written to.
   */
  read(offset: number, length: number): Uint8Array;
  /** The same, in bytes that nobody else has: they may be written to. */
  readOwn(offset: number, length: number): Uint8Array;
  /** Lets go of what the source holds. Reading afterwards is a mistake. */
  close(): void;
}

/** A source over bytes in memory. */
export function memorySource(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.length,
    read(offset, length) {
      const { start, end } = clampRange(bytes.length, offset, length);
      return bytes.subarray(start, end);
    },
    readOwn(offset, length) {
      const { start, end } = clampRange(bytes.length, offset, length);
      // Not `slice`: of a Buffer that is no copy.
      return new Uint8Array(bytes.subarray(start, end));
    },
    close() {},
  };
}

/** The part of `[offset, offset + length)` that lies in `[0, size)`; empty for nonsense (NaN, negative, infinite). */
export function clampRange(size: number, offset: number, length: number): { start: number; end: number } {
  if (!(offset >= 0 && offset < size && length > 0)) return { start: 0, end: 0 };
  const start = Math.floor(offset);
  return { start, end: Math.min(size, start + Math.floor(length)) };
}
