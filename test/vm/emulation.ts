import type { Share } from "../setup/samples.ts";

/**
 * Samples on an emulated CPU are not independent: its clock fires late and then in a row. In 18 recordings of a 3:1 split
 * (2026-11-21) the share varied 1.76 times as much as binomial draws do, and a busier host makes it more: on one that was half as
 * fast, where half of the ticks were missing (2026-11-22), two recordings of 2,107 and 1,387 samples differed by more than a
 * factor of 2.5 allows. So many samples count as one.
 */
const SAMPLES_FOR_ONE = 5;

/** A share of samples in a guest as that of as many independent ones as they are worth. */
export function independent({ hits, n }: Share): Share {
  return { hits: hits / SAMPLES_FOR_ONE, n: n / SAMPLES_FOR_ONE };
}
