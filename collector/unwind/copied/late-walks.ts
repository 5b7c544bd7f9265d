import { setTimeout as sleep } from "node:timers/promises";
import type { RawStack, RawStackSink, StackDepths } from "../../contract.ts";
import { emptyRawStack } from "../../raw-stack.ts";
import { StackEnd } from "../stack-end.ts";
import { type CopiedStack, RegistersAbi } from "./copied-stack.ts";
import type { CopyLayout } from "./copy-layout.ts";
import type { RecordedMappings } from "./recorded-mappings.ts";
import type { UserWalk } from "./user-walk.ts";

/** Bytes of copies that wait at the most; then the oldest are walked as well as may be. */
const MOST_WAITING_BYTES = 32 * 1024 * 1024;
/** At the end, tables are waited for no longer than this. */
const LAST_WAIT_LIMIT_MS = 3000;
const LOOK_INTERVAL_MS = 10;

/** A sample whose user stack is still to be walked. */
interface LateSample {
  /** All but the user's stack. */
  raw: RawStack;
  stack: CopiedStack;
  /** How many tables had been answered for when it was walked in vain; undefined: it has not been. */
  answered?: number;
}

/**
 * User stacks that the kernel side could not walk, because it did not know the process or the table yet: it copied them, and
 * here they are walked when the records have told of their mappings and the tables are there.
 */
export class LateWalks {
  readonly #walk: UserWalk;
  readonly #mappings: RecordedMappings;
  readonly #answered: () => number;
  readonly #layout: CopyLayout;
  readonly #handed: RawStack;
  /** In the order in which they came. */
  #waiting: LateSample[] = [];

  /** `walk` must look for mappings in `mappings`. `answered`: how many of the tables that were asked for are there, or will never be. */
  constructor(
    walk: UserWalk,
    mappings: RecordedMappings,
    answered: () => number,
    layout: CopyLayout,
    depths: StackDepths,
  ) {
    this.#walk = walk;
    this.#mappings = mappings;
    this.#answered = answered;
    this.#layout = layout;
    this.#handed = emptyRawStack(depths);
  }

  /** Takes a sample and the words of its copy (low before high), both only valid during the call. */
  take(raw: RawStack, copy: Uint32Array): void {
    const { registerWords, words } = this.#layout;
    const kernel = raw.kernel.slice(0, raw.kernelLength);
    const stack: CopiedStack = {
      words: copy.slice(),
      pid: raw.tgid,
      time: raw.firstNanos,
      abi: copy.length >= registerWords * 2 ? RegistersAbi.wide : RegistersAbi.none,
      registersAt: 0,
      stackAt: registerWords * 2,
      stackBytes: Math.max(0, copy.length * 4 - registerWords * 8),
      stackGoesOn: copy.length >= words * 2,
    };
    this.#waiting.push({ raw: { ...raw, kernel, user: new Float64Array(0) }, stack });
  }

  /**
   * Hands over what can be walked with the tables that are there; the rest waits. To be called when the records of processes
   * were told up to the time of all that was taken. `last`: nothing more will be taken, so tables that are still being made are
   * waited for, for a bounded time, and then all is handed over.
   */
  async hand(sink: RawStackSink, last: boolean): Promise<void> {
    this.#hand(sink, MOST_WAITING_BYTES);
    if (!last) return;
    const end = performance.now() + LAST_WAIT_LIMIT_MS;
    while (this.#waiting.length > 0 && performance.now() < end) {
      await sleep(LOOK_INTERVAL_MS);
      this.#hand(sink, MOST_WAITING_BYTES);
    }
    this.#hand(sink, 0);
  }

  /** `mostWaiting`: bytes that may wait on, of the newest. */
  #hand(sink: RawStackSink, mostWaiting: number): void {
    const waiting: LateSample[] = [];
    const answered = this.#answered();
    let bytes = 0;
    for (const sample of this.#waiting.reverse()) {
      const size = sample.stack.words.byteLength;
      const fits = bytes + size <= mostWaiting;
      // It can get no farther than before.
      const isKnown = fits && sample.answered === answered;
      if (!isKnown) this.#walk.walk(sample.stack);
      if (isKnown || (fits && this.#mappings.coming)) {
        sample.answered = answered;
        bytes += size;
        waiting.push(sample);
      } else this.#handOver(sample.raw, sink);
    }
    this.#waiting = waiting.reverse();
  }

  #handOver({ user: _, kernel, ...rest }: RawStack, sink: RawStackSink): void {
    const { frames, depth, end } = this.#walk;
    const stack = Object.assign(this.#handed, rest);
    stack.kernel.set(kernel);
    stack.user.set(frames.subarray(0, depth));
    stack.userLength = depth;
    // What lies outside the copy could have been read in time: behind its end, or where a signal's handler has a stack of its own.
    const isOutside = end === StackEnd.copyEnded || end === StackEnd.unreadable;
    stack.userEnd = isOutside ? StackEnd.notKnownYet : end;
    sink(stack);
  }
}
