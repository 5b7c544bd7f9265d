import type { SessionCounters } from "../contract.ts";

/**
 * Counters that the kernel side keeps, one row of u64 a CPU. One table gives both sides' offsets and the words for
 * people. A `drop` is a sample of a target that is in no stack.
 */
export const COUNTERS = [
  { name: "busyTicks", drop: undefined },
  { name: "samples", drop: undefined },
  { name: "arenaFull", drop: "the kernel table was full (raise --kernel-memory)" },
  { name: "noArena", drop: "a CPU was plugged in for which no table was reserved" },
  { name: "targetsFull", drop: undefined },
  { name: "sampleNanos", drop: undefined },
  { name: "noWalk", drop: "the walk of the user stack broke off (please report this)" },
] as const;

export type CounterName = (typeof COUNTERS)[number]["name"];

export const COUNTER_ROW_BYTES = 64;

/** Byte offset of a counter in its row. */
export function counterOffset(name: CounterName): number {
  return COUNTERS.findIndex((counter) => counter.name === name) * 8;
}

/** The rows of all CPUs, in memory shared with the kernel. */
export class CounterRows {
  readonly #words: BigUint64Array;

  constructor(memory: ArrayBuffer, rows: number) {
    this.#words = new BigUint64Array(memory, 0, (COUNTER_ROW_BYTES / 8) * rows);
  }

  sum(name: CounterName): number {
    let sum = 0;
    for (let i = counterOffset(name) / 8; i < this.#words.length; i += COUNTER_ROW_BYTES / 8) {
      sum += Number(this.#words[i]);
    }
    return sum;
  }

  drops(): SessionCounters["drops"] {
    return COUNTERS.flatMap(({ name, drop }) => {
      const count = drop === undefined ? 0 : this.sum(name);
      return drop !== undefined && count > 0 ? [{ cause: drop, count }] : [];
    });
  }
}
