import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseFolded } from "../../../profile/formats/folded.ts";
import { lossesOf } from "../../../profile/formats/losses.ts";
import { PerfScriptReader } from "../../../profile/formats/perf-script/reader.ts";
import { decodePprof, encodePprof } from "../../../profile/formats/pprof.ts";
import { arbitraryProfile } from "../arbitrary-profile.ts";
import { contentOf } from "../content.ts";
import { fixture, readIn } from "../read.ts";

describe("what a format has no room for", () => {
  it("is said of what the profile has", () => {
    const profile = readIn(new PerfScriptReader(), fixture("perf-system.txt"));
    expect(lossesOf(profile, "pprof")).toEqual([]);
    expect(lossesOf(profile, "folded")).toEqual([
      "addresses",
      "modules",
      "time slices",
      "CPUs",
      "facts about the recording",
      "threads",
      "the values cpu/nanoseconds",
    ]);
    expect(lossesOf(profile, "speedscope", { perThread: true })).toEqual([
      "addresses",
      "modules",
      "time slices",
      "CPUs",
      "facts about the recording",
    ]);
    expect(lossesOf(profile, "firefox")).toEqual(["CPUs", "the values cpu/nanoseconds"]);
    expect(lossesOf(profile, "svg")).toEqual([]);
  });

  it("is not said of what the profile has not", () => {
    for (const format of ["pprof", "folded", "speedscope", "firefox"] as const) {
      expect(lossesOf(parseFolded("a;b 1\nc 2\n"), format)).toEqual([]);
    }
  });

  it("is nothing for pprof, unless values have fractions", () => {
    fc.assert(
      fc.property(arbitraryProfile, (profile) => {
        expect(lossesOf(profile, "pprof")).toEqual([]);
        expect(contentOf(decodePprof(encodePprof(profile)))).toEqual(contentOf(profile));
        if (profile.samples.length === 0) return;
        profile.samples.values[0][0] = 0.5;
        expect(lossesOf(profile, "pprof")).toEqual(["fractions of values"]);
      }),
    );
  });
});
