import { describe, expect, it } from "vitest";
import { type DiffOptions, diffProfiles, type ProfileDiff } from "../../../profile/diff/diff.ts";
import type { Profile } from "../../../profile/profile.ts";
import {
  type Painted,
  paintedByFlameGraph,
  paintedByGrafana,
  paintedByUs,
} from "../../profile/diff/other-tools.ts";
import { Random } from "../../profile/diff/random.ts";
import { drawPair, poolOf, thin } from "../../profile/diff/resample.ts";
import { recordings, WORKLOADS } from "./recordings.ts";

/** Issue 6: of two recordings of an unchanged program, at most this part of the frames may be called significant. */
const ALLOWED = 0.05;

/** What pairs of recordings of the same program come to. */
class Tally {
  pairs = 0;
  pairsWithAny = 0;
  functions = 0;
  falseFunctions = 0;
  low05 = 0;
  readonly paths: Record<string, Painted> = {};

  add(diff: ProfileDiff): void {
    this.pairs++;
    let falseOnes = 0;
    for (const comparison of [diff.functionTotal, diff.functionSelf]) {
      falseOnes += comparison.discoveries;
      this.functions += comparison.familySize;
      for (let row = 0; row < comparison.length; row++) if (comparison.pValue[row] < 0.05) this.low05++;
    }
    this.falseFunctions += falseOnes;
    if (falseOnes > 0) this.pairsWithAny++;
    this.#paint("stapflame", paintedByUs(diff));
    this.#paint("flamegraph.pl", paintedByFlameGraph(diff));
    this.#paint("Grafana", paintedByGrafana(diff));
    this.#paint("Grafana >10%", paintedByGrafana(diff, 0.1));
  }

  toString(): string {
    const part = (hits: number, all: number) => `${((100 * hits) / Math.max(1, all)).toFixed(2)}%`;
    const paths = Object.entries(this.paths).map(
      ([tool, { painted, drawn }]) => `${tool} ${part(painted, drawn)}`,
    );
    return (
      `${this.pairs} pairs, ${this.pairsWithAny} with any false function, ` +
      `${this.falseFunctions} of ${this.functions} functions false, p < 0.05 in ${part(this.low05, this.functions)}; ` +
      `frames painted: ${paths.join(", ")}`
    );
  }

  #paint(tool: string, { painted, drawn }: Painted): void {
    const sum = this.paths[tool] ?? { painted: 0, drawn: 0 };
    this.paths[tool] = { painted: sum.painted + painted, drawn: sum.drawn + drawn };
  }
}

function compare(before: Profile[], after: Profile[], options: DiffOptions = {}): ProfileDiff {
  const named = (profiles: Profile[]) => profiles.map((profile) => ({ name: "", profile }));
  return diffProfiles(named(before), named(after), options);
}

function judge(what: string, tally: Tally): void {
  console.log(`${what}: ${tally}`);
  const { painted, drawn } = tally.paths.stapflame;
  expect(tally.falseFunctions / tally.functions).toBeLessThanOrEqual(ALLOWED);
  // Of fewer pairs, which moreover share recordings, one more or less says nothing.
  if (tally.pairs >= 200) expect(tally.pairsWithAny / tally.pairs).toBeLessThanOrEqual(ALLOWED);
  expect(painted / drawn).toBeLessThanOrEqual(ALLOWED);
}

describe("two recordings of an unchanged program", () => {
  it.each(WORKLOADS)("%s: each of twelve against each, and six disjoint pairs", async (workload) => {
    const profiles = await recordings(workload, 12);
    const all = new Tally();
    const disjoint = new Tally();
    for (const [index, before] of profiles.entries()) {
      for (const [other, after] of profiles.entries()) {
        if (other <= index) continue;
        const diff = compare([before], [after]);
        all.add(diff);
        if (index % 2 === 0 && other === index + 1) disjoint.add(diff);
      }
    }
    console.log(`${workload}, disjoint: ${disjoint}`);
    judge(`${workload}, all`, all);
  });

  it.each(WORKLOADS)("%s: three recordings a side, drawn forty times from twelve", async (workload) => {
    const profiles = await recordings(workload, 12);
    const random = new Random(6);
    const tally = new Tally();
    for (let pair = 0; pair < 40; pair++) {
      const drawn = random.shuffle(profiles);
      tally.add(compare(drawn.slice(0, 3), drawn.slice(3, 6)));
    }
    judge(`${workload}, three a side`, tally);
  });

  it.each(["phases", "service", "gzip"])("%s at 99 Hz", async (workload) => {
    const profiles = await recordings(workload, 8, { frequency: 99 });
    const tally = new Tally();
    for (const [index, before] of profiles.entries()) {
      for (const after of profiles.slice(index + 1)) tally.add(compare([before], [after]));
    }
    judge(`${workload}, 99 Hz`, tally);
  });
});

describe("200 pairs drawn from the slices of the same recordings", () => {
  it.each(WORKLOADS)("%s", async (workload) => {
    const pool = poolOf(await recordings(workload, 12));
    const random = new Random(2026);
    const tallies = { slices: new Tally(), blocks: new Tally(), rates: new Tally() };
    for (let pair = 0; pair < 200; pair++) {
      const [before, after] = drawPair(pool, 60, 1, random);
      tallies.slices.add(compare([before], [after]));
      // Blocks of some two seconds keep most of what phases do.
      const [long, other] = drawPair(pool, 60, 12, random);
      tallies.blocks.add(compare([long], [other]));
      tallies.rates.add(compare([long], [thin(other, 99 / 999, random)]));
    }
    judge(`${workload}, single slices`, tallies.slices);
    judge(`${workload}, blocks of 12 slices`, tallies.blocks);
    judge(`${workload}, blocks, 999 Hz against 99 Hz`, tallies.rates);
  });
});
