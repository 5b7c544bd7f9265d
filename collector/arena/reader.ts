import type { RawStack, RawStackSink } from "../contract.ts";
import { emptyRawStack } from "../raw-stack.ts";
import { decodeText } from "../sys/text.ts";
import { StackEnd } from "../unwind/stack-end.ts";
import { ADDRESS_WORD, type ArenaLayout, INDEX_OFFSET } from "./layout.ts";

/** The lower half of the depths: how deep the kernel stack is, and above it why the user stack ended. */
const KERNEL_DEPTH_MASK = 0xfff;
const USER_END_SHIFT = 12;
const HIGH = 0x1_0000_0000;

/** Takes a sample without its user stack, and the copy of that; both are only valid during the call. */
export type CopySink = (stack: RawStack, copy: Uint32Array) => void;

/**
 * Reads the records of one arena in memory shared with the kernel (`memory` from `offset` on), to which the kernel must
 * not be writing meanwhile. See `layout.ts`. Little-endian, as all machines that run BPF here.
 */
export class ArenaReader {
  readonly #layout: ArenaLayout;
  /** Word i of the arena is the pair 2i (low), 2i + 1 (high). */
  readonly #low: Uint32Array;
  readonly #high: Int32Array;
  readonly #bytes: Uint8Array;
  readonly #stack: RawStack;

  constructor(memory: ArrayBuffer, offset: number, layout: ArenaLayout) {
    this.#layout = layout;
    this.#low = new Uint32Array(memory, offset, layout.totalBytes / 4);
    this.#high = new Int32Array(memory, offset, layout.totalBytes / 4);
    this.#bytes = new Uint8Array(memory, offset, layout.totalBytes);
    this.#stack = emptyRawStack(layout.depths);
  }

  /** Hands each record to `sink`, or to `copies` if its user stack was copied. Returns the bytes of records read. */
  read(sink: RawStackSink, copies?: CopySink): number {
    const head = this.#low[0];
    if (head === 0) return 0;
    const low = this.#low;
    const stack = this.#stack;
    const end = this.#layout.dataOffset + head;
    let at = this.#layout.dataOffset;
    while (at < end) {
      const word = at >>> 2;
      stack.count = low[word] + low[word + 1] * HIGH;
      stack.firstNanos = low[word + 2] + low[word + 3] * HIGH;
      stack.tgid = low[word + 6];
      stack.tid = low[word + 7];
      stack.comm = decodeText(this.#bytes.subarray(at + 32, at + 48));
      stack.slice = low[word + 12];
      const depths = low[word + 13];
      stack.kernelLength = depths & KERNEL_DEPTH_MASK;
      stack.userEnd = (depths & 0xffff) >>> USER_END_SHIFT;
      const userWords = depths >>> 16;
      const addresses = word + ADDRESS_WORD * 2;
      const user = addresses + stack.kernelLength * 2;
      this.#copy(addresses, stack.kernel, stack.kernelLength);
      if (stack.userEnd === StackEnd.copied) {
        stack.userLength = 0;
        copies?.(stack, low.subarray(user, user + userWords * 2));
      } else {
        stack.userLength = userWords;
        this.#copy(user, stack.user, userWords);
        sink(stack);
      }
      at += (ADDRESS_WORD + stack.kernelLength + userWords) * 8;
    }
    return head;
  }

  /** Canonical addresses sign-extended: exact in a double, see the design. */
  #copy(from: number, into: Float64Array, length: number): void {
    for (let i = 0; i < length; i++) into[i] = this.#high[from + 2 * i + 1] * HIGH + this.#low[from + 2 * i];
  }

  /** Empties the arena, where that is not the kernel's work. */
  clear(): void {
    if (this.#low[0] === 0) return;
    this.#bytes.fill(0, INDEX_OFFSET, this.#layout.dataOffset);
    this.#low[0] = 0;
    this.#low[1] = 0;
  }
}
