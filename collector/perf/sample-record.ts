import { type CopiedStack, RegistersAbi } from "../unwind/copied/copied-stack.ts";
import { u64 } from "./record.ts";

/** Which parts a sample has behind ip, ids and time; see `sampleAttributes`. */
export interface SampleLayout {
  callchain: boolean;
  /** Frames that a call chain has at most: one that has as many may be cut. */
  maxStack: number;
  /** Registers that a sample bears of a 64-bit program; 0: neither registers nor stack. */
  registers: number;
}

/** Entries of a call chain from here on are no addresses: they tell whose frames follow (PERF_CONTEXT_MAX). */
const CONTEXT_HIGH = 0xffff_ffff;
const CONTEXT_LOW = 0xffff_f001;
const CONTEXT_KERNEL = 0xffff_ff80;
const CONTEXT_USER = 0xffff_fe00;

/** Words of header, ip, ids and time. */
const FIXED_WORDS = 8;
/** A task that is ending has given up its ids. */
const NO_ID = 0xffff_ffff;

/**
 * One sample in place: where its parts lie in `words`. Reused from sample to sample. Addresses of call chains are pairs
 * of words, low first.
 */
export class SampleRecord implements CopiedStack {
  readonly #layout: SampleLayout;
  words: Uint32Array = new Uint32Array(0);
  pid = 0;
  tid = 0;
  time = 0;
  kernelAt = 0;
  kernelLength = 0;
  userAt = 0;
  userLength = 0;
  /** Whether the call chain has as many frames as it may have. */
  chainCut = false;
  abi = 0;
  registersAt = 0;
  stackAt = 0;
  stackBytes = 0;
  stackGoesOn = false;

  constructor(layout: SampleLayout) {
    this.#layout = layout;
  }

  /** Looks at a sample of `bytes` bytes at word `at`. False: it is none that the layout tells of. */
  read(words: Uint32Array, at: number, bytes: number): boolean {
    const end = at + Math.floor(bytes / 4);
    let next = at + FIXED_WORDS;
    this.#clear(words);
    if (next > end || end > words.length) return false;
    this.pid = idOf(words[at + 4]);
    this.tid = idOf(words[at + 5]);
    this.time = u64(words, at + 6);
    if (this.#layout.callchain) {
      if (next + 2 > end) return false;
      const entries = u64(words, next);
      next += 2;
      if (entries > (end - next) / 2) return false;
      this.#readChain(next, entries);
      this.chainCut = this.kernelLength + this.userLength >= this.#layout.maxStack;
      next += entries * 2;
    }
    return this.#layout.registers === 0 || this.#readCopy(next, end);
  }

  #clear(words: Uint32Array): void {
    this.words = words;
    this.kernelLength = 0;
    this.userLength = 0;
    this.chainCut = false;
    this.abi = RegistersAbi.none;
    this.stackBytes = 0;
    this.stackGoesOn = false;
  }

  /** The kernel's frames come first, the user's behind them, each with its mark before. */
  #readChain(at: number, entries: number): void {
    const { words } = this;
    let context = 0;
    for (let entry = 0; entry < entries; entry++) {
      const word = at + entry * 2;
      if (words[word + 1] === CONTEXT_HIGH && words[word] >= CONTEXT_LOW) {
        context = words[word];
        if (context === CONTEXT_KERNEL) {
          this.kernelAt = word + 2;
          this.kernelLength = 0;
        } else if (context === CONTEXT_USER) {
          this.userAt = word + 2;
          this.userLength = 0;
        }
      } else if (context === CONTEXT_KERNEL) this.kernelLength++;
      else if (context === CONTEXT_USER) this.userLength++;
    }
  }

  #readCopy(from: number, end: number): boolean {
    const { words } = this;
    let at = from;
    if (at + 2 > end) return false;
    this.abi = words[at];
    at += 2;
    if (this.abi !== RegistersAbi.none) {
      this.registersAt = at;
      at += this.#layout.registers * 2;
    }
    if (at + 2 > end) return false;
    const room = u64(words, at);
    at += 2;
    if (room === 0) return true;
    // The room's bytes, and behind them how many of them are filled.
    if (room % 8 !== 0 || at + room / 4 + 2 > end) return false;
    const filled = u64(words, at + room / 4);
    if (filled > room) return false;
    this.stackAt = at;
    this.stackBytes = filled;
    this.stackGoesOn = filled === room;
    return true;
  }
}

function idOf(word: number): number {
  return word === NO_ID ? 0 : word;
}
