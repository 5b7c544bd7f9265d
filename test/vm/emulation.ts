import type { Share } from "../setup/samples.ts";

/**
 * Samples on an emulated CPU are not independent: its clock fires late and then in a row. In 18 recordings of a 3:1 split
 * (2026-11-21) the share varied 1.76 times as much as binomial draws do, and a busier host makes it more; so many samples
 * count as one. With an interval for 99.9% of draws, some twenty of which are looked at in each run, that leaves a run a
 * chance of a few in a thousand to fail for nothing.
 */
const SAMPLES_FOR_ONE = 2.5;

/** A share of samples in a guest as that of as many independent ones as they are worth. */
export function independent({ hits, n }: Share): Share {
  return { hits: hits / SAMPLES_FOR_ONE, n: n / SAMPLES_FOR_ONE };
}
