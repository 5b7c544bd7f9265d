import { afterAll, describe, expect, test } from "vitest";
import { corpusFiles } from "../corpus/corpus.ts";
import type { Tier } from "../corpus/recipe.ts";
import { type Comparison, compare, percent } from "./compare.ts";
import { required } from "./known-differences.ts";
import { report } from "./report.ts";

/** Percent of addresses for which a judge must say what we say, in functions with inline chain and in places. */
const REQUIRED = 99.9;
const SEED = 2025;
/** One test a file of `tiers`: up to `count` of its addresses against both judges. The figures are printed and kept. */
export function agreementTests(title: string, tiers: readonly Tier[], count: number): void {
  const files = tiers.flatMap((tier) => corpusFiles(tier));
  describe(title, () => {
    const done = new Map<string, Comparison>();
    afterAll(() =>
      report(
        title,
        files.map(({ name }) => done.get(name)).filter((one) => one !== undefined),
      ),
    );
    // The judges are processes of their own: some at once use all cores.
    test.concurrent.each(files.map((file) => [file.name, file] as const))("%s", async (_, file) => {
      const comparison = await compare(file, count, SEED);
      done.set(file.name, comparison);
      const { addresses, functions, places } = comparison;
      expect(addresses).toBeGreaterThan(0);
      const atLeast = required(file.name, REQUIRED);
      expect(percent(functions, addresses), "functions and inline chains").toBeGreaterThanOrEqual(
        atLeast.functions,
      );
      expect(percent(places, addresses), "file:line of every frame").toBeGreaterThanOrEqual(atLeast.places);
    });
  });
}
