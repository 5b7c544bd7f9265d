import type { RawStack, RawStackSink } from "../contract.ts";
import { emptyRawStack } from "../raw-stack.ts";
import { decodeText } from "../sys/text.ts";

/** The module's own counters, as of the last frame. See the `C` line in kmod-templates/stap/frame.stp. */
export interface ModuleCounters {
  busyTicks: number;
  samples: number;
  sampleNanos: number;
  tableFull: number;
  noTime: number;
  outputFull: number;
  skipped: number;
  errors: number;
}

export const NO_COUNTS: ModuleCounters = {
  busyTicks: 0,
  samples: 0,
  sampleNanos: 0,
  tableFull: 0,
  noTime: 0,
  outputFull: 0,
  skipped: 0,
  errors: 0,
};
const COUNTER_NAMES = Object.keys(NO_COUNTS) as (keyof ModuleCounters)[];

const LINE_FEED = 10;
const FRAME = 70; // F
const SAMPLE = 83; // S
const COUNTERS = 67; // C
const END = 69; // E
const SPACE = 32;
const DOT = 46;
const SIGNS_PER_ADDRESS = 8;
const HALF_ADDRESS = 2 ** 24;
const SIGN_BIT = 2 ** 47;
const ADDRESS_SPACE = 2 ** 48;
/** What a frame may take before it is given up: far above what `computeLimits` allows. */
const MOST_FRAME_BYTES = 1 << 30;
const COMM_BYTES = 16;

