import { describe, expect, it } from "vitest";
import { Verdict } from "../../../profile/diff/compare.ts";
import { diffProfiles } from "../../../profile/diff/diff.ts";
import { studentQuantile, studentTwoSided } from "../../../profile/diff/special-functions.ts";
import { Random } from "../../profile/diff/random.ts";
import { drawPair, poolOf, slowDown, thin } from "../../profile/diff/resample.ts";
import { recordings } from "./recordings.ts";

const FUNCTION = "escape_text";
const PAIRS = 100;
const SLOWER = [1.02, 1.05, 1.1, 1.2];

/** The chance that a change of `difference` is found, with the error and the level that one comparison had. */
function predicted(difference: number, error: number, freedom: number, level: number): number {
  const distance = Math.abs(difference) / error - studentQuantile(level, freedom);
  const tail = studentTwoSided(distance, freedom) / 2;
  return distance > 0 ? 1 - tail : tail;
}

describe(`${FUNCTION} made slower in a real program`, () => {
  it.each([
    [99, 10],
    [99, 60],
    [999, 10],
    [999, 60],
  ])("%i Hz, %i s", async (frequency, seconds) => {
    const pool = poolOf(await recordings("service", 12));
    const random = new Random(frequency + seconds);
    const slices = Math.min(Math.round(seconds / pool.sliceSeconds), Math.floor(pool.slices / 2));
    const cells: string[] = [];
    for (const factor of SLOWER) {
      let found = 0;
      let told = 0;
      let expected = 0;
      let falseOnes = 0;
      let share = 0;
      for (let pair = 0; pair < PAIRS; pair++) {
        const [before, other] = drawPair(pool, slices, 4, random).map((profile) =>
          thin(profile, frequency / 999, random),
        );
        const after = slowDown(other, FUNCTION, factor, random);
        const diff = diffProfiles([{ name: "before", profile: before }], [{ name: "after", profile: after }]);
        const { keys, functionSelf } = diff;
        const key = keys.name.indexOf(FUNCTION);
        share = functionSelf.before[key];
        const change = (share * factor) / (1 - share + share * factor) - share;
        if (functionSelf.verdict[key] === Verdict.significant) found++;
        expected += predicted(
          change,
          functionSelf.error[key],
          functionSelf.freedom[key],
          functionSelf.threshold,
        );
        if (functionSelf.discoveries > 0 && functionSelf.verdict[key] !== Verdict.significant) falseOnes++;
        told += functionSelf.discoveries;
      }
      cells.push(
        `+${Math.round(100 * (factor - 1))}%: found ${found} of ${PAIRS}, predicted ${expected.toFixed(0)}, ` +
          `${told - found} other functions, ${falseOnes} pairs with others only`,
      );
      if (factor === 1.2 && frequency === 999 && seconds === 60) expect(found).toBeGreaterThan(90);
    }
    console.log(
      `${frequency} Hz, ${slices} slices of ${pool.sliceSeconds.toFixed(3)} s:\n  ${cells.join("\n  ")}`,
    );
  });
});
