import type { RawStack, RawStackSink, StackDepths } from "../../contract.ts";
import { emptyRawStack } from "../../raw-stack.ts";
import { StackEnd } from "../stack-end.ts";
import { type CopiedStack, type CopyRegisters, RegistersAbi } from "./copied-stack.ts";
import type { RecordedMappings } from "./recorded-mappings.ts";
import type { UserWalk } from "./user-walk.ts";

/** Bytes of copies that wait at the most; then the oldest are walked as well as may be. */
const MOST_WAITING_BYTES = 32 * 1024 * 1024;

/** A sample whose user stack is still to be walked. */
interface LateSample {
  /** All but the user's stack. */
  raw: RawStack;
  stack: CopiedStack;
}

/** How copies are laid out: registers, and the stack behind them. */
export interface CopyLayout {
  registers: CopyRegisters;
  /** How many registers there are. */
  count: number;
  /** Bytes of stack at the most. */
  stackBytes: number;
}

/**
 * User stacks that the kernel side could not walk, because it did not know the process or the table yet: it copied them, and
 * here they are walked when the records have told of their mappings and the tables are there.
 */
export class LateWalks {
  readonly #walk: UserWalk;
  readonly #mappings: RecordedMappings;
  readonly #layout: CopyLayout;
  readonly #handed: RawStack;
  #waiting: LateSample[] = [];

  /** `walk` must look for mappings in `mappings`. */
  constructor(walk: UserWalk, mappings: RecordedMappings, layout: CopyLayout, depths: StackDepths) {
    this.#walk = walk;
    this.#mappings = mappings;
    this.#layout = layout;
    this.#handed = emptyRawStack(depths);
  }

  /** Samples that wait. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Takes a sample and the words of its copy, both only valid during the call. */
  take(raw: RawStack, words: Uint32Array): void {
    const { count, stackBytes } = this.#layout;
    const stackAt = count * 2;
    const copied = Math.max(0, words.length - stackAt) * 4;
    const stack: CopiedStack = {
      words: words.slice(),
      pid: raw.tgid,
      time: raw.firstNanos,
      abi: words.length >= stackAt ? RegistersAbi.wide : RegistersAbi.none,
      registersAt: 0,
      stackAt,
      stackBytes: copied,
      stackGoesOn: copied >= stackBytes,
    };
    const kernel = raw.kernel.slice(0, raw.kernelLength);
    this.#waiting.push({ raw: { ...raw, kernel, user: new Float64Array(0), userLength: 0 }, stack });
  }

  /**
   * Walks what can be walked with the tables that are there and hands it over; the rest waits. `all`: nothing is waited for
   * any more. To be called when the records of processes were told up to the time of all that was taken.
   */
  hand(sink: RawStackSink, all: boolean): void {
    const still: LateSample[] = [];
    let bytes = 0;
    for (let i = this.#waiting.length - 1; i >= 0; i--) {
      const sample = this.#waiting[i];
      this.#walk.walk(sample.stack);
      const room = bytes + sample.stack.words.byteLength <= MOST_WAITING_BYTES;
      if (this.#mappings.coming && !all && room) {
        still.push(sample);
        bytes += sample.stack.words.byteLength;
      } else this.#handOver(sample.raw, sink);
    }
    this.#waiting = still.reverse();
  }

  #handOver(raw: RawStack, sink: RawStackSink): void {
    const { frames, depth, end } = this.#walk;
    const stack = this.#handed;
    const { tgid, tid, comm, slice, firstNanos, count, kernel, kernelLength } = raw;
    Object.assign(stack, { tgid, tid, comm, slice, firstNanos, count, kernelLength });
    stack.kernel.set(kernel);
    stack.user.set(frames.subarray(0, depth));
    stack.userLength = depth;
    // Nobody can ask for a larger copy here: what matters is that the stack was not known in time.
    stack.userEnd = end === StackEnd.copyEnded ? StackEnd.notKnownYet : end;
    sink(stack);
  }
}
