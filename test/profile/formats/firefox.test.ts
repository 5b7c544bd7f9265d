import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findDamage } from "../../../profile/check-profile.ts";
import { ProfileFormatError } from "../../../profile/format-error.ts";
import { readFirefox } from "../../../profile/formats/firefox/reader.ts";
import { type FirefoxOptions, writeFirefox } from "../../../profile/formats/firefox/writer.ts";
import { writeFolded } from "../../../profile/formats/folded.ts";
import { parseJson } from "../../../profile/formats/json.ts";
import { PerfScriptReader } from "../../../profile/formats/perf-script/reader.ts";
import type { Profile } from "../../../profile/profile.ts";
import { arbitraryProfile } from "../arbitrary-profile.ts";
import { expectNoHarm } from "../damage.ts";
import { checkFirefoxProfile } from "../judges/firefox.ts";
import { profileOf } from "../picture.ts";
import { bytesOf, fixture, readIn, sampleLines } from "../read.ts";

/** Damaged texts to read, besides those that were cut off. */
const ROUNDS = 800;

const write = (profile: Profile, options?: FirefoxOptions) => [...writeFirefox(profile, options)].join("");
const read = (text: string) => readFirefox(parseJson(text));
const PROFILE = profileOf(`
  comm=sh pid=1 slice#=1 | main@/bin/sh;work>inlined@/lib/libc.so.6;0xff@[kernel] 3 30
  comm=sh pid=1 slice#=0 | main@/bin/sh;idle 1 10
  comm=db pid=7 thread=io tid=9 slice#=0 | main@/bin/sh 2 20
  comm=db thread=io pid=7 tid=9 slice#=0 | 5 50
`);
PROFILE.comments = ["stapflame.tool: stapflame 0.1.0", "stapflame.slice-nanos: 500000000"];

/** A profile of the latest form: all tables shared, times as differences, sources in a table. */
const LATEST = {
  meta: { interval: 1, startTime: 1000, product: "Firefox", preprocessedProfileVersion: 60 },
  libs: [{ name: "libxul.so", path: "/opt/libxul.so", codeId: "ABCDEF01", breakpadId: "0" }],
  shared: {
    stringArray: ["outer", "inner", "a.js"],
    sources: { filename: [2], length: 1 },
    frameTable: {
      address: [16, 16],
      inlineDepth: [0, 1],
      func: [0, 1],
      line: [3, null],
      column: [null, 7],
      length: 2,
    },
    funcTable: { name: [0, 1], resource: [0, -1], source: [null, 0], lineNumber: [null, 5], length: 2 },
    resourceTable: { lib: [0], name: [0], host: [null], type: [1], length: 1 },
    stackTable: { frame: [0, 1], prefix: [null, 0], length: 2 },
  },
  threads: [
    {
      name: "GeckoMain",
      processName: "Web Content",
      pid: "12",
      tid: 12,
      samples: {
        stack: [1, 0, null],
        timeDeltas: [0, 1000, 1],
        weight: null,
        weightType: "samples",
        length: 3,
      },
    },
    {
      name: "alloc",
      pid: "12",
      tid: 13,
      samples: { stack: [0], time: [0], weight: [64], weightType: "bytes", length: 1 },
    },
  ],
};

