import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findDamage } from "../../profile/check-profile.ts";
import { ProfileFormatError } from "../../profile/format-error.ts";
import { mergeProfiles } from "../../profile/merge.ts";
import type { Profile } from "../../profile/profile.ts";
import { arbitraryProfile } from "./arbitrary-profile.ts";
import { contentOf } from "./content.ts";
import { drawTree, picture, profileOf } from "./picture.ts";

/** Sum of values by stack and labels. */
function sumsOf(profiles: Profile[]): Map<string, number[]> {
  const sums = new Map<string, number[]>();
  for (const profile of profiles) {
    for (const sample of contentOf(profile).samples) {
      const at = sample.lastIndexOf(" | ");
      const values = sample
        .slice(at + 3)
        .split(" ")
        .map(Number);
      const known = sums.get(sample.slice(0, at));
      sums.set(sample.slice(0, at), known ? known.map((sum, type) => sum + values[type]) : values);
    }
  }
  return sums;
}

describe("mergeProfiles", () => {
  it("sums what is equal and keeps what is not", () => {
    const merged = mergeProfiles([
      profileOf("comm=a pid=1 | main;work 3\ncomm=a pid=1 | main 1"),
      profileOf("pid=1 comm=a | main 10\npid=2 comm=b | idle 5"),
    ]);
    expect(merged.samples.length).toBe(3);
    expect(drawTree(merged, { groupBy: "pid" })).toBe(
      picture(`
        all 19
          a (1) 14
            main 14 (11)
              work 3 (3)
          b (2) 5
            idle 5 (5)
      `),
    );
  });

  it("loses nothing and makes nothing up", () => {
    fc.assert(
      fc.property(arbitraryProfile, fc.array(arbitraryProfile, { maxLength: 2 }), (first, others) => {
        for (const other of others) {
          other.sampleTypes = first.sampleTypes;
          other.samples.values = first.sampleTypes.map(
            (_, type) => other.samples.values[type] ?? new Float64Array(other.samples.length),
          );
        }
        const profiles = [first, ...others];
        const merged = mergeProfiles(profiles);
        expect(findDamage(merged)).toBeUndefined();
        // Flags are what all say, so only rows that differ in nothing else are compared.
        for (const profile of [merged, ...profiles]) profile.mappings.flags.fill(0);
        expect(merged.samples.length).toBe(sumsOf([merged]).size);
        expect(sumsOf([merged])).toEqual(sumsOf(profiles));
      }),
      { numRuns: 200 },
    );
  });

  it("gives the same as before when merged with nothing else", () => {
    fc.assert(
      fc.property(arbitraryProfile, (profile) => {
        const once = mergeProfiles([profile]);
        expect(contentOf(mergeProfiles([once]))).toEqual(contentOf(once));
      }),
    );
  });

  it("adds durations and drops, and keeps a comment once", () => {
    const a = {
      ...profileOf("f 1"),
      timeNanos: 0,
      durationNanos: 5,
      comments: ["x", "stapflame.drop: 5 full"],
    };
    const b = {
      ...profileOf("f 1"),
      timeNanos: 9,
      durationNanos: 7,
      comments: ["x", "stapflame.drop: 5 full"],
    };
    expect(mergeProfiles([a, b])).toMatchObject({
      timeNanos: 9,
      durationNanos: 12,
      comments: ["x", "stapflame.drop: 5 full", "stapflame.drop: 5 full"],
    });
  });

  it("refuses different sample types, and nothing, in a sentence", () => {
    const merge = () => mergeProfiles([profileOf("a 1"), profileOf("a 1 2")]);
    expect(merge).toThrow(ProfileFormatError);
    expect(merge).toThrow("the first has samples/count, number 2 has samples/count, cpu/nanoseconds.");
    expect(() => mergeProfiles([])).toThrow("There is no profile to merge.");
  });
});
