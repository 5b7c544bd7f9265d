import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findDamage } from "../../../profile/check-profile.ts";
import { ProfileFormatError } from "../../../profile/format-error.ts";
import { parseFolded, writeFolded } from "../../../profile/formats/folded.ts";
import { parseJson } from "../../../profile/formats/json.ts";
import { PerfScriptReader } from "../../../profile/formats/perf-script/reader.ts";
import { readSpeedscope } from "../../../profile/formats/speedscope/reader.ts";
import { writeSpeedscope } from "../../../profile/formats/speedscope/writer.ts";
import type { Profile } from "../../../profile/profile.ts";
import { arbitraryProfile } from "../arbitrary-profile.ts";
import { expectNoHarm } from "../damage.ts";
import { speedscopeReads, stackWeights } from "../judges/speedscope.ts";
import { drawTree, picture, profileOf } from "../picture.ts";
import { bytesOf, fixture, readIn, sampleLines } from "../read.ts";

/** Damaged texts to read, besides those that were cut off. */
const ROUNDS = 800;

const write = (profile: Profile) => [...writeSpeedscope(profile, "stapflame test")].join("");
const read = (text: string) => readSpeedscope(parseJson(text));
const PROFILE = profileOf(`
  comm=sh pid=1 slice#=1 | main@/bin/sh;work>inlined@/lib/libc.so.6;0xff@[kernel] 3 30
  comm=sh pid=1 slice#=0 | main@/bin/sh;idle 1 10
  pid=7 slice#=0 | main@/bin/sh 2 20
`);

