import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type ComparedSide, compareSides, Verdict } from "../../../profile/diff/compare.ts";
import { diffProfiles } from "../../../profile/diff/diff.ts";
import { Spread } from "../../../profile/diff/spread.ts";
import { readPprofFile } from "../../../profile/node/pprof-file.ts";
import { plainSamples } from "../../setup/samples.ts";
import { Random } from "./random.ts";

const BATCHES = 32;

/** Spread of runs given as batches of [x, n]. */
function spreadOf(runs: readonly (readonly [number, number][])[]): Spread {
  const spread = new Spread(Int32Array.of(0));
  for (const run of runs) {
    const sum = (of: 0 | 1) => run.reduce((total, batch) => total + batch[of], 0);
    spread.beginRun(Float64Array.of(sum(0)), sum(1), run.length);
    for (const [batch, [x, n]] of run.entries()) spread.addBatch(batch, Float64Array.of(x), n);
    spread.endRun();
  }
  return spread;
}

/** The formula of docs/diff.md, written down plainly. */
function byHand(run: readonly [number, number][], batches: number): number {
  const size = run.length / batches;
  const sums = Array.from({ length: batches }, (_, batch) =>
    run.slice(batch * size, (batch + 1) * size).reduce(([x, n], [y, m]) => [x + y, n + m], [0, 0]),
  );
  const [all, whole] = sums.reduce(([x, n], [y, m]) => [x + y, n + m], [0, 0]);
  const squares = sums.reduce((sum, [x, n]) => sum + (x - (all / whole) * n) ** 2, 0);
  return (batches / (batches - 1)) * squares;
}

function binomialRun(random: Random, share: number, size: number, batches = BATCHES): [number, number][] {
  return Array.from({ length: batches }, () => [random.binomial(size, share), size]);
}

describe("the spread of a run", () => {
  it("is the formula's, for each division and for the one that shows most", () => {
    const random = new Random(1);
    for (let times = 0; times < 20; times++) {
      const run = binomialRun(random, 0.2 + 0.1 * (times % 3), 50 + times);
      const spread = spreadOf([run]);
      const [v32, v16, v8] = [32, 16, 8].map((batches) => byHand(run, batches));
      expect(spread.within(0, "finest").variance).toBeCloseTo(v32, 6);
      expect(spread.within(0, "greatest").variance).toBeCloseTo(Math.max(v32, v16, v8, 2 * v8 - v16), 6);
      expect(spread.growth(0, 0)).toBeCloseTo(v8 / v32, 6);
    }
  });

  it("is on average that of independent draws where draws are independent", () => {
    const random = new Random(2);
    let sum = 0;
    const times = 400;
    for (let run = 0; run < times; run++)
      sum += spreadOf([binomialRun(random, 0.3, 40)]).within(0, "finest").variance;
    // Each estimate has 31 degrees of freedom, so the mean is within 4 of its errors, 0.051.
    expect(sum / times / (BATCHES * 40 * 0.3 * 0.7)).toBeGreaterThan(1 - 0.051);
    expect(sum / times / (BATCHES * 40 * 0.3 * 0.7)).toBeLessThan(1 + 0.051);
  });

  it("adds over runs, and the variance between them is that of their totals", () => {
    const random = new Random(3);
    const runs = [
      binomialRun(random, 0.3, 40),
      binomialRun(random, 0.5, 40),
      binomialRun(random, 0.4, 60, 16),
    ];
    const spread = spreadOf(runs);
    expect(spread.within(0, "finest").variance).toBeCloseTo(
      byHand(runs[0], 32) + byHand(runs[1], 32) + byHand(runs[2], 16),
      6,
    );
    expect(spread.within(0, "finest").freedom).toBe(31 + 31 + 15);
    const totals = runs.map(
      (run) => run.reduce(([x, n], [y, m]) => [x + y, n + m], [0, 0]) as [number, number],
    );
    expect(spread.between(0)).toBeCloseTo(byHand(totals, 3), 4);
  });
});

describe("runs that differ by themselves", () => {
  const ROWS = 12;
  const SIZE = 200;

  /** Three runs whose shares vary by `between` of themselves from run to run. */
  function side(random: Random, between: number): ComparedSide {
    const spread = new Spread(Int32Array.from({ length: ROWS }, (_, row) => row));
    const normal = () => {
      const radius = Math.sqrt(-2 * Math.log(1 - random.next()));
      return radius * Math.cos(2 * Math.PI * random.next());
    };
    const runs = 3;
    for (let run = 0; run < runs; run++) {
      const batches: Float64Array[] = [];
      const total = new Float64Array(ROWS);
      const shares = total.map(() => 0.05 * (1 + between * normal()));
      for (let batch = 0; batch < BATCHES; batch++) {
        const x = shares.map((share) => random.binomial(SIZE, share));
        for (let row = 0; row < ROWS; row++) total[row] += x[row];
        batches.push(x);
      }
      spread.beginRun(total, BATCHES * SIZE, BATCHES);
      for (const [batch, x] of batches.entries()) spread.addBatch(batch, x, SIZE);
      spread.endRun();
    }
    const exposure = runs * BATCHES * SIZE;
    return { sum: spread.sum, exposure, whole: exposure, unit: 1, runs, spread };
  }

  it.each([0, 0.1, 0.3])("by %f of a share are not taken for a change", (between) => {
    const random = new Random(40 + between * 10);
    let found = 0;
    let pairs = 0;
    for (let pair = 0; pair < 100; pair++) {
      const compared = compareSides(side(random, between), side(random, between), {
        normalization: { kind: "total" },
        fdr: 0.05,
        betweenRuns: 0.01,
        isCompared: () => true,
      });
      found += compared.verdict.filter((verdict) => verdict === Verdict.significant).length;
      if (compared.discoveries > 0) pairs++;
    }
    console.log(`runs that differ by ${between}: ${found} of ${100 * ROWS} false, in ${pairs} of 100 pairs`);
    expect(found / (100 * ROWS)).toBeLessThanOrEqual(0.05);
    expect(pairs).toBeLessThanOrEqual(8);
  });
});

it("sums are those that the samples have, counted one by one", async () => {
  const files = ["phases-1", "service-o2-1"].map((name) =>
    join(import.meta.dirname, "fixtures", `${name}.pb.gz`),
  );
  const [before, after] = await Promise.all(files.map((name) => readPprofFile(name)));
  const diff = diffProfiles([{ name: "", profile: before }], [{ name: "", profile: after }]);
  for (const [profile, which] of [
    [before, "beforeWeight"],
    [after, "afterWeight"],
  ] as const) {
    const samples = plainSamples(profile);
    const names = new Set(samples.flatMap((sample) => sample.names));
    expect(names.size).toBeGreaterThan(10);
    let checked = 0;
    for (const name of names) {
      const key = diff.keys.name.indexOf(name);
      // Names that were normalised, and those that two files have, are judged elsewhere.
      if (key < 0 || diff.keys.name.indexOf(name, key + 1) >= 0) continue;
      const total = samples.reduce(
        (sum, sample) => sum + (sample.names.includes(name) ? sample.count : 0),
        0,
      );
      const self = samples.reduce((sum, sample) => sum + (sample.names[0] === name ? sample.count : 0), 0);
      const weight = 1e9 / 999;
      expect(diff.functionTotal[which][key] / weight, name).toBeCloseTo(total, 3);
      expect(diff.functionSelf[which][key] / weight, name).toBeCloseTo(self, 3);
      checked++;
    }
    expect(checked).toBeGreaterThan(10);
  }
});
