import { GrowableFloat64 } from "../../profile/growable.ts";
import { StringTable } from "../../profile/string-table.ts";
import { TupleInterner } from "../../profile/tuple-interner.ts";
import type { RawStack, RawStackSink, StackDepths } from "../contract.ts";
import { emptyRawStack } from "../raw-stack.ts";
import { StackEnd } from "../unwind/stack-end.ts";
import type { SampleRecord } from "./sample-record.ts";

const HIGH = 0x1_0000_0000;
/** Words of a stack before its addresses, in the order in which they are put together; an address is two words, low first. */
const TGID = 0;
const TID = 1;
const COMM = 2;
const SLICE = 3;
const KERNEL = 4;
const USER = 5;
const END = 6;
const FIXED_WORDS = 7;

/** The frames of a user stack that was walked, leaf first, and why the walk ended (StackEnd). */
export interface WalkedFrames {
  readonly frames: Float64Array;
  readonly depth: number;
  readonly end: number;
}

/** Counts equal stacks between two drains, as the tables of the other collectors do in the kernel. */
export class StackCounter {
  readonly #depths: StackDepths;
  readonly #comms = new StringTable();
  readonly #stack: RawStack;
  #rows = new TupleInterner();
  #counts = new GrowableFloat64();
  #firstNanos = new GrowableFloat64();

  constructor(depths: StackDepths) {
    this.#depths = depths;
    this.#stack = emptyRawStack(depths);
  }

  /** Counts a sample. `tid` 0: threads are not told apart. `walked`: its user stack, if that is not in its call chain. */
  add(sample: SampleRecord, tid: number, comm: string, slice: number, walked?: WalkedFrames): void {
    const rows = this.#rows;
    const kernel = Math.min(sample.kernelLength, this.#depths.kernel);
    const user = walked ? walked.depth : Math.min(sample.userLength, this.#depths.user);
    // In the order of the constants above.
    rows.add(sample.pid);
    rows.add(tid);
    rows.add(this.#comms.intern(comm));
    rows.add(slice);
    rows.add(kernel);
    rows.add(user);
    rows.add(walked ? walked.end : user > 0 && sample.chainCut ? StackEnd.tooDeep : StackEnd.unknown);
    this.#addChain(sample.words, sample.kernelAt, kernel);
    if (walked) this.#addFrames(walked.frames, user);
    else this.#addChain(sample.words, sample.userAt, user);
    const row = rows.intern();
    if (row < this.#counts.length) this.#counts.add(row, 1);
    else {
      this.#counts.push(1);
      this.#firstNanos.push(sample.time);
    }
  }

  /** Hands over what was counted and forgets it. */
  hand(sink: RawStackSink): void {
    const rows = this.#rows;
    const stack = this.#stack;
    for (let row = 0; row < rows.length; row++) {
      const at = rows.start(row);
      stack.tgid = rows.word(at + TGID);
      stack.tid = rows.word(at + TID);
      stack.comm = this.#comms.strings[rows.word(at + COMM)];
      stack.slice = rows.word(at + SLICE);
      stack.count = this.#counts.get(row);
      stack.firstNanos = this.#firstNanos.get(row);
      stack.kernelLength = rows.word(at + KERNEL);
      stack.userLength = rows.word(at + USER);
      stack.userEnd = rows.word(at + END);
      this.#copy(at + FIXED_WORDS, stack.kernel, stack.kernelLength);
      this.#copy(at + FIXED_WORDS + stack.kernelLength * 2, stack.user, stack.userLength);
      sink(stack);
    }
    if (rows.length === 0) return;
    this.#rows = new TupleInterner();
    this.#counts = new GrowableFloat64();
    this.#firstNanos = new GrowableFloat64();
  }

  #addChain(words: Uint32Array, at: number, length: number): void {
    for (let word = at; word < at + length * 2; word++) this.#rows.add(words[word] | 0);
  }

  #addFrames(frames: Float64Array, length: number): void {
    for (let frame = 0; frame < length; frame++) {
      this.#rows.add(frames[frame] | 0);
      this.#rows.add(Math.floor(frames[frame] / HIGH) | 0);
    }
  }

  /** Canonical addresses sign-extended: exact in a double, see the design. */
  #copy(at: number, into: Float64Array, length: number): void {
    for (let frame = 0; frame < length; frame++) {
      const word = at + frame * 2;
      into[frame] = this.#rows.word(word + 1) * HIGH + (this.#rows.word(word) >>> 0);
    }
  }
}
