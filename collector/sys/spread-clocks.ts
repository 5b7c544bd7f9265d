import { enableEvent } from "./perf-event.ts";

const LONGEST_SPREAD_NANOS = 10_000_000;
const NANOS_PER_MILLISECOND = 1e6;
const never = new Int32Array(new SharedArrayBuffer(4));

/**
 * Starts the clocks of CPUs one after another, over a period or 10 ms. Clocks that are started together fire together ever after; of CPUs that
 * hold each other up, by locks or by memory that all write to, the one that is sampled last would then be seen in what it does
 * while the others stand still to be sampled.
 */
export function startSpread(clocks: readonly number[], periodNanos: number): void {
  const gap = Math.min(periodNanos, LONGEST_SPREAD_NANOS) / clocks.length / NANOS_PER_MILLISECOND;
  for (const [index, clock] of clocks.entries()) {
    if (index > 0) Atomics.wait(never, 0, 0, gap);
    enableEvent(clock);
  }
}
