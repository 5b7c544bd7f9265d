import type { SessionCounters } from "../contract.ts";
import { RECORD, u64 } from "./record.ts";
import type { RingReader } from "./ring-reader.ts";

/** Words of a THROTTLE or UNTHROTTLE record: the event's id. */
const ID_WORD = 4;
const THROTTLE_BYTES = 32;
const LOST_BYTES = 24;

/** What was sampled and did not come through, from the records that tell so. */
export class LostSamples {
  readonly #tickNanos: number;
  readonly #ticks: number;
  /** Since when an event is throttled, by its id. */
  readonly #throttled = new Map<number, number>();
  #begun = false;
  #records = 0;
  #toldByEvents = 0;
  #eventsBefore = 0;
  #throttledTicks = 0;

  /** `ticks` of the clock, `tickNanos` each, make a sample. */
  constructor(tickNanos: number, ticks: number) {
    this.#tickNanos = tickNanos;
    this.#ticks = ticks;
  }

  /** Records, of ticks or of processes, for which a buffer had no room. */
  get records(): number {
    return Math.max(this.#records, this.#toldByEvents);
  }

  /** Records of which a record in a buffer has told that they were lost: since then, all before it has been read. */
  get told(): number {
    return this.#records;
  }

  /** Samples that were lost, all causes together. */
  get sum(): number {
    return this.drops().reduce((sum, { count }) => sum + count, 0);
  }

  /** What comes from now on counts. */
  begin(): void {
    this.#begun = true;
    this.#records = 0;
    this.#eventsBefore = this.#toldByEvents;
    this.#toldByEvents = 0;
  }

  /** Takes a record if it tells of a loss. */
  take(ring: RingReader): boolean {
    const { words, at, bytes } = ring;
    switch (ring.type) {
      case RECORD.lost:
        if (bytes >= LOST_BYTES) this.#records += u64(words, at + 4);
        return true;
      case RECORD.throttle:
        if (bytes >= THROTTLE_BYTES) this.#throttled.set(u64(words, at + ID_WORD), ring.time);
        return true;
      case RECORD.unthrottle:
        if (bytes >= THROTTLE_BYTES) this.#unthrottle(u64(words, at + ID_WORD), ring.time);
        return true;
      default:
        return false;
    }
  }

  /** What the events themselves have counted as lost since they were opened: records come only when there is room again. */
  eventsTell(lost: number): void {
    this.#toldByEvents = lost - this.#eventsBefore;
  }

  drops(): SessionCounters["drops"] {
    const causes = [
      {
        cause: "a ring buffer was full (raise --kernel-memory or `ulimit -l`, or lower -F or --stack-size)",
        count: this.#samples(this.records),
      },
      {
        cause: "the kernel throttled the clock (as many as would have come in that time; lower -F)",
        count: this.#samples(this.#throttledTicks),
      },
    ];
    return causes.filter(({ count }) => count > 0);
  }

  /** Those that so many ticks would have made; not none, if it was any. */
  #samples(ticks: number): number {
    return Math.ceil(ticks / this.#ticks);
  }

  #unthrottle(id: number, time: number): void {
    const since = this.#throttled.get(id);
    this.#throttled.delete(id);
    if (since === undefined || !this.#begun) return;
    this.#throttledTicks += Math.max(1, Math.floor((time - since) / this.#tickNanos));
  }
}
