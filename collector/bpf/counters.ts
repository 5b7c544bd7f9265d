/**
 * Counters that the BPF programs keep, one row of u64 a CPU. One table gives both sides' offsets and the words for
 * people. A `drop` is a sample of a target that is in no stack.
 */
export const COUNTERS = [
  { name: "busyTicks", drop: undefined },
  { name: "samples", drop: undefined },
  { name: "arenaFull", drop: "the kernel table was full (raise --kernel-memory)" },
  { name: "noArena", drop: "a CPU was plugged in for which no table was reserved" },
  { name: "targetsFull", drop: undefined },
] as const;

export type CounterName = (typeof COUNTERS)[number]["name"];

export const COUNTER_ROW_BYTES = 64;

/** Byte offset of a counter in its row. */
export function counterOffset(name: CounterName): number {
  return COUNTERS.findIndex((counter) => counter.name === name) * 8;
}
