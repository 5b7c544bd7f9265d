import { pageSize } from "../sys/page-size.ts";
import { mapShared, type SharedMemory } from "../sys/syscall.ts";
import { RECORD, recordTime } from "./record.ts";

/** Offsets in struct perf_event_mmap_page (include/uapi/linux/perf_event.h). */
const DATA_HEAD = 1024;
const DATA_TAIL = 1032;
const DATA_OFFSET = 1040;
const DATA_SIZE = 1048;

/** The size of a record is 16 bits. */
const MAX_RECORD_WORDS = 0x10000 / 4;

/**
 * A perf event's ring buffer, read record by record in place: `words` from `at` on are the present record. Only a record
 * that wraps around the buffer's end is copied.
 */
export class RingReader {
  readonly #memory: SharedMemory;
  readonly #control: BigInt64Array;
  readonly #data: Uint32Array;
  readonly #wrapped = new Uint32Array(MAX_RECORD_WORDS);
  /** Where the present record lies in the data, in bytes; and the bytes that wait from there on. */
  #position = 0;
  #waiting = 0;
  #taken = 0;

  /** Whether there is a present record; what follows is only good then. */
  present = false;
  words: Uint32Array;
  /** Index of the first word of the header. */
  at = 0;
  type = 0;
  misc = 0;
  /** Bytes with the header. */
  bytes = 0;
  /** CLOCK_MONOTONIC nanoseconds. */
  time = 0;

  /** `dataBytes` must be a power of two and a multiple of the page size. Throws SyscallError. */
  constructor(fd: number, dataBytes: number) {
    const page = pageSize();
    this.#memory = mapShared(fd, dataBytes + page);
    this.#control = new BigInt64Array(this.#memory.bytes, 0, page / 8);
    const offset = Number(this.#control[DATA_OFFSET / 8]) || page;
    const size = Number(this.#control[DATA_SIZE / 8]) || dataBytes;
    this.#data = new Uint32Array(this.#memory.bytes, offset, size / 4);
    this.words = this.#data;
  }

  /** Bytes of the data. */
  get capacity(): number {
    return this.#data.length * 4;
  }

  /** Bytes of the records not taken yet, as of the last `begin`. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Looks what has been written until now; the first record is the present one. */
  begin(): void {
    // data_head is published with release semantics; an atomic load is the acquire that pairs with it.
    const head = Atomics.load(this.#control, DATA_HEAD / 8);
    const tail = this.#control[DATA_TAIL / 8];
    this.#waiting = Number(head - tail);
    this.#position = Number(BigInt.asUintN(53, tail)) % this.capacity;
    this.#taken = 0;
    this.#look();
  }

  /** The present record is done with. */
  next(): void {
    this.#position = (this.#position + this.bytes) % this.capacity;
    this.#waiting -= this.bytes;
    this.#taken += this.bytes;
    this.#look();
  }

  /** Frees the room of the records that are done with. Returns their bytes. */
  end(): number {
    if (this.#taken > 0) {
      const tail = this.#control[DATA_TAIL / 8];
      Atomics.store(this.#control, DATA_TAIL / 8, tail + BigInt(this.#taken));
    }
    const taken = this.#taken;
    this.#taken = 0;
    return taken;
  }

  close(): void {
    this.present = false;
    this.#memory.unmap();
  }

  #look(): void {
    this.present = this.#waiting >= RECORD.headerBytes;
    if (!this.present) return;
    const data = this.#data;
    // Records are multiples of 8 bytes, so a header never wraps.
    const at = this.#position >>> 2;
    this.type = data[at];
    this.misc = data[at + 1] & 0xffff;
    this.bytes = data[at + 1] >>> 16;
    if (this.bytes < RECORD.headerBytes || this.bytes % 8 !== 0 || this.bytes > this.#waiting) {
      // Nothing that the kernel writes: all that waits is passed over rather than read as something it is not.
      this.#taken += this.#waiting;
      this.#waiting = 0;
      this.present = false;
      return;
    }
    if (this.#position + this.bytes <= this.capacity) {
      this.words = data;
      this.at = at;
    } else {
      const first = data.length - at;
      this.#wrapped.set(data.subarray(at), 0);
      this.#wrapped.set(data.subarray(0, this.bytes / 4 - first), first);
      this.words = this.#wrapped;
      this.at = 0;
    }
    this.time = recordTime(this.type, this.words, this.at, this.bytes);
  }
}