describe("Firefox profiles", () => {
  it("are of the form that is published", () => {
    checkFirefoxProfile(parseJson(write(PROFILE)));
    checkFirefoxProfile(parseJson(write(PROFILE, { valueIndex: 1 })));
    checkFirefoxProfile(parseJson(write(readIn(new PerfScriptReader(), fixture("perf-dwarf-srcline.txt")))));
  });

  it("come back with threads, slices, modules, inlined calls and comments", () => {
    const back = read(write(PROFILE));
    expect(back.comments).toEqual(PROFILE.comments);
    expect(sampleLines(back).sort()).toEqual([
      "comm=db thread=io pid=7 tid=9 slice#=0 |  5",
      "comm=db thread=io pid=7 tid=9 slice#=0 | /bin/sh!main 2",
      "comm=sh pid=1 slice#=0 | /bin/sh!main;idle 1",
      "comm=sh pid=1 slice#=1 | /bin/sh!main;/lib/libc.so.6!work>inlined;[kernel]![kernel]+0xff 3",
    ]);
  });

  it("hold times as weights in milliseconds", () => {
    const text = write(PROFILE, { valueIndex: 1 });
    expect(text).toContain('"weightType":"tracing-ms"');
    const back = read(text);
    expect(back.sampleTypes).toEqual([{ type: "time", unit: "nanoseconds" }]);
    expect([...back.samples.values[0]].sort((a, b) => a - b)).toEqual([10, 20, 30, 50]);
  });

  it("of any profile are of that form, and come back with all that they hold", () => {
    fc.assert(
      fc.property(arbitraryProfile, (profile) => {
        profile.sampleTypes[0] = { type: "samples", unit: "count" };
        const text = write(profile);
        checkFirefoxProfile(parseJson(text));
        const back = read(text);
        expect(findDamage(back)).toBeUndefined();
        expect(back.comments).toEqual(profile.comments);
        expect(folded(back)).toEqual(folded(profile));
        // What was read and written once stays as it is, but for weights that came to nothing together.
        const once = write(back);
        expect(weighing(read(once))).toEqual(weighing(back));
      }),
      { numRuns: 300 },
    );
  });

  it("of later versions have shared tables", () => {
    const profile = read(JSON.stringify(LATEST));
    expect(findDamage(profile)).toBeUndefined();
    expect(profile.sampleTypes.map(({ unit }) => unit)).toEqual(["count", "bytes"]);
    expect(sampleLines(profile)).toEqual([
      "comm=Web Content thread=GeckoMain pid=12 tid=12 slice#=0 | /opt/libxul.so!outer>inner a.js:0 1 0",
      "comm=Web Content thread=GeckoMain pid=12 tid=12 slice#=100 | /opt/libxul.so!outer 1 0",
      "thread=alloc pid=12 tid=13 slice#=0 | /opt/libxul.so!outer 0 64",
    ]);
    expect(profile.strings[profile.mappings.buildId[0]]).toBe("abcdef01");
    expect(profile.timeNanos).toBe(1e9);
  });

  it.each([
    [{}, "no object “meta”"],
    [{ meta: {} }, "no list “threads”"],
    [{ meta: { version: 30 }, threads: [{ samples: { schema: {}, data: [] } }] }, "a raw Gecko profile"],
    [{ meta: { preprocessedProfileVersion: 30 }, threads: [{}] }, "has version 30"],
    [{ meta: { preprocessedProfileVersion: 48 }, threads: [{}] }, "no object “samples” of thread 1"],
    [{ ...LATEST, shared: {} }, "no object “frameTable” of a thread"],
    [
      { ...LATEST, shared: { ...LATEST.shared, stackTable: { frame: [9], prefix: [null], length: 1 } } },
      "names a row that is not there",
    ],
    [
      {
        ...LATEST,
        shared: { ...LATEST.shared, stackTable: { frame: [0, 0], prefix: [1, null], length: 2 } },
      },
      "names a row that is not there",
    ],
  ])("are refused when damaged: %#", (json, sentence) => {
    expect(() => readFirefox(json)).toThrow(ProfileFormatError);
    expect(() => readFirefox(json)).toThrow(sentence);
  });

  it("may be 50,000 frames deep", () => {
    const profile = profileOf(`main${";recurse".repeat(50_000)} 7`);
    expect(read(write(profile)).stacks.length).toBe(50_001);
  });

  it("take no harm from damage", () => {
    expectNoHarm(
      bytesOf(JSON.stringify(LATEST)),
      (bad) => {
        expect(findDamage(read(new TextDecoder().decode(bad)))).toBeUndefined();
      },
      ROUNDS,
    );
  });
});

/** The samples, but those that weigh nothing, which are not written. */
function weighing(profile: Profile): string[] {
  return sampleLines(profile)
    .filter((line) => !line.endsWith(" 0"))
    .sort();
}

/** Names and weights of everything, threads apart. */
function folded(profile: Profile): string {
  return [...writeFolded(profile, { perThread: true })].join("");
}
