import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findDamage } from "../../profile/check-profile.ts";
import { slimForPage } from "../../profile/slim.ts";
import { arbitraryProfile } from "./arbitrary-profile.ts";
import { drawTree, profileOf } from "./picture.ts";

describe("slimForPage", () => {
  it("shows the same trees", () => {
    fc.assert(
      fc.property(arbitraryProfile, fc.boolean(), (profile, keepSlices) => {
        // Sums that are exact in any order.
        profile.samples.values = profile.samples.values.map((values) => values.map((value) => value % 1000));
        const slim = slimForPage(profile, { keepSlices });
        expect(findDamage(slim)).toBeUndefined();
        expect(drawTree(slim, { groupBy: "thread" })).toBe(drawTree(profile, { groupBy: "thread" }));
      }),
      { numRuns: 200 },
    );
  });

  it("merges addresses with the same lines, keeps those without", () => {
    const profile = profileOf("main@/bin/a;f@/bin/a 1\nmain@/bin/a;g@/bin/a 2\n0x5@/bin/a 4\n0x6@/bin/a 8");
    profile.lines.function.set([profile.lines.function[1]], 2);
    const slim = slimForPage(profile, { keepSlices: true });
    expect([...slim.locations.address]).toEqual([0, 0, 5, 6]);
    expect([...slim.samples.values[0]]).toEqual([3, 4, 8]);
    expect(slim.functions.length).toBe(2);
  });

  it("merges slices only when it is to", () => {
    const profile = profileOf("slice#=0 pid=1 | f 1\nslice#=1 pid=1 | f 2\nslice#=1 pid=2 | f 4");
    expect([...slimForPage(profile, { keepSlices: true }).samples.values[0]]).toEqual([1, 2, 4]);
    const slim = slimForPage(profile, { keepSlices: false });
    expect([...slim.samples.values[0]]).toEqual([3, 4]);
    expect(slim.samples.labels.map(({ key }) => key)).toEqual(["pid"]);
  });

  it("puts stacks in depth-first order and drops what no sample uses", () => {
    const profile = profileOf("a;b 1\nc;d 2\na;e 3\nunused;rows 4");
    profile.samples = {
      ...profile.samples,
      length: 3,
      stack: profile.samples.stack.slice(0, 3),
      values: [profile.samples.values[0].slice(0, 3)],
    };
    const slim = slimForPage(profile, { keepSlices: true });
    expect([...slim.stacks.parent]).toEqual([-1, 0, 0, -1, 3]);
    expect(slim.strings).toEqual(["", "a", "b", "e", "c", "d"]);
  });

  it("drops linkage names that repeat the name", () => {
    const profile = profileOf("f;g 1");
    profile.functions.linkageName.set([profile.functions.name[0], profile.functions.name[0]]);
    const slim = slimForPage(profile, { keepSlices: true });
    expect(Array.from(slim.functions.linkageName, (at) => slim.strings[at])).toEqual(["", "f"]);
  });

  it("stands a recursion of 100,000", () => {
    expect(slimForPage(profileOf(`main${";f".repeat(100_000)} 3`), { keepSlices: true }).stacks.length).toBe(
      100_001,
    );
  });
});
