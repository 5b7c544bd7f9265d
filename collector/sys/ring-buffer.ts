import { pageSize } from "./page-size.ts";
import { mapShared, type SharedMemory } from "./syscall.ts";

/** Offsets in struct perf_event_mmap_page (include/uapi/linux/perf_event.h). */
const DATA_HEAD = 1024;
const DATA_TAIL = 1032;
const DATA_OFFSET = 1040;
const DATA_SIZE = 1048;

/**
 * A perf event's ring buffer: the kernel writes records at `data_head`, we take them and move `data_tail` up.
 */
export class RingBuffer {
  readonly #memory: SharedMemory;
  readonly #control: BigInt64Array;
  readonly #data: Uint8Array;
  /** Holds the one record that wraps around the buffer's end. */
  #wrapped = new Uint8Array(0);

  /** `dataBytes` must be a power of two and a multiple of the page size. */
  constructor(fd: number, dataBytes: number) {
    const page = pageSize();
    this.#memory = mapShared(fd, dataBytes + page);
    this.#control = new BigInt64Array(this.#memory.bytes, 0, page / 8);
    const offset = Number(this.#control[DATA_OFFSET / 8]) || page;
    const size = Number(this.#control[DATA_SIZE / 8]) || dataBytes;
    this.#data = new Uint8Array(this.#memory.bytes, offset, size);
  }

  get capacity(): number {
    return this.#data.length;
  }

  /** Whether no record waits. */
  get isEmpty(): boolean {
    return Atomics.load(this.#control, DATA_HEAD / 8) === this.#control[DATA_TAIL / 8];
  }

  /**
   * Hands each waiting record to `take` (type, misc bits, its bytes with the 8-byte header) and frees its room.
   * The bytes are only valid during the call. Returns the number of bytes taken.
   */
  drain(take: (type: number, misc: number, record: DataView) => void): number {
    // data_head is published with release semantics; an atomic load is the acquire that pairs with it.
    const head = Atomics.load(this.#control, DATA_HEAD / 8);
    const tail = this.#control[DATA_TAIL / 8];
    const waiting = Number(head - tail);
    const size = this.#data.length;
    let position = Number(BigInt.asUintN(53, tail)) % size;
    let taken = 0;
    const { buffer, byteOffset } = this.#data;
    const header = new DataView(buffer, byteOffset, size);
    while (taken + 8 <= waiting) {
      // Records are multiples of 8 bytes, so a header never wraps.
      const type = header.getUint32(position, true);
      const misc = header.getUint16(position + 4, true);
      const length = header.getUint16(position + 6, true);
      if (length < 8 || taken + length > waiting) break;
      take(type, misc, this.#record(position, length));
      taken += length;
      position = (position + length) % size;
    }
    Atomics.store(this.#control, DATA_TAIL / 8, tail + BigInt(waiting));
    return taken;
  }

  close(): void {
    this.#memory.unmap();
  }

  #record(position: number, length: number): DataView {
    const size = this.#data.length;
    if (position + length <= size) {
      return new DataView(this.#data.buffer, this.#data.byteOffset + position, length);
    }
    if (this.#wrapped.length < length) this.#wrapped = new Uint8Array(length);
    const first = size - position;
    this.#wrapped.set(this.#data.subarray(position, size), 0);
    this.#wrapped.set(this.#data.subarray(0, length - first), first);
    return new DataView(this.#wrapped.buffer, 0, length);
  }
}
