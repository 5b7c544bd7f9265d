import { betaQuantile, incompleteBeta, logGamma } from "./special-functions.ts";

/** Sums of more terms are not worth their time: there the normal approximation has long been good. */
const MAX_TERMS = 20_000;

/**
 * Fisher's exact test: whether `hitsA` of `drawsA` and `hitsB` of `drawsB` may have the same share. Two-sided as twice
 * the smaller tail, at most 1. Whole numbers. NaN where there are too many terms to sum (beyond some 20,000 hits).
 */
export function fisherTwoSided(hitsA: number, drawsA: number, hitsB: number, drawsB: number): number {
  const hits = hitsA + hitsB;
  const draws = drawsA + drawsB;
  // The rarer of hit and miss has the shorter sum.
  if (hits > draws - hits) {
    if (draws - hits === hits) return 1;
    return fisherTwoSided(drawsA - hitsA, drawsA, drawsB - hitsB, drawsB);
  }
  const least = Math.max(0, hits - drawsB);
  const most = Math.min(hits, drawsA);
  if (most - least > MAX_TERMS) return Number.NaN;
  const expected = (hits * drawsA) / draws;
  // The tail that holds hitsA on the far side of the expectation, from hitsA outwards: terms fall from there on.
  const outward = hitsA > expected ? 1 : -1;
  let term = Math.exp(logChoose(drawsA, hitsA) + logChoose(drawsB, hits - hitsA) - logChoose(draws, hits));
  let tail = 0;
  for (let k = hitsA; k >= least && k <= most; k += outward) {
    tail += term;
    if (term < tail * 1e-16) break;
    // The ratio of neighbouring terms of the hypergeometric distribution.
    term *=
      outward > 0
        ? ((drawsA - k) * (hits - k)) / ((k + 1) * (drawsB - hits + k + 1))
        : (k * (drawsB - hits + k)) / ((drawsA - k + 1) * (hits - k + 1));
  }
  return Math.min(1, 2 * tail);
}

function logChoose(n: number, k: number): number {
  return logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1);
}

/**
 * Whether counts `a` and `b` may come from Poisson processes whose means are as `exposureA` to `exposureB`: given their
 * sum, `a` is binomial (Przyborowski and Wilenski 1940). Twice the smaller tail, at most 1. Counts need not be whole:
 * the tails are taken as incomplete beta functions.
 */
export function poissonTwoSided(a: number, exposureA: number, b: number, exposureB: number): number {
  const chance = exposureA / (exposureA + exposureB);
  const atLeast = a <= 0 ? 1 : incompleteBeta(a, b + 1, chance);
  const atMost = b <= 0 ? 1 : 1 - incompleteBeta(a + 1, b, chance);
  return Math.min(1, 2 * Math.min(atLeast, atMost));
}

export interface Interval {
  low: number;
  high: number;
}

/**
 * The interval of Clopper and Pearson (1934) for the share behind `hits` of `draws`, which holds it in at least
 * `1 - tails` of all cases. Counts need not be whole.
 */
export function clopperPearson(hits: number, draws: number, tails: number): Interval {
  if (draws <= 0) return { low: 0, high: 1 };
  return {
    low: hits <= 0 ? 0 : betaQuantile(hits, draws - hits + 1, tails / 2),
    high: hits >= draws ? 1 : betaQuantile(hits + 1, draws - hits, 1 - tails / 2),
  };
}
