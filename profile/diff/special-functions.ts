/**
 * The few special functions that tests of significance need. Relative errors are below 1e-10 in the ranges used
 * (`test/profile/diff/special-functions.test.ts` compares with exact rational sums and published tables).
 */

/** Coefficients of Lanczos's approximation for g = 7, n = 9 (P. Godfrey, 2001). */
const LANCZOS_G = 7;
const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];

/** ln Γ(x) for x > 0. */
export function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  const z = x - 1;
  let sum = LANCZOS[0];
  for (let i = 1; i < LANCZOS.length; i++) sum += LANCZOS[i] / (z + i);
  const t = z + LANCZOS_G + 0.5;
  return 0.5 * Math.log(2 * Math.PI) + (z + 0.5) * Math.log(t) - t + Math.log(sum);
}

/** Where the continued fractions stop: far below what anything here needs. */
const PRECISION = 1e-15;
/** Steps grow with the root of the parameters: enough for 10^9 samples. */
const MAX_STEPS = 200_000;
const TINY = 1e-300;

/** The complementary error function. Series below 2 (DLMF 7.6.2), continued fraction above (DLMF 7.9.2). */
export function erfc(x: number): number {
  if (x < 0) return 2 - erfc(-x);
  if (x < 2) {
    let term = x;
    let sum = x;
    for (let n = 1; term > sum * PRECISION; n++) {
      term *= (2 * x * x) / (2 * n + 1);
      sum += term;
    }
    return 1 - (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
  }
  if (x > 27) return 0;
  // x + (1/2)/(x + (2/2)/(x + (3/2)/(x + …))), from the far end.
  let fraction = x;
  for (let n = 200; n >= 1; n--) fraction = x + n / 2 / fraction;
  return Math.exp(-x * x) / (Math.sqrt(Math.PI) * fraction);
}

/** Both tails of the standard normal distribution beyond |z|. */
export function normalTwoSided(z: number): number {
  return erfc(Math.abs(z) / Math.SQRT2);
}

/** The regularised incomplete beta function I_x(a, b), a, b > 0 (DLMF 8.17.22, evaluated by Lentz's method). */
export function incompleteBeta(a: number, b: number, x: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(b, a, 1 - x);
  const logFactor =
    logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x) - Math.log(a);
  let c = 1;
  let d = 1 / notZero(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m < MAX_STEPS; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / notZero(1 + even * d);
    c = notZero(1 + even / c);
    fraction *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / notZero(1 + odd * d);
    c = notZero(1 + odd / c);
    const factor = d * c;
    fraction *= factor;
    if (Math.abs(factor - 1) < PRECISION) break;
  }
  return Math.min(1, Math.exp(logFactor) * fraction);
}

function notZero(value: number): number {
  return Math.abs(value) < TINY ? TINY : value;
}

/** The x with I_x(a, b) = probability, by bisection. */
export function betaQuantile(a: number, b: number, probability: number): number {
  return bisect(0, 1, (x) => incompleteBeta(a, b, x) < probability);
}

/** Both tails of Student's t distribution beyond |t|; `freedom` may be infinite. */
export function studentTwoSided(t: number, freedom: number): number {
  if (Number.isNaN(t)) return 1;
  if (!Number.isFinite(t)) return 0;
  if (freedom > 1e7) return normalTwoSided(t);
  return incompleteBeta(freedom / 2, 0.5, freedom / (freedom + t * t));
}

/** The t ≥ 0 beyond which both tails of Student's t distribution hold `tails` (0 < tails ≤ 1). */
export function studentQuantile(tails: number, freedom: number): number {
  if (tails >= 1) return 0;
  let high = 2;
  while (studentTwoSided(high, freedom) > tails && high < 1e12) high *= 2;
  return bisect(0, high, (t) => studentTwoSided(t, freedom) > tails);
}

/** The boundary between where `isBelow` holds and where it does not, to the last bits of a double. */
function bisect(low: number, high: number, isBelow: (x: number) => boolean): number {
  let [from, to] = [low, high];
  for (let step = 0; step < 200; step++) {
    const middle = (from + to) / 2;
    if (middle === from || middle === to) break;
    if (isBelow(middle)) from = middle;
    else to = middle;
  }
  return (from + to) / 2;
}
