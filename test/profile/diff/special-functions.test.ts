import { describe, expect, it } from "vitest";
import { clopperPearson, fisherTwoSided, poissonTwoSided } from "../../../profile/diff/exact-tests.ts";
import {
  betaQuantile,
  erfc,
  incompleteBeta,
  logGamma,
  normalTwoSided,
  studentQuantile,
  studentTwoSided,
} from "../../../profile/diff/special-functions.ts";

/** The judges: sums of whole numbers without any rounding, and printed tables. */
function choose(n: bigint, k: bigint): bigint {
  if (k < 0n || k > n) return 0n;
  let result = 1n;
  for (let i = 1n; i <= k; i++) result = (result * (n - k + i)) / i;
  return result;
}

/** a / b as a double, with 400 digits kept before rounding. */
function ratio(a: bigint, b: bigint): number {
  return Number(`${(a * 10n ** 400n) / b}e-400`);
}

function close(actual: number, exact: number, relative = 1e-10): void {
  expect(Math.abs(actual - exact), `${actual} for ${exact}`).toBeLessThanOrEqual(
    relative * Math.abs(exact) + 1e-300,
  );
}

describe("logGamma", () => {
  it("is the logarithm of factorials", () => {
    let factorial = 1n;
    for (let n = 1n; n <= 160n; n++) {
      factorial *= n;
      expect(logGamma(Number(n) + 1)).toBeCloseTo(Math.log(Number(factorial)), 10);
    }
    close(logGamma(0.5), Math.log(Math.PI) / 2);
  });
});

describe("incompleteBeta", () => {
  it("is the tail of a binomial distribution, summed exactly", () => {
    for (const [n, numerator, denominator] of [
      [10n, 1n, 2n],
      [40n, 1n, 10n],
      [200n, 3n, 7n],
      [1000n, 1n, 100n],
    ]) {
      for (const k of [1n, n / 10n + 1n, n / 2n, n]) {
        let sum = 0n;
        for (let i = k; i <= n; i++) {
          sum += choose(n, i) * numerator ** i * (denominator - numerator) ** (n - i);
        }
        close(
          incompleteBeta(Number(k), Number(n - k) + 1, Number(numerator) / Number(denominator)),
          ratio(sum, denominator ** n),
          1e-9,
        );
      }
    }
  });

  it("holds for half a million samples, where its tails are those of a normal distribution", () => {
    const n = 500_000;
    const middle = incompleteBeta(n / 2, n / 2, 0.5);
    expect(middle).toBeCloseTo(0.5, 9);
    const deviation = 1 / (2 * Math.sqrt(n + 1));
    expect(incompleteBeta(n / 2, n / 2, 0.5 - 3 * deviation)).toBeCloseTo(normalTwoSided(3) / 2, 7);
  });
});

describe("the normal distribution", () => {
  it("agrees with tables of erfc (Abramowitz and Stegun, DLMF 7.23)", () => {
    close(erfc(0.5), 0.4795001221869535);
    close(erfc(1), 0.15729920705028513);
    close(erfc(2), 0.004677734981047266);
    close(erfc(3), 2.209049699858544e-5);
    close(erfc(5), 1.5374597944280349e-12);
    close(erfc(-1), 1.8427007929497148);
    expect(normalTwoSided(1.959963984540054)).toBeCloseTo(0.05, 12);
  });
});

describe("Student's t distribution", () => {
  it("agrees with the printed table of 95% and 99.9% quantiles", () => {
    for (const [freedom, at95, at999] of [
      [1, 12.706204736, 636.619248769],
      [2, 4.302652729, 31.599054576],
      [7, 2.364624251, 5.407882521],
      [31, 2.039513446, 3.633456355],
      [120, 1.979930405, 3.373453772],
    ]) {
      expect(studentQuantile(0.05, freedom)).toBeCloseTo(at95, 7);
      expect(studentQuantile(0.001, freedom) / at999).toBeCloseTo(1, 7);
      expect(studentTwoSided(at95, freedom)).toBeCloseTo(0.05, 9);
    }
    expect(studentQuantile(0.05, Number.POSITIVE_INFINITY)).toBeCloseTo(1.959963985, 8);
  });

  it("is Cauchy's with one degree of freedom", () => {
    for (const t of [0.1, 1, 10, 1000]) close(studentTwoSided(t, 1), 1 - (2 / Math.PI) * Math.atan(t), 1e-8);
  });
});

describe("Fisher's exact test", () => {
  it("is twice the smaller hypergeometric tail, summed exactly", () => {
    for (const [hitsA, drawsA, hitsB, drawsB] of [
      [3n, 10n, 9n, 12n],
      [0n, 50n, 7n, 60n],
      [40n, 1000n, 75n, 900n],
      [480n, 500n, 450n, 500n],
      [5n, 5000n, 5n, 5000n],
    ]) {
      const all = choose(drawsA + drawsB, hitsA + hitsB);
      const term = (k: bigint) => choose(drawsA, k) * choose(drawsB, hitsA + hitsB - k);
      let [atMost, atLeast] = [0n, 0n];
      for (let k = 0n; k <= hitsA + hitsB; k++) {
        if (k <= hitsA) atMost += term(k);
        if (k >= hitsA) atLeast += term(k);
      }
      const smaller = atMost < atLeast ? atMost : atLeast;
      close(
        fisherTwoSided(Number(hitsA), Number(drawsA), Number(hitsB), Number(drawsB)),
        Math.min(1, ratio(2n * smaller, all)),
        1e-8,
      );
    }
  });

  it("finds the lady tasting tea: 3 of 4 right, Fisher 1935", () => {
    close(fisherTwoSided(3, 4, 1, 4), Math.min(1, (2 * 17) / 70));
  });
});

describe("the test of two counts", () => {
  it("is the tail of a binomial distribution, and takes parts of counts", () => {
    // 8 against 1 at equal exposure: 2 (1 + 9) / 2^9.
    close(poissonTwoSided(8, 1, 1, 1), (2 * 10) / 512);
    close(poissonTwoSided(0, 1, 6, 1), 2 / 64);
    expect(poissonTwoSided(5, 1, 5, 1)).toBe(1);
    expect(poissonTwoSided(7.5, 1, 1, 1)).toBeGreaterThan(poissonTwoSided(8, 1, 1, 1));
  });
});

describe("Clopper and Pearson's interval", () => {
  it("agrees with their published limits", () => {
    // 95% for 0 of 10 is 1 - 0.025^(1/10); for 5 of 10: 0.1871 to 0.8129.
    close(clopperPearson(0, 10, 0.05).high, 1 - 0.025 ** (1 / 10), 1e-9);
    expect(clopperPearson(5, 10, 0.05).low).toBeCloseTo(0.18709, 4);
    expect(clopperPearson(5, 10, 0.05).high).toBeCloseTo(0.81291, 4);
    expect(clopperPearson(10, 10, 0.05)).toEqual({ low: expect.closeTo(0.6915, 4), high: 1 });
    expect(betaQuantile(1, 1, 0.3)).toBeCloseTo(0.3, 12);
  });
});
