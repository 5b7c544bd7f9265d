import { enableEvent } from "./perf-event.ts";

const LONGEST_SPREAD_MS = 10;
const NANOS_PER_MILLISECOND = 1e6;

/**
 * Starts the clocks of CPUs one after another, over a period or 10 ms, which it waits busily. Clocks that are started together fire together ever after;
 * of CPUs that hold each other up, by locks or by memory that all write to, the one that is sampled last would then be seen in what
 * it does while the others stand still to be sampled.
 */
export function startSpread(clocks: readonly number[], periodNanos: number): void {
  const gap = Math.min(periodNanos / NANOS_PER_MILLISECOND, LONGEST_SPREAD_MS) / clocks.length;
  const begun = performance.now();
  for (const [index, clock] of clocks.entries()) {
    while (performance.now() - begun < index * gap);
    enableEvent(clock);
  }
}
