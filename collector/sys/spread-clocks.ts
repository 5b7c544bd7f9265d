import { enableEvent } from "./perf-event.ts";

const LONGEST_SPREAD_MS = 10;
const NANOS_PER_MILLISECOND = 1e6;
/** Of a place: who comes later would be too near to the next one. */
const PART_TO_START_IN = 0.25;
/** Of CPUs that are never given time at the right moment the clocks start anyhow. */
const LONGEST_WAIT_MS = 200;

/**
 * Starts the clocks of CPUs one after another, each at a place of its own in a period or 10 ms, for which it waits busily. A place that was missed, as the wait
 * was interrupted or starting a clock took longer, is taken in a later turn. Clocks that are started together fire together ever after;
 * of CPUs that hold each other up, by locks or by memory that all write to, the one that is sampled last would then be seen in what
 * it does while the others stand still to be sampled.
 */
export function startSpread(clocks: readonly number[], periodNanos: number): void {
  const turn = Math.min(periodNanos / NANOS_PER_MILLISECOND, LONGEST_SPREAD_MS);
  const freePlaces = new Set(clocks.keys());
  const begun = performance.now();
  for (const clock of clocks) {
    for (;;) {
      const waited = performance.now() - begun;
      const position = ((waited % turn) / turn) * clocks.length;
      const place = Math.floor(position);
      if (position - place < PART_TO_START_IN && freePlaces.delete(place)) break;
      if (waited > LONGEST_WAIT_MS) break;
    }
    enableEvent(clock);
  }
}