describe("speedscope files", () => {
  it("are sampled profiles, one a sample type, in order of time", () => {
    const file = parseJson(write(PROFILE));
    expect(file).toMatchObject({
      $schema: "https://www.speedscope.app/file-format-schema.json",
      exporter: "stapflame test",
      profiles: [
        { type: "sampled", name: "samples/count", unit: "none", endValue: 6, weights: [1, 2, 3] },
        {
          type: "sampled",
          name: "cpu/nanoseconds",
          unit: "nanoseconds",
          endValue: 60,
          weights: [10, 20, 30],
        },
      ],
    });
  });

  it("are what speedscope reads, with the weight of every stack", async () => {
    const saved = await speedscopeReads("a.speedscope.json", bytesOf(write(PROFILE)));
    expect(saved.profiles.map(({ name, unit, endValue }) => [name, unit, endValue])).toEqual([
      ["samples/count", "none", 6],
      ["cpu/nanoseconds", "nanoseconds", 60],
    ]);
    expect([...stackWeights(saved, 1)]).toEqual([
      ["sh;main;idle", 10],
      ["7;main", 20],
      ["sh;main;work;inlined;[kernel]+0xff", 30],
    ]);
    expect(saved.shared.frames).toContainEqual({ name: "inlined", file: "/lib/libc.so.6" });
  });

  it("give speedscope what folded text gives it, for any profile", async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryProfile, async (profile) => {
        // speedscope has no values below zero, and folded text no such names.
        profile.samples.values[0] = profile.samples.values[0].map((value) => Math.max(0, value) % 1000);
        profile.strings = profile.strings.map((text) => text.replace(/[^ -~]|;|^ +$/g, "_"));
        for (const label of profile.samples.labels) if (label.kind === "text") label.values.fill(0);
        if (profile.samples.values[0].every((value) => value === 0)) return;
        const saved = await speedscopeReads("a.speedscope.json", bytesOf(write(profile)));
        const judged = [...stackWeights(saved)].map(([path, weight]) => `${path} ${weight}`);
        const folded = [...writeFolded(profile)]
          .map((line) => line.trimEnd())
          .filter((line) => !/^\[unknown\] \d+$/.test(line));
        expect(judged.filter((line) => !/^\[unknown\] \d+$/.test(line)).sort()).toEqual(folded.sort());
      }),
      { numRuns: 60 },
    );
  });

  it("come back with their stacks, files and sample types", () => {
    fc.assert(
      fc.property(arbitraryProfile, (profile) => {
        // Sums that are exact whatever their order.
        profile.samples.values = profile.samples.values.map((column) =>
          column.map((value) => value % 2 ** 32),
        );
        // A process and a function of one name are one frame there, which may make two stacks the same: one row, read again.
        const once = write(read(write(read(write(profile)))));
        const back = read(once);
        expect(findDamage(back)).toBeUndefined();
        // What was read and written so stays as it is.
        expect(write(back)).toBe(once);
        expect(totals(back)).toEqual(totals(profile));
      }),
    );
  });

  it("may be evented, with several profiles of several units", () => {
    const profile = read(
      JSON.stringify({
        shared: { frames: [{ name: "a", file: "a.js", line: 3, col: 4 }, { name: "b" }] },
        profiles: [
          {
            type: "evented",
            name: "one",
            unit: "milliseconds",
            startValue: 5,
            endValue: 20,
            events: [
              { type: "O", frame: 0, at: 5 },
              { type: "O", frame: 1, at: 7 },
              { type: "C", frame: 1, at: 8 },
              { type: "C", frame: 0, at: 10 },
            ],
          },
          { type: "sampled", name: "two", unit: "bytes", samples: [[1], [1, 0]], weights: [8, 9] },
          { type: "sampled", name: "three", unit: "none", samples: [[1]], weights: [] },
        ],
      }),
    );
    expect(profile.sampleTypes.map(({ type, unit }) => `${type}/${unit}`)).toEqual([
      "time/nanoseconds",
      "space/bytes",
      "samples/count",
    ]);
    expect(sampleLines(profile)).toEqual([
      "thread=one | a a.js:3 4000000 0 0",
      "thread=one | a a.js:3;b 1000000 0 0",
      "thread=two | b 0 8 0",
      "thread=two | b;a a.js:3 0 9 0",
      "thread=three | b 0 0 1",
    ]);
  });

  it("of speedscope's own making have what perf script has", () => {
    const profile = read(new TextDecoder().decode(fixture("speedscope-evented.json")));
    const own = readIn(new PerfScriptReader(), fixture("perf-system.txt"));
    const leaves = (one: Profile) => new Set(one.strings.filter((name) => /^[a-z_]{6,}$/.test(name)));
    const names = leaves(own);
    for (const name of ["start_thread", "curr_cflags"]) expect(names).toContain(name);
    for (const name of ["start_thread", "curr_cflags"]) expect(leaves(profile)).toContain(name);
    expect(profile.sampleTypes.length).toBeGreaterThan(0);
  });

  it("keep kernel and libraries as modules", () => {
    const tree = read(write(PROFILE));
    const modules = [...tree.mappings.file].map((file) => tree.strings[file]);
    expect(modules.sort()).toEqual(["/bin/sh", "/lib/libc.so.6", "[kernel]"]);
    expect(drawTree(tree, { groupBy: "none" })).toBe(
      picture(`
        all 6
          sh 4
            main 4
              work 3
                inlined 3
                  [kernel]+0xff 3 (3)
              idle 1 (1)
          7 2
            main 2 (2)
      `),
    );
  });

  it.each([
    ["[]", "no object at its top"],
    ["{}", "no object “shared”"],
    ['{"shared":{}}', "no list “shared.frames”"],
    ['{"shared":{"frames":[]}}', "no list “profiles”"],
    ['{"shared":{"frames":[]},"profiles":[{"type":"x"}]}', "neither “sampled” nor “evented”"],
    ['{"shared":{"frames":[]},"profiles":[{"type":"sampled","samples":[[0]]}]}', "names frame 0, but has 0"],
    ["{", "damaged or cut off"],
  ])("are refused when damaged: %s", (text, sentence) => {
    expect(() => read(text)).toThrow(ProfileFormatError);
    expect(() => read(text)).toThrow(sentence);
  });

  it("take no harm from damage", () => {
    expectNoHarm(
      bytesOf(write(PROFILE)),
      (bad) => {
        expect(findDamage(read(new TextDecoder().decode(bad)))).toBeUndefined();
      },
      ROUNDS,
    );
  });

  it("of folded text and back are the same text", () => {
    const text = "a;b 3\na;c;d 4\ne 1\n";
    expect([...writeFolded(read(write(parseFolded(text))))].join("")).toBe(text);
  });
});

/** Sums of all values by sample type, times in nanoseconds. */
function totals(profile: Profile): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const [index, { type, unit }] of profile.sampleTypes.entries()) {
    const key = `${type}/${unit}`;
    for (const value of profile.samples.values[index]) sums[key] = (sums[key] ?? 0) + Math.max(0, value);
  }
  return Object.fromEntries(Object.entries(sums).filter(([, sum]) => sum > 0));
}