/** Value of each sign of an address; -1 for all other bytes. */
const SIGN_VALUES = signValues("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

/**
 * Reads the module's output, in whatever pieces it comes, and hands over the stacks of each whole frame. What is not a
 * frame from its `F` to an `E` with the right checksum is never taken for data, whatever it holds.
 */
export class OutputParser {
  readonly #stack: RawStack;
  readonly #comms = new Map<string, string>();
  #pending = new Uint8Array(64 * 1024);
  #length = 0;
  /** Where the next line begins. */
  #at = 0;
  #nextFrame = 0;
  counters: ModuleCounters = NO_COUNTS;
  #wholeFrames = 0;
  /** Samples of all stacks handed over. */
  delivered = 0;

  /** `depth`: frames of a kernel and of a user stack, at most. */
  constructor(depth: number) {
    this.#stack = emptyRawStack({ kernel: depth, user: depth });
  }

  /** Frames before the last whole one that did not come, or not whole. */
  get lostFrames(): number {
    return this.#nextFrame - this.#wholeFrames;
  }

  push(bytes: Uint8Array, sink: RawStackSink): void {
    this.#append(bytes);
    for (;;) {
      const end = this.#pending.subarray(0, this.#length).indexOf(LINE_FEED, this.#at);
      if (end < 0) break;
      const start = this.#at;
      this.#at = end + 1;
      const kind = this.#pending[start];
      if (kind === FRAME) this.#begin(start);
      else if (kind === END) this.#end(start, end, sink);
    }
    if (this.#length > MOST_FRAME_BYTES) this.#forget(this.#length);
  }

  #append(bytes: Uint8Array): void {
    if (this.#length + bytes.length > this.#pending.length) {
      const larger = new Uint8Array(2 * (this.#length + bytes.length));
      larger.set(this.#pending.subarray(0, this.#length));
      this.#pending = larger;
    }
    this.#pending.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** What came before the line at `start` is no part of a frame any more. */
  #begin(start: number): void {
    this.#forget(start);
    this.#at -= start;
  }

  #forget(bytes: number): void {
    this.#pending.copyWithin(0, bytes, this.#length);
    this.#length -= bytes;
    if (bytes > this.#at) this.#at = 0;
  }

  #end(start: number, end: number, sink: RawStackSink): void {
    const match = /^E (\d{1,10}) ([0-9a-f]{8})$/.exec(text(this.#pending, start, end));
    const whole =
      match !== null &&
      this.#pending[0] === FRAME &&
      checksum(this.#pending, start) === Number.parseInt(match[2], 16);
    if (whole) this.#read(start, Number(match[1]), sink);
    this.#forget(end + 1);
    this.#at = 0;
  }

  /** Hands over the rows of the frame that ends before `end`; none if there are more or fewer than `rows`. */
  #read(end: number, rows: number, sink: RawStackSink): void {
    const bytes = this.#pending;
    const lines: [number, number][] = [];
    for (let at = 0; at < end; ) {
      const next = bytes.indexOf(LINE_FEED, at);
      lines.push([at, next]);
      at = next + 1;
    }
    if (lines.filter(([at]) => bytes[at] === SAMPLE).length !== rows) return;
    for (const [at, next] of lines) {
      if (bytes[at] === SAMPLE) this.#row(at, next, sink);
      else if (bytes[at] === COUNTERS) this.#count(text(bytes, at, next));
      else if (bytes[at] === FRAME) this.#number(text(bytes, at, next));
    }
    this.#wholeFrames++;
  }

  #number(line: string): void {
    const number = Number(/^F 1 (\d+) /.exec(line)?.[1] ?? Number.NaN);
    if (number >= this.#nextFrame) this.#nextFrame = number + 1;
  }

  #count(line: string): void {
    const values = line.split(" ").slice(1).map(Number);
    if (values.length !== COUNTER_NAMES.length || !values.every(Number.isFinite)) return;
    this.counters = Object.fromEntries(
      COUNTER_NAMES.map((name, index) => [name, values[index]]),
    ) as unknown as ModuleCounters;
  }

  /** `S tgid tid name slice count first .kernel .user` */
  #row(start: number, end: number, sink: RawStackSink): void {
    const bytes = this.#pending;
    const stack = this.#stack;
    const dot = bytes.indexOf(DOT, start);
    if (dot < 0 || dot >= end) return;
    const head = /^S (\d+) (\d+) ([0-9a-f]{32}) (\d+) (\d+) (\d+) $/.exec(text(bytes, start, dot));
    const space = bytes.indexOf(SPACE, dot);
    if (!head || space < 0 || bytes[space + 1] !== DOT) return;
    const kernelLength = unpack(bytes, dot + 1, space, stack.kernel);
    const userLength = unpack(bytes, space + 2, end, stack.user);
    if (kernelLength < 0 || userLength < 0) return;
    stack.tgid = Number(head[1]);
    stack.tid = Number(head[2]);
    stack.comm = this.#comm(head[3]);
    stack.slice = Number(head[4]);
    stack.count = Number(head[5]);
    stack.firstNanos = Number(head[6]);
    stack.kernelLength = kernelLength;
    stack.userLength = userLength;
    this.delivered += stack.count;
    sink(stack);
  }

  #comm(hex: string): string {
    const known = this.#comms.get(hex);
    if (known !== undefined) return known;
    const bytes = new Uint8Array(COMM_BYTES);
    for (let i = 0; i < COMM_BYTES; i++) bytes[i] = Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16);
    const comm = decodeText(bytes);
    this.#comms.set(hex, comm);
    return comm;
  }
}

/** FNV-1a of the first `length` bytes, as `sf_checksum` of frame.stp. */
export function checksum(bytes: Uint8Array, length: number): number {
  let sum = 0x811c9dc5;
  for (let i = 0; i < length; i++) sum = Math.imul(sum ^ bytes[i], 0x01000193);
  return sum >>> 0;
}

/** Addresses from the signs between `start` and `end`, sign-extended. Returns their number; -1 if they are none. */
function unpack(bytes: Uint8Array, start: number, end: number, into: Float64Array): number {
  const length = (end - start) / SIGNS_PER_ADDRESS;
  if (!Number.isInteger(length) || length > into.length) return -1;
  for (let i = 0, at = start; i < length; i++, at += SIGNS_PER_ADDRESS) {
    const high = half(bytes, at);
    const low = half(bytes, at + 4);
    if (high < 0 || low < 0) return -1;
    const address = high * HALF_ADDRESS + low;
    into[i] = address >= SIGN_BIT ? address - ADDRESS_SPACE : address;
  }
  return length;
}

/** 24 bits from four signs; negative if one of them is none. */
function half(bytes: Uint8Array, at: number): number {
  return (
    (SIGN_VALUES[bytes[at]] << 18) |
    (SIGN_VALUES[bytes[at + 1]] << 12) |
    (SIGN_VALUES[bytes[at + 2]] << 6) |
    SIGN_VALUES[bytes[at + 3]]
  );
}

function signValues(signs: string): Int8Array {
  const values = new Int8Array(256).fill(-1);
  for (let value = 0; value < signs.length; value++) values[signs.charCodeAt(value)] = value;
  return values;
}

function text(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString("latin1");
}
